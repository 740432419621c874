package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server's owner does about accounts, beside the running server. */
final class AccountAdminIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NOT_LOGGED_IN = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path data = Path.of("");

  @Test
  void peopleAreInvitedSeenPutOutAndDeleted() throws Exception {
    Person alice = Person.in(folder, "alice", "a password of alice");
    try (TestServer server = new TestServer(folder, "--registration", "invite").start();
        Client client = new Client(folder.resolve("home"), server.connectionString(), alice)) {
      data = server.data();
      Path invitation = folder.resolve("invitation");
      assertThat(register(client, server, alice).failed(FAILED))
          .contains("by invitation")
          .contains("--invite-file");
      JsonNode taken = JSON.readTree(admin("invite", "--expires", "2h", "--json").out());
      Files.writeString(invitation, taken.path("code").asText());
      assertThat(admin("invite", "list").out()).contains(taken.path("id").asText());
      admin("invite", "revoke", taken.path("id").asText());
      assertThat(
              register(client, server, alice, "--invite-file", invitation.toString())
                  .failed(FAILED))
          .contains("not valid");
      Files.writeString(invitation, admin("invite").out());
      register(client, server, alice, "--invite-file", invitation.toString()).succeeded();
      client.run("put", alice.passwordFile().toString(), "/a file").succeeded();

      JsonNode account = JSON.readTree(admin("accounts", "--json").out()).path(0);
      assertThat(account.path("user").asText()).isEqualTo("alice");
      assertThat(account.path("drive").asText()).matches("[0-9a-f]{32}");
      assertThat(account.path("usedBytes").asLong()).isPositive();
      assertThat(account.path("status").asText()).isEqualTo("online");
      assertThat(account.path("disabled").asBoolean()).isFalse();

      admin("quota", "alice", "4K");
      assertThat(client.run("put", alice.sheet().toString(), "/b").failed(FAILED))
          .contains("is used up");
      admin("disable", "Alice");
      assertThat(client.run("ls", "/").failed(FAILED)).contains("has disabled this account");
      admin("enable", "alice");
      assertThat(client.run("ls", "/").succeeded().out()).contains("a file");

      assertThat(run("delete", "alice").failed(USAGE)).contains("--yes");
      admin("delete", "alice", "--yes");
      client.run("ls", "/").failed(NOT_LOGGED_IN);
      assertThat(admin("accounts", "--json").out().strip()).isEqualTo("[]");
      assertThat(run("disable", "alice").failed(FAILED)).contains("no account alice");
      assertThat(run("rotate-secrets").failed(FAILED)).contains("Another server runs");
      server.stop();
      assertThat(admin("rotate-secrets").out()).contains("1 older kept");
      // Whatever was cut short goes on with the server's next start: packs go, too.
      server.start();
      long end = System.nanoTime() + 60_000_000_000L;
      while (!TestServer.packs(data).isEmpty() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(TestServer.packs(data)).isEmpty();
    }
  }

  private static Result register(Client client, TestServer server, Person person, String... more)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "register",
                "--server",
                server.connectionString(),
                "--user",
                person.user(),
                "--password-file",
                person.passwordFile().toString(),
                "--sheet",
                person.sheet().toString()));
    command.addAll(List.of(more));
    return client.run(command.toArray(String[]::new));
  }

  private Result admin(String... arguments) throws Exception {
    return run(arguments).succeeded();
  }

  private Result run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("admin"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", data.toString()));
    return new Program(folder.resolve("admin home")).run(command.toArray(String[]::new));
  }
}
