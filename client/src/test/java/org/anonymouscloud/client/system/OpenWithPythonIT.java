package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code tools/open_account}, which was written from {@code docs/formats} and shares no code with
 * the program, opens what the program stored: so the documents are whole, and people can leave.
 */
@Tag("S4.20")
@TestInstance(Lifecycle.PER_CLASS)
final class OpenWithPythonIT {
  private static final int FAILED = 1;
  private static final int REFUSED = 4;
  private static final Path ROOT = Program.LAUNCHER.getParent();
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  /** More than four segments, so that a list stands between the file's entry and its content. */
  private static final long LARGE_FILE = 6L << 20;

  private static final String PLANS = "plans";
  private static final String ALONE = "alone";
  private static final Instant OLD = Instant.parse("1999-12-31T23:59:58.123456789Z");

  private Path folder = Path.of("");
  private Path sent = Path.of("");

  /** What is put into the drive that is shared. */
  private Path shared = Path.of("");

  private Path data = Path.of("");
  private Path backup = Path.of("");
  private Path sheet = Path.of("");
  private Path bobsSheet = Path.of("");
  private String removedDevice = "";

  /** Where the second version of the large file is. */
  private Path largePack = Path.of("");

  @BeforeAll
  void anAccountWithAHistoryAndThenItsServerEnds(@TempDir Path temporary) throws Exception {
    folder = temporary;
    sent = Files.createDirectory(folder.resolve("sent"));
    shared = Files.createDirectory(folder.resolve("shared"));
    Path tree = sent.resolve("tree");
    SampleTree.small(tree, 40, "content", 1);
    SampleTree.large(tree.resolve("large.bin"), LARGE_FILE, 2);
    Path old = Files.writeString(tree.resolve("old.sh"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        old, Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE));
    Files.setLastModifiedTime(old, FileTime.from(OLD));
    Person alice = Person.in(folder.resolve("alice"), "alice", "the password of alice");
    sheet = alice.sheet();
    try (TestServer server = new TestServer(folder).start()) {
      data = server.data();
      try (Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
          Client phone = new Client(folder.resolve("phone"), server.connectionString(), alice)) {
        laptop.register();
        laptop.run("put", "-r", tree.toString(), "/tree").succeeded();
        phone.login().succeeded();
        put(phone, "by the phone.txt", "before it was lost");
        removedDevice = device(laptop, false);
        laptop.run("device", "revoke", "--yes", removedDevice).succeeded();
        put(laptop, "by the laptop.txt", "in the second generation");
        SampleTree.large(tree.resolve("large.bin"), LARGE_FILE + (1 << 20), 3);
        Set<Path> before = Set.copyOf(server.packs());
        laptop.run("put", tree.resolve("large.bin").toString(), "/tree/large.bin").succeeded();
        largePack =
            server.packs().stream()
                .filter(pack -> !before.contains(pack))
                .max(Comparator.comparingLong(OpenWithPythonIT::size))
                .orElseThrow();
        put(laptop, "gone.txt", "to be removed");
        laptop.run("rm", "/gone.txt").succeeded();
        Files.delete(sent.resolve("gone.txt"));
        laptop.run("device", "rename", device(laptop, true), "Größe").succeeded();
        aDriveIsShared(laptop, server);
      }
      backup = folder.resolve("backup");
      new Program(folder.resolve("owner"))
          .run("admin", "backup", "--data", data.toString(), backup.toString())
          .succeeded();
    }
  }

  /** With bob, who is taken out and let in again, and then removes a device of his own. */
  private void aDriveIsShared(Client alice, TestServer server) throws Exception {
    Person person = Person.in(folder.resolve("bob"), "bob", "the password of bob");
    bobsSheet = person.sheet();
    try (Client bob = new Client(folder.resolve("bob home"), server.connectionString(), person);
        Client lost = new Client(folder.resolve("bob lost"), server.connectionString(), person)) {
      bob.register();
      alice.run("contact", "add", "--yes", "bob").succeeded();
      bob.run("contact", "add", "--yes", "alice").succeeded();
      alice.run("drive", "create", PLANS).succeeded();
      alice.run("drive", "share", PLANS, "with", "bob").succeeded();
      share(alice, "by-alice.txt", "in the first generation");
      share(bob, "by-bob.txt", "before he was taken out");
      alice.run("drive", "unshare", PLANS, "bob").succeeded();
      share(alice, "without-bob.txt", "in the second generation");
      alice.run("drive", "share", PLANS, "with", "bob").succeeded();
      lost.login().succeeded();
      share(lost, "by-the-lost.txt", "before it was lost");
      share(bob, "by-bob-again.txt", "after he has seen that");
      bob.run("device", "revoke", "--yes", device(bob, false)).succeeded();
      share(bob, "by-bob-last.txt", "in the third generation");
      alice.run("drive", "create", ALONE).succeeded();
      aMemberDeletesItsAccount(alice, bob, server);
    }
  }

  /** With dave, whose file the others see only when his account is gone. */
  private void aMemberDeletesItsAccount(Client alice, Client bob, TestServer server)
      throws Exception {
    Person person = Person.in(folder.resolve("dave"), "dave", "the password of dave");
    try (Client dave = new Client(folder.resolve("dave home"), server.connectionString(), person)) {
      dave.register();
      alice.run("contact", "add", "--yes", "dave").succeeded();
      dave.run("contact", "add", "--yes", "alice").succeeded();
      alice.run("drive", "share", PLANS, "with", "dave").succeeded();
      alice.run("agent", "stop").succeeded();
      bob.run("agent", "stop").succeeded();
      share(dave, "by-dave.txt", "before his account was deleted");
      String password = person.passwordFile().toString();
      dave.run("account", "delete", "--yes", "--password-file", password).succeeded();
    }
    for (Client reader : List.of(alice, bob)) {
      assertThat(reader.run("cat", PLANS + ":/by-dave.txt").succeeded().out())
          .isEqualTo("before his account was deleted");
    }
    assertThat(alice.run("contact", "show", "dave").failed(FAILED)).contains("is gone");
    alice.run("drive", "unshare", PLANS, "dave").succeeded();
    share(bob, "by-bob-once-more.txt", "in the fourth generation");
  }

  private void put(Client client, String name, String content) throws Exception {
    Path file = Files.writeString(sent.resolve(name), content);
    client.run("put", file.toString(), "/" + name).succeeded();
  }

  /** Puts a file into the drive that is shared. */
  private void share(Client client, String name, String content) throws Exception {
    Files.writeString(shared.resolve(name), content);
    JsonNode agent =
        new ObjectMapper().readTree(client.run("agent", "status", "--json").succeeded().out());
    String token = client.run("agent", "token").succeeded().out().strip();
    String path = "/api/v1/vault/drives/" + PLANS + "/files/" + name;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(agent.path("url").asText() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofString(content))
            .build();
    HttpClient.Builder http1 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    try (HttpClient http = http1.build()) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }
  }

  /** The one device that is the client's own, or is not. */
  private static String device(Client client, boolean own) throws Exception {
    String json = client.run("device", "list", "--json").succeeded().out();
    List<String> devices = new ArrayList<>();
    for (JsonNode device : new ObjectMapper().readTree(json).path("devices")) {
      if (device.path("here").asBoolean() == own) {
        devices.add(device.path("id").asText());
      }
    }
    assertThat(devices).hasSize(1);
    return devices.getFirst();
  }

  @Test
  void theWordsBringBackEveryByteFromTheServersFiles() throws Exception {
    Path received = folder.resolve("from the server");

    open(data, sheet, "extract", received.toString()).succeeded();

    assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
    Path old = received.resolve("tree").resolve("old.sh");
    assertThat(Files.isExecutable(old)).isTrue();
    assertThat(Files.getLastModifiedTime(old).toInstant()).isEqualTo(OLD);
  }

  @Test
  void aBackupOpensAsTheServersFilesDo() throws Exception {
    Path received = folder.resolve("from the backup");

    open(backup, sheet, "extract", received.toString()).succeeded();

    assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
  }

  @Test
  void theAccountIsToldAsItsChainHasIt() throws Exception {
    String info = open(data, sheet, "info").succeeded().out();

    assertThat(info).contains("Account:  alice", "2 generations", "Größe").doesNotContain("bob");
    assertThat(info.lines().filter(line -> line.startsWith("Device:"))).hasSize(1);
    assertThat(info).doesNotContain(removedDevice);
    String list = open(data, sheet, "list").succeeded().out();
    assertThat(list).contains("/tree/emoji 🎉/", "/by the phone.txt").doesNotContain("gone.txt");
  }

  @Test
  void eachMembersWordsBringBackADriveThatIsShared() throws Exception {
    Path alices = folder.resolve("shared from the server");
    Path bobs = folder.resolve("shared from the backup");

    open(data, sheet, "extract", "--drive", PLANS, alices.toString()).succeeded();
    open(backup, bobsSheet, "extract", "--drive", PLANS, bobs.toString()).succeeded();

    assertThat(SampleTree.content(alices)).isEqualTo(SampleTree.content(shared));
    assertThat(SampleTree.content(bobs)).isEqualTo(SampleTree.content(shared));
  }

  @Test
  void theDrivesOfAnAccountAreToldWithTheirMembers() throws Exception {
    String alices = open(data, sheet, "drives").succeeded().out();
    String bobs = open(data, bobsSheet, "drives").succeeded().out();

    assertThat(alices.lines()).hasSize(3);
    assertThat(alices.lines().findFirst().orElseThrow()).endsWith("owns    'home' (home): alice");
    assertThat(alices).contains("owns    '" + ALONE + "': alice\n");
    assertThat(alices.lines().filter(line -> line.contains("owns    '" + PLANS + "': ")))
        .singleElement(as(STRING))
        .contains("alice", "bob");
    assertThat(bobs).hasLineCount(1).contains("writes  '" + PLANS + "': ", "alice", "bob");
    String id = bobs.substring(0, bobs.indexOf(' '));
    String info = open(data, bobsSheet, "info", "--drive", id).succeeded().out();
    assertThat(info).contains("Member:   alice owns, pays", "Member:   bob writes");
  }

  @Test
  void anAccountWithoutAHomeIsToldSo() throws Exception {
    Program.Result result = open(data, bobsSheet, "list");

    assertThat(result.exitCode()).isEqualTo(FAILED);
    assertThat(result.err()).contains("no home drive of 'bob'").hasLineCount(1);
  }

  @Test
  @Tag("A33")
  void aListOfMembersThatNoDeviceOfItsMakerSignedIsRefused() throws Exception {
    Path damaged = copy(data, folder.resolve("changed members"));
    String change =
        """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        (drive,) = database.execute(
            "SELECT drive FROM vault_members GROUP BY drive HAVING count(*) = 2").fetchone()
        row, roster = database.execute(
            "SELECT rowid, roster FROM vault_rosters WHERE drive = ?"
            " ORDER BY number DESC LIMIT 1", (drive,)).fetchone()
        roster = roster[:-1] + bytes([roster[-1] ^ 1])
        database.execute("UPDATE vault_rosters SET roster = ? WHERE rowid = ?", (roster, row))
        database.commit()
        """;
    python("-c", change, damaged.resolve("anoncloud.db").toString()).succeeded();

    Program.Result result = open(damaged, bobsSheet, "drives");

    assertThat(result.exitCode()).isEqualTo(REFUSED);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("is not signed by a device of its maker").hasLineCount(1);
  }

  @Test
  void aFlippedByteInAPackIsNamedAndRefused() throws Exception {
    Path damaged = copy(data, folder.resolve("damaged"));
    Path pack = damaged.resolve(data.relativize(largePack));
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 4] ^= 1;
    Files.write(pack, bytes);
    Path received = folder.resolve("from the damaged");

    Program.Result result = open(damaged, sheet, "extract", received.toString());

    assertThat(result.exitCode()).isEqualTo(REFUSED);
    assertThat(result.err())
        .contains("file '/tree/large.bin'", pack.getFileName().toString(), "was changed")
        .hasLineCount(1);
    Map<String, String> others = new TreeMap<>(SampleTree.content(sent));
    others.remove("tree/large.bin");
    assertThat(SampleTree.content(received)).isEqualTo(others);
  }

  @Test
  void aChangedLinkOfTheChainIsRefused() throws Exception {
    Path damaged = copy(data, folder.resolve("changed chain"));
    String change =
        """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        row, link = database.execute(
            "SELECT l.rowid, link FROM account_links l JOIN accounts a USING (account_id)"
            " WHERE user_name = 'alice' AND seq = 1").fetchone()
        link = link[:100] + bytes([link[100] ^ 1]) + link[101:]
        database.execute("UPDATE account_links SET link = ? WHERE rowid = ?", (link, row))
        database.commit()
        """;
    python("-c", change, damaged.resolve("anoncloud.db").toString()).succeeded();

    Program.Result result = open(damaged, sheet, "list");

    assertThat(result.exitCode()).isEqualTo(REFUSED);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("link 1 of the chain").hasLineCount(1);
  }

  @Test
  @Tag("S4.2")
  void anOlderStateThanTheChainNamesIsRefused() throws Exception {
    Path older = copy(data, folder.resolve("older state"));
    String change =
        """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute(
            "DELETE FROM vault_roots WHERE (drive, number) IN"
            " (SELECT drive, max(number) FROM vault_roots GROUP BY drive)")
        database.commit()
        """;
    python("-c", change, older.resolve("anoncloud.db").toString()).succeeded();

    Program.Result result = open(older, sheet, "list");

    assertThat(result.exitCode()).isEqualTo(REFUSED);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("which the chain names, is missing").hasLineCount(1);
  }

  @Test
  void anotherPersonsWordsOpenNothing() throws Exception {
    Program.Result result = open(data, sheet, "--user", "bob", "list");

    assertThat(result.exitCode()).isEqualTo(FAILED);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("not the words of 'bob'").hasLineCount(1);
  }

  @Test
  void theSheetHasTheLinesOfTheDocument() throws Exception {
    List<String> lines = Files.readAllLines(sheet);

    assertThat(lines.get(7)).startsWith("Server:      anoncloud://127.0.0.1:");
    assertThat(lines.get(8)).isEqualTo("User name:   alice");
    assertThat(lines.get(9)).matches("Account key: ([0-9A-Z]{4}-){6}[0-9A-Z]{4}");
    assertThat(lines.subList(10, 13)).containsExactly("", "Recovery words:", "");
    assertThat(lines.subList(13, 17)).allMatch(line -> line.matches(" {4}([a-z]+ ){5}[a-z]+"));
    assertThat(lines.get(17)).isEmpty();
  }

  @Test
  void itComputesWhatTheVectorsSay() throws Exception {
    python(ROOT.resolve("tools").resolve("open_account_test.py").toString()).succeeded();
    python(ROOT.resolve("tools").resolve("open_account").toString(), "--self-test").succeeded();
  }

  private Program.Result open(Path from, Path words, String... command) throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.add(ROOT.resolve("tools").resolve("open_account").toString());
    arguments.addAll(List.of("--data", from.toString(), "--sheet", words.toString()));
    arguments.addAll(List.of(command));
    return python(arguments.toArray(String[]::new));
  }

  private Program.Result python(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(PYTHON.toString(), "-B"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "python", ".out");
    Path err = Files.createTempFile(folder, "python", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(240, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("Did not end: " + command + "\n" + Files.readString(err));
    }
    String said = Files.readString(err);
    assertThat(said)
        .as("apt-get install python3-cryptography")
        .doesNotContain("No module named 'cryptography'");
    return new Program.Result(process.exitValue(), Files.readString(out), said);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }
}
