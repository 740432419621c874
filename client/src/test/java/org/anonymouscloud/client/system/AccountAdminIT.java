package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server's owner does about accounts, beside the running server; which serves by processes
 * here, as what is seen from outside is to be the same.
 */
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
    try (TestServer server =
            new TestServer(
                    folder,
                    "--registration",
                    "invite",
                    "--isolation",
                    "process",
                    "--spare-workers",
                    "1")
                .start();
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

      server.killWorkers();
      assertThat(client.run("ls", "/").succeeded().out()).contains("a file");

      JsonNode account = JSON.readTree(admin("accounts", "--json").out()).path(0);
      assertThat(admin("accounts").out())
          .matches("NAME +USED +HELD +QUOTA +STATUS\nalice +[0-9].*\n")
          .doesNotContain(account.path("drive").asText());
      assertThat(account.path("user").asText()).isEqualTo("alice");
      assertThat(account.path("drive").asText()).matches("[0-9a-f]{32}");
      assertThat(account.path("usedBytes").asLong()).isPositive();
      assertThat(account.path("heldBytes").isIntegralNumber()).isTrue();
      assertThat(account.path("status").asText()).isEqualTo("online");
      assertThat(account.path("disabled").asBoolean()).isFalse();

      admin("quota", "alice", "4K");
      assertThat(client.run("put", alice.sheet().toString(), "/b").failed(FAILED))
          .contains("is used up");
      admin("disable", "Alice");
      assertThat(soon(client).failed(FAILED)).contains("has disabled this account");
      admin("enable", "alice");
      assertThat(client.run("ls", "/").succeeded().out()).contains("a file");

      assertThat(run("delete", "alice").failed(USAGE)).contains("--yes");
      assertThat(run("delete", "nobody").failed(FAILED)).contains("no account nobody");
      admin("delete", "alice", "--yes");
      soon(client).failed(NOT_LOGGED_IN);
      client.login().failed(FAILED);
      babble(server);
      assertThat(admin("accounts", "--json").out().strip()).isEqualTo("[]");
      assertThat(run("disable", "alice").failed(FAILED)).contains("no account alice");
      assertThat(run("rotate-secrets", "--yes").failed(FAILED)).contains("Another server runs");
      startsAreChecked(server);
      server.stop();
      assertThat(server.log())
          .as("what a server logs about people")
          .contains("WARN  Workers: A worker ")
          .doesNotContainIgnoringCase("alice")
          .doesNotContainPattern("127\\.0\\.0\\.1(?!:" + server.port() + "[#:])");
      assertThat(check(server.port(), data).succeeded().out())
          .contains("ok: the data folder", "ok: the port", "ok: the plugins", "ok: the database")
          .endsWith("A server can start with these settings.\n")
          .doesNotContain("note:");
      assertThat(check(server.port(), folder.resolve("mistyped")).succeeded().out())
          .contains("note: there is no server in");
      Path database = data.resolve("anoncloud.db");
      Path away = Files.move(database, data.resolve("away.db"));
      Result without = check(server.port(), data);
      assertThat(without.exitCode()).isEqualTo(FAILED);
      assertThat(without.out() + without.err())
          .contains("has been a server's, and there is no database");
      assertThat(database).doesNotExist();
      Files.move(away, database);
      assertThat(run("rotate-secrets").failed(USAGE)).contains("--yes");
      assertThat(admin("rotate-secrets", "--yes").out()).contains("1 older kept");
      // Whatever was cut short goes on with the server's next start: packs go, too.
      server.start();
      long end = System.nanoTime() + 60_000_000_000L;
      while (!TestServer.packs(data).isEmpty() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(TestServer.packs(data)).isEmpty();
    }
  }

  /** Lists until that fails, as sessions end within a second of what ends them. */
  private static Program.Result soon(Client client) throws Exception {
    Program.Result listed;
    int tries = 0;
    do {
      listed = client.run("ls", "/");
    } while (listed.exitCode() == 0 && tries++ < 30);
    return listed;
  }

  /** A stranger who speaks another language. */
  private static void babble(TestServer server) throws IOException {
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      stranger.getOutputStream().write("GET /alice HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
      stranger.shutdownOutput();
      assertThat(stranger.getInputStream().read()).isNegative();
    } catch (SocketException e) {
      // The other way of hanging up.
    }
  }

  /** Whatever keeps a server from starting is said before the start. */
  private void startsAreChecked(TestServer server) throws Exception {
    Result running = check(server.port(), data);
    assertThat(running.exitCode()).isEqualTo(FAILED);
    assertThat(running.out())
        .contains("max-users = no limit (not given)")
        .contains("failed: the data folder: Another server runs on the data folder " + data)
        .contains("failed: the port: The server cannot listen on 127.0.0.1:" + server.port())
        .contains("ok: the plugins", "ok: the database");
    assertThat(running.err()).contains("look at the data folder, the port.");

    // Three things at once, and nothing of them is changed by looking.
    Path other = Files.createDirectory(folder.resolve("other data"));
    Path database = Files.writeString(other.resolve("anoncloud.db"), "no database");
    Files.createDirectory(other.resolve("plugins"));
    Files.writeString(other.resolve("plugins").resolve("dropped.jar"), "no plugin");
    Result broken = check(0, other, "--metrics", "127.0.0.1:" + server.port());
    assertThat(broken.exitCode()).isEqualTo(FAILED);
    assertThat(broken.out())
        .contains("ok: the data folder", "ok: the port")
        .containsPattern("failed: the metrics' port: .* with --metrics\\.")
        .contains("failed: the plugins: Some are switched off, see above.")
        .contains("failed: the database: The database " + database + " ");
    assertThat(broken.err()).contains("dropped.jar");
    assertThat(database).hasContent("no database");
    try (Stream<Path> files = Files.list(other)) {
      assertThat(files).hasSize(2);
    }
  }

  private Result check(int port, Path folderOfServer, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "server",
                "--check",
                "--listen",
                "127.0.0.1:" + port,
                "--data",
                folderOfServer.toString()));
    command.addAll(List.of(more));
    return new Program(folder.resolve("admin home")).run(command.toArray(String[]::new));
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
