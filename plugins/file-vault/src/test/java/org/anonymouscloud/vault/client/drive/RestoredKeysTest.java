package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that was restored from a backup, after which other keys were made. */
final class RestoredKeysTest {
  private static final UserName BOB = new UserName("bob");

  @TempDir private Path folder;

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path one : all.toList()) {
        Files.copy(one, to.resolve(from.relativize(one).toString()));
      }
    }
  }

  @Test
  @Tag("A23")
  void whoAcceptsARestoredServerGoesOnWithTheKeysThatItHas() throws Exception {
    Path before = folder.resolve("before");
    Path restored = folder.resolve("restored");
    DriveId id = DriveId.random();
    TestServer first = TestServer.start(before);
    Interposer line = first.line();
    TestAccount alice = first.account();
    TestAccount bob = TestAccount.of(2, first.newLine(2));
    alice.befriend("bob", bob);
    try (Drive hers = Drive.of(alice, id, Clock.systemUTC())) {
      hers.create(new Name("team"));
      write(hers, "/plan", noise(10, 1));
      hers.share(alice.contact(BOB), Right.READ);
      first.close();
      copy(before, restored);
      try (TestServer lost = TestServer.start(before);
          TestServer now = TestServer.start(restored)) {
        line.answerFrom(lost.newLine());
        hers.unshare(bob.account());
        write(hers, "/lost", noise(10, 2));

        line.answerFrom(now.newLine());
        TestAccount other = alice.device(9, now.newLine());
        other.befriend("bob", bob);
        try (Drive others = Drive.of(other, id, Clock.systemUTC())) {
          others.unshare(bob.account());
          write(others, "/new", noise(10, 3));
          hers.acceptRestored(hers.divergence().orElseThrow());

          assertThat(read(hers, "/new")).isEqualTo(noise(10, 3));
          write(hers, "/more", noise(10, 4));
          assertThat(tree(others)).containsOnlyKeys("/more", "/new", "/plan");
          assertThat(read(others, "/more")).isEqualTo(noise(10, 4));
        }
      }
    }
  }
}
