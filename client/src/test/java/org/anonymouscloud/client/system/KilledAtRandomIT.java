package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Server and agent are killed with -9 at random moments of commands that write, move, remove and
 * compact: what a command acknowledged is there, and what it did not was done as a whole, or not at
 * all.
 */
final class KilledAtRandomIT {
  private static final int KILLS = Integer.getInteger("anoncloud.test.kills", 2);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a command mostly takes, its start included. */
  private static final int COMMAND_MILLIS = 1_500;

  @TempDir private Path folder;

  /** Each tree in the drive, by its name. */
  private final Map<String, Map<String, String>> trees = new TreeMap<>();

  private final long seed = Long.getLong("anoncloud.test.kills.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int made;

  @Test
  void nothingAcknowledgedIsLostOnSqlite() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      killAgainAndAgain(server);
    }
  }

  @Test
  void nothingAcknowledgedIsLostOnPostgres() throws Exception {
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres data"));
        TestServer server =
            new TestServer(
                    folder, "--database", "postgres", "--database-url", postgres.newDatabase())
                .start()) {
      killAgainAndAgain(server);
    }
  }

  private void killAgainAndAgain(TestServer server) throws Exception {
    System.out.println("anoncloud.test.kills.seed=" + seed);
    Person alice = Person.in(folder, "alice", "a password of alice");
    try (Client client =
        new Client(folder.resolve("home"), server.connectionString(), alice).register()) {
      for (int tree = 0; tree < 2; tree++) {
        client.run("put", "-r", newTree().toString(), "/" + name()).succeeded();
        trees.put(name(), SampleTree.content(local()));
      }
      client.run("drive", "retention", "home", "--days", "0", "--weeks", "0", "--yes").succeeded();
      for (int kill = 0; kill < KILLS; kill++) {
        round(server, client, kill);
        assertThat(top(client)).as("seed %s", seed).hasSameElementsAs(trees.keySet());
        client.run("verify", "--full", "--states").succeeded();
      }
      assertAllIsThere(client);
    }
  }

  /** The newest tree of this machine. */
  private Path local() {
    return folder.resolve("sent").resolve(name());
  }

  private String name() {
    return "tree " + made;
  }

  private Path newTree() throws IOException {
    made++;
    Files.createDirectories(local());
    SampleTree.large(local().resolve("large"), 5L << 20, made);
    SampleTree.small(local().resolve("small"), 10, "small", made);
    return local();
  }

  private void round(TestServer server, Client client, int kill) throws Exception {
    String some = List.copyOf(trees.keySet()).get(random.nextInt(trees.size()));
    switch (kill % 4) {
      case 0 -> {
        newTree();
        // What was cut is finished by the same command.
        List<String> put = List.of("put", "-r", local().toString(), "/" + name());
        if (!succeedsWhileKilled(server, client, kill, put)) {
          client.run(put.toArray(String[]::new)).succeeded();
        }
        trees.put(name(), SampleTree.content(local()));
      }
      case 1 -> {
        String to = "moved " + kill;
        Map<String, String> tree = trees.remove(some);
        boolean moved =
            succeedsWhileKilled(server, client, kill, List.of("mv", "/" + some, "/" + to));
        trees.put(moved || top(client).contains(to) ? to : some, tree);
      }
      case 2 -> {
        boolean removed =
            succeedsWhileKilled(server, client, kill, List.of("rm", "-r", "--forever", "/" + some));
        if (removed || !top(client).contains(some)) {
          trees.remove(some);
        }
      }
      default -> {
        boolean _ = succeedsWhileKilled(server, client, kill, List.of("compact"));
      }
    }
  }

  /** Runs a command, and kills the server or the agent meanwhile. */
  private boolean succeedsWhileKilled(
      TestServer server, Client client, int kill, List<String> command) throws Exception {
    client.run("ls", "/").succeeded();
    long agent =
        JSON.readTree(client.run("agent", "status", "--json").succeeded().out())
            .path("pid")
            .asLong();
    try (Program.Running running = client.program().start(command.toArray(String[]::new))) {
      boolean _ = running.endsWithin(random.nextInt(COMMAND_MILLIS), TimeUnit.MILLISECONDS);
      if (random.nextBoolean()) {
        server.kill();
        server.start();
      } else {
        ProcessHandle process = ProcessHandle.of(agent).orElseThrow();
        assertThat(process.destroyForcibly()).isTrue();
        process.onExit().join();
      }
      int code = running.exitCode();
      System.out.println(kill + ": " + command + " ended with " + code);
      assertThat(code).as(running.printed()).isIn(0, 1);
      assertThat(running.printed()).doesNotContain("\tat ");
      return code == 0;
    }
  }

  /** The names in the topmost folder. */
  private static List<String> top(Client client) throws Exception {
    List<String> names = new ArrayList<>();
    JsonNode listed = JSON.readTree(client.run("ls", "--json", "/").succeeded().out());
    listed.findValues("name").forEach(name -> names.add(name.asText()));
    return names;
  }

  private void assertAllIsThere(Client client) throws Exception {
    for (Map.Entry<String, Map<String, String>> tree : trees.entrySet()) {
      Path received = Files.createTempDirectory(folder, "received").resolve("tree");
      client.run("get", "-r", "/" + tree.getKey(), received.toString()).succeeded();
      assertThat(SampleTree.content(received)).as("seed %s", seed).isEqualTo(tree.getValue());
    }
  }
}
