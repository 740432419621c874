package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A feature at work in the background of an agent, without anybody asking for anything. */
final class BackgroundIT {
  private static final int PATIENCE_SECONDS = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void theChatFollowsItsAccountOnSqlite() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      follow(server);
    }
  }

  @Test
  void theChatFollowsItsAccountOnPostgresInProcesses() throws Exception {
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres data"));
        TestServer server =
            new TestServer(
                    folder,
                    "--database",
                    "postgres",
                    "--database-url",
                    postgres.newDatabase(),
                    "--isolation",
                    "process")
                .start()) {
      follow(server);
    }
  }

  private void follow(TestServer server) throws Exception {
    Path passphrase = Files.writeString(folder.resolve("passphrase"), "a phrase of the laptop\n");
    Person alice = Person.in(folder, "alice", "a password of alice");
    Person bob = Person.in(folder, "bob", "a password of bob");
    try (Client laptop = client(server, "laptop", alice);
        Client phone = client(server, "phone", alice);
        Client bobs = client(server, "bobs", bob)) {
      laptop.program().run("agent", "start").succeeded();
      assertThat(chat(laptop).path("follows").asBoolean()).as("nobody is logged in").isFalse();
      laptop.register();
      assertThat(chat(laptop).path("follows").asBoolean()).isTrue();

      // From here on the laptop asks its server for nothing.
      phone.login().succeeded();
      String added = await(laptop, "added");
      bobs.register();
      String device = phone.device();
      phone.run("logout").succeeded();
      laptop.run("device", "revoke", "--yes", device).succeeded();
      assertThat(await(laptop, "removed")).isEqualTo(added);
      assertThat(await(laptop, "generation")).isEqualTo("1");
      laptop.run("contact", "add", "--yes", "bob").succeeded();
      assertThat(await(laptop, "contact")).isNotEmpty();
      assertThat(eventsWith(laptop, "contact-changed"))
          .contains("account  device-added  {\"device\":\"" + added + "\"}")
          .contains("account  device-removed  {\"device\":\"" + added + "\"}")
          .contains("account  new-generation  {\"generation\":1}");
      JsonNode seen = awaitChat(laptop, now -> now.path("settled").asBoolean()).path("changes");

      laptop.run("agent", "passphrase", "--passphrase-file", passphrase.toString()).succeeded();
      laptop.run("agent", "lock").succeeded();
      assertThat(chat(laptop).path("follows").asBoolean()).as("locked").isFalse();
      laptop.run("agent", "unlock", "--passphrase-file", passphrase.toString()).succeeded();
      assertThat(chat(laptop).path("follows").asBoolean()).isTrue();
      assertThat(chat(laptop).path("changes")).as("it has kept them").isEqualTo(seen);
      laptop.run("agent", "passphrase", "--remove").succeeded();
      laptop.stopAgent();
      Path records = folder.resolve("laptop/account/records.db");
      byte[] old = Files.readAllBytes(records);
      laptop.run("agent", "start").succeeded();
      awaitChat(laptop, chat -> chat.path("follows").asBoolean());
      assertThat(chat(laptop).path("changes")).isEqualTo(seen);
      laptop.run("contact", "remove", "bob").succeeded();
      awaitChat(
          laptop,
          chat ->
              chat.path("settled").asBoolean() && chat.path("changes").size() == seen.size() + 1);
      laptop.stopAgent();
      Files.write(records, old);
      laptop.run("agent", "start").succeeded();
      awaitChat(laptop, chat -> chat.path("follows").asBoolean() && chat.path("changes").isEmpty());
      laptop.run("logout", "--yes").succeeded();
      assertThat(chat(laptop).path("follows").asBoolean()).as("logged out").isFalse();
    }
  }

  /** What has changed by the time that a type of event is among it. */
  private static String eventsWith(Client client, String type) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String events = client.run("events").succeeded().out();
    while (!events.contains(type)) {
      assertThat(System.nanoTime()).as(events).isLessThan(deadline);
      events = client.run("events").succeeded().out();
    }
    return events;
  }

  private Client client(TestServer server, String home, Person person) {
    return new Client(folder.resolve(home), server.connectionString(), person);
  }

  /** The newest change of a kind, which may still be on its way. */
  private static String await(Client client, String kind) throws Exception {
    JsonNode chat = awaitChat(client, now -> now.path("changes").findValue(kind) != null);
    return chat.path("changes").findValue(kind).asText();
  }

  private static JsonNode awaitChat(Client client, Predicate<JsonNode> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    JsonNode chat = chat(client);
    while (!condition.test(chat)) {
      assertThat(System.nanoTime()).as("%s", chat).isLessThan(deadline);
      Thread.onSpinWait();
      chat = chat(client);
    }
    return chat;
  }

  private static JsonNode chat(Client client) throws IOException, InterruptedException {
    JsonNode status = JSON.readTree(client.run("agent", "status", "--json").succeeded().out());
    String token = client.run("agent", "token", "--scope", "chat").succeeded().out().strip();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(status.path("url").asText() + "/api/v1/chat"))
            .header("Authorization", "Bearer " + token)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return JSON.readTree(answer.body());
    }
  }
}
