package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's owner works together with a removed device, and against devices without memory. */
final class RemovedDeviceIT {
  private static final int FAILED = 1;
  private static final int REFUSED = 4;

  @TempDir private Path folder;

  @Test
  @Tag("A16")
  @Tag("A23")
  @Tag("S4.1")
  @Tag("S4.2")
  void whatARemovedDevicePlantsAndWhatIsHiddenFromANewOneIsNotTaken() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
      Client thief = new Client(folder.resolve("thief"), server.connectionString(), alice);
      Client desk = new Client(folder.resolve("desk"), server.connectionString(), alice);
      Client tablet = new Client(folder.resolve("tablet"), server.connectionString(), alice);
      try (laptop;
          thief;
          desk;
          tablet) {
        laptop.register();
        laptop.run("device", "rename", laptop.device(), "the laptop").succeeded();
        thief.login().succeeded();
        put(laptop, "first.txt");
        thief.run("ls", "/").succeeded();
        Path past = stopAndCopy(server, "past");

        server.start();
        laptop.run("device", "revoke", "--yes", thief.device()).succeeded();
        put(laptop, "after.txt");
        Path present = stopAndCopy(server, "present");

        // The thief is shown the past, and what it writes there is grafted into the present.
        serve(server, past);
        put(thief, "evil.txt");
        Path planted = stopAndCopy(server, "planted");
        Folders.replace(server.data(), present);
        graft(planted, server.data());
        server.start();
        laptop.run("ls", "/").failed(REFUSED);
        // It would see the desk come in, and rightly refuse a server that does not know of it.
        laptop.stopAgent();
        desk.login().succeeded();
        assertThat(desk.run("ls", "/").succeeded().out())
            .contains("first.txt")
            .doesNotContain("evil.txt");
        whatWasLeftOutComesBackOnlyByAPersonsWord(desk);

        // A link has said how far the drive had come, and then the newest root is gone.
        serve(server, present);
        assertThat(laptop.run("ls", "/").succeeded().out()).contains("first.txt", "after.txt");
        laptop.run("device", "rename", laptop.device(), "the old laptop").succeeded();
        stopAndCopy(server, "linked");
        RowsOfServer.change(
            server.data(),
            "DELETE FROM vault_roots WHERE number = (SELECT max(number) FROM vault_roots)");
        server.start();
        tablet.login().succeeded();
        tablet.run("ls", "/").failed(REFUSED);
        serve(server, folder.resolve("linked"));
        tablet.run("logout").succeeded();
        tablet.login().succeeded();
        assertThat(tablet.run("ls", "/").succeeded().out()).contains("first.txt", "after.txt");
      }
    }
  }

  private static void whatWasLeftOutComesBackOnlyByAPersonsWord(Client desk) throws Exception {
    assertThat(
            desk.run("history").succeeded().out().lines().filter(line -> line.contains("left out")))
        .singleElement()
        .asString()
        .startsWith("         1  ");
    assertThat(desk.run("go-back", "--yes", "1").failed(FAILED)).contains("--left-out");
    assertThat(desk.run("ls", "/").succeeded().out()).doesNotContain("evil.txt");
    desk.run("go-back", "--yes", "--left-out", "1").succeeded();
    assertThat(desk.run("cat", "/evil.txt").succeeded().out()).isEqualTo("content of evil.txt");
    desk.run("go-back", "--yes", "2").succeeded();
    assertThat(desk.run("ls", "/").succeeded().out()).doesNotContain("evil.txt");
  }

  /** Roots and packs of one server take the place of another's newer ones. */
  private static void graft(Path from, Path to) throws Exception {
    RowsOfServer.change(
        to,
        "ATTACH DATABASE " + RowsOfServer.name(from) + " AS planted",
        "DELETE FROM vault_roots",
        "INSERT INTO vault_roots SELECT * FROM planted.vault_roots",
        "INSERT OR IGNORE INTO vault_packs SELECT * FROM planted.vault_packs");
    for (Path pack : TestServer.packs(from)) {
      Path target = to.resolve(from.relativize(pack));
      Files.createDirectories(target.getParent());
      if (!Files.exists(target)) {
        Files.copy(pack, target);
      }
    }
  }

  private Path stopAndCopy(TestServer server, String name) throws IOException {
    server.stop();
    Path copy = folder.resolve(name);
    Folders.copy(server.data(), copy);
    return copy;
  }

  private static void serve(TestServer server, Path state) throws Exception {
    server.stop();
    Folders.replace(server.data(), state);
    server.start();
  }

  private void put(Client client, String name) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "content of " + name);
    client.run("put", file.toString(), "/").succeeded();
  }
}
