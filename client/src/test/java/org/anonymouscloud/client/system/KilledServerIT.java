package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing acknowledged is lost, and nothing half done stands in the way. {@link
 * AcknowledgedWritesIT}, which always runs, kills servers more often; this tells what a person
 * sees.
 */
@EnabledIfSystemProperty(named = "anoncloud.test.full", matches = "true")
final class KilledServerIT {
  private static final int FILES = 40;
  private static final long FILE = 6L << 20;
  private static final int PACKS_BEFORE_THE_KILL = 3;

  @Test
  void aPutThatTheServersDeathCutIsFinishedByTheSameCommand(@TempDir Path temporary)
      throws Exception {
    Path sent = Files.createDirectory(temporary.resolve("sent"));
    Path tree = Files.createDirectory(sent.resolve("tree"));
    for (int i = 0; i < FILES; i++) {
      SampleTree.large(tree.resolve("file " + i), FILE, i);
    }
    SampleTree.small(sent.resolve("before"), 20, "put before the kill", 100);
    Path received = Files.createDirectory(temporary.resolve("received"));
    Person alice = Person.in(temporary, "alice", "a password of alice");

    try (TestServer server = new TestServer(temporary).start();
        Client client =
            new Client(temporary.resolve("home"), server.connectionString(), alice).register()) {
      client.run("put", "-r", sent.resolve("before").toString(), "/before").succeeded();
      int packsBefore = server.packs().size();

      try (Program.Running put = client.program().start("put", "-r", tree.toString(), "/tree")) {
        while (server.packs().size() < packsBefore + PACKS_BEFORE_THE_KILL) {
          assertThat(put.endsWithin(1, TimeUnit.MILLISECONDS)).as(put.printed()).isFalse();
        }
        server.kill();
        assertThat(put.endsWithin(1, TimeUnit.MILLISECONDS)).as("the put was cut").isFalse();
        server.start();
        // Whether it goes on by itself or says that the server was away.
        assertThat(put.exitCode()).as(put.printed()).isIn(0, 1);
        assertThat(put.printed()).doesNotContain("\tat ");
      }

      client.run("put", "-r", tree.toString(), "/tree").succeeded();
      client.run("get", "-r", "/tree", received.resolve("tree").toString()).succeeded();
      client.run("get", "-r", "/before", received.resolve("before").toString()).succeeded();
      assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
    }
  }
}
