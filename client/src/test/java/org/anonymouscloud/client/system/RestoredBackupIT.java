package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server comes back from an old backup, and its users go on, one device after another. */
final class RestoredBackupIT {
  private static final int USAGE = 2;
  private static final int NOT_LOGGED_IN = 3;
  private static final int REFUSED = 4;

  @TempDir private Path folder;

  @Test
  @Tag("A23")
  @Tag("S4.13")
  void threeDevicesThatSawNewerGoOnAndNothingNewerIsLostInSilence() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
      Client desk = new Client(folder.resolve("desk"), server.connectionString(), alice);
      Client tablet = new Client(folder.resolve("tablet"), server.connectionString(), alice);
      Client phone = new Client(folder.resolve("phone"), server.connectionString(), alice);
      try (laptop;
          desk;
          tablet;
          phone) {
        laptop.register();
        // The way on does not need what is sealed on the disk.
        Path passphrase = Files.writeString(folder.resolve("passphrase"), "a phrase of this one\n");
        laptop.run("agent", "passphrase", "--passphrase-file", passphrase.toString()).succeeded();
        for (Client device : List.of(desk, tablet)) {
          device.login().succeeded();
        }
        phone.login().succeeded();
        laptop.run("device", "rename", phone.device(), "the phone").succeeded();
        put(laptop, "old.txt");
        server.stop();
        Path backup = folder.resolve("backup");
        Folders.copy(server.data(), backup);

        server.start();
        put(laptop, "newer.txt");
        laptop.run("device", "revoke", "--yes", "the phone").succeeded();
        put(desk, "newest.txt");
        assertThat(tablet.run("ls", "/").succeeded().out()).contains("newest.txt");

        server.stop();
        Folders.replace(server.data(), backup);
        server.start();
        for (Client device : List.of(laptop, desk, tablet)) {
          assertThat(device.run("ls", "/").failed(REFUSED)).contains("drive accept-restored");
        }
        theFirstGoesOn(laptop);
        assertThat(phone.run("ls", "/").failed(NOT_LOGGED_IN)).contains("removed");

        // What the second and the third have seen forks from what the first has written since.
        put(laptop, "after.txt");
        theOthersGoOn(desk);
        put(desk, "and later.txt");
        theOthersGoOn(tablet);
        for (Client device : List.of(laptop, desk, tablet)) {
          assertThat(device.run("ls", "/").succeeded().out())
              .contains("old.txt", "after.txt", "and later.txt")
              .doesNotContain("newe");
          assertThat(device.run("device", "list").succeeded().out()).doesNotContain("the phone");
        }
        assertThat(laptop.run("drive", "accept-restored").succeeded().out())
            .contains("nothing to do");
      }
    }
  }

  @Test
  @Tag("A23")
  @Tag("S4.13")
  void aRemovedDeviceThatTheServerHasPutBackIsRefusedUntilItIsRemovedAgain() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
      Client phone = new Client(folder.resolve("phone"), server.connectionString(), alice);
      try (laptop;
          phone) {
        laptop.register();
        phone.login().succeeded();
        String removed = phone.device();
        put(laptop, "old.txt");
        server.stop();
        Path backup = folder.resolve("backup");
        Folders.copy(server.data(), backup);
        server.start();
        laptop.run("device", "revoke", "--yes", removed).succeeded();
        server.stop();
        Folders.replace(server.data(), backup);
        server.start();
        laptop.run("ls", "/").failed(REFUSED);

        // The power goes after the older state was accepted and before the device is removed.
        laptop.stopAgent();
        acceptAlone(folder.resolve("laptop").resolve("account"));

        assertThat(laptop.run("ls", "/").failed(REFUSED))
            .contains("put back a state", removed, "drive accept-restored");
        laptop.run("drive", "accept-restored", "--yes").succeeded();
        assertThat(laptop.run("ls", "/").succeeded().out()).contains("old.txt");
        assertThat(laptop.run("device", "list").succeeded().out()).doesNotContain(removed);
        phone.run("ls", "/").failed(NOT_LOGGED_IN);
      }
    }
  }

  /** One of them is not the drive's owner and knows of it what the backup lacks. */
  @Test
  @Tag("A23")
  void membersOfASharedDriveGoOnAsWell() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Person bob = Person.in(folder, "bob", "the second password");
      Client hers = new Client(folder.resolve("hers"), server.connectionString(), alice);
      Client his = new Client(folder.resolve("his"), server.connectionString(), bob);
      try (hers;
          his) {
        hers.register();
        his.register();
        hers.run("contact", "add", "--yes", "bob").succeeded();
        his.run("contact", "add", "--yes", "alice").succeeded();
        hers.run("drive", "create", "team").succeeded();
        hers.run("drive", "share", "team", "with", "bob").succeeded();
        Path file = Files.writeString(folder.resolve("file"), "of the team");
        his.run("put", file.toString(), "team:/before").succeeded();
        server.stop();
        Path backup = folder.resolve("backup");
        Folders.copy(server.data(), backup);
        server.start();
        his.run("put", file.toString(), "/at home").succeeded();
        his.run("put", file.toString(), "team:/after").succeeded();
        hers.run("ls", "team:/").succeeded();
        his.run("drive", "create", "later").succeeded();
        server.stop();
        Folders.replace(server.data(), backup);
        server.start();

        for (Client one : List.of(his, hers)) {
          assertThat(one.run("ls", "team:/").failed(REFUSED)).contains("drive accept-restored");
          String told = one.run("drive", "accept-restored", "--yes").succeeded().out();
          assertThat(told).contains("  drive team, ").doesNotContain("vault");
          // Of the drives of both, only his home has lost something as well.
          assertThat(told.contains("  drive home, ")).isEqualTo(one == his);
          assertThat(one.run("ls", "team:/").succeeded().out())
              .contains("before")
              .doesNotContain("after");
        }
        assertThat(his.run("drive", "list").succeeded().out().lines())
            .as("the drive that was made after the backup is none any more")
            .hasSize(2)
            .noneMatch(line -> line.startsWith("?"));
        his.run("put", file.toString(), "team:/and again").succeeded();
        assertThat(hers.run("ls", "team:/").succeeded().out()).contains("before", "and again");
      }
    }
  }

  private static void acceptAlone(Path account) throws Exception {
    try (LocalAccount device =
            new AccountClient(account, Clock.systemUTC(), AccountFeatures.NONE)
                .resume()
                .orElseThrow();
        Connection connection =
            Session.connect(device.server(), KeyCheck.NONE, Duration.ofSeconds(15))) {
      RestoredChain.read(device, AccountFeatures.NONE, connection).accept();
    }
  }

  private static void theFirstGoesOn(Client laptop) throws Exception {
    Program.Result unasked = laptop.run("drive", "accept-restored");
    assertThat(unasked.exitCode()).isEqualTo(USAGE);
    assertThat(unasked.err()).contains("removed: 'the phone'", "change number 1", "--yes");
    assertThat(laptop.run("drive", "accept-restored", "--json").succeeded().out())
        .contains("removed: 'the phone'");
    laptop.run("ls", "/").failed(REFUSED);

    assertThat(laptop.run("drive", "accept-restored", "--yes").succeeded().out())
        .contains("removed: 'the phone'")
        .contains("change number 1")
        .contains("were removed again");
    assertThat(laptop.run("ls", "/").succeeded().out())
        .contains("old.txt")
        .doesNotContain("newer.txt");
  }

  private static void theOthersGoOn(Client device) throws Exception {
    assertThat(device.run("ls", "/").failed(REFUSED)).contains("drive accept-restored");
    assertThat(device.run("drive", "accept-restored", "--yes").succeeded().out())
        .contains("removed: 'the phone'")
        .contains("change number 3");
    assertThat(device.run("ls", "/").succeeded().out()).contains("old.txt", "after.txt");
  }

  private void put(Client client, String name) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "content of " + name);
    client.run("put", file.toString(), "/").succeeded();
  }
}
