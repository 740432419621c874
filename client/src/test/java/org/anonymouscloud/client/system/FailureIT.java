package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.anonymouscloud.client.system.Program.Running;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.crypto.Secret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What people and scripts see when something is wrong: one sentence and the right exit code. */
@TestInstance(Lifecycle.PER_CLASS)
final class FailureIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NOT_LOGGED_IN = 3;
  private static final int REFUSED_BY_A_CHECK = 4;

  private Path folder = Path.of("");
  private TestServer server;
  private Person alice;

  /** Alice's installation. */
  private Client client;

  /** An installation where nobody is logged in. */
  private Client stranger;

  @BeforeAll
  void startServer(@TempDir Path temporary) throws Exception {
    folder = temporary;
    server = new TestServer(temporary).start();
    alice = Person.in(temporary, "alice", "a password of alice");
    client = new Client(temporary.resolve("home"), server.connectionString(), alice).register();
    stranger = new Client(temporary.resolve("stranger"), server.connectionString(), alice);
    Files.writeString(temporary.resolve("note.txt"), "a note");
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    stranger.close();
    server.close();
  }

  @Test
  @Tag("S4.18")
  void aServerThatIsDownIsWaitedForAloudAndNotForLong() throws Exception {
    Program away = new Program(folder.resolve("away"));
    TestServer other = new TestServer(folder.resolve("other")).start();
    Person bob = Person.in(folder, "boris", "a password of boris");
    try (Client client = new Client(away.home(), other.connectionString(), bob).register()) {
      client.run("ls", "/").succeeded();
      other.stop();

      Result usual = client.run("ls", "/");
      assertThat(usual.exitCode()).isEqualTo(FAILED);
      assertThat(usual.err())
          .startsWith("anoncloud: Waiting for the server at 127.0.0.1, port " + other.port())
          .contains("for 15 seconds, or 75 if", "Ctrl-C ends it ...")
          .hasLineCount(2);
      assertThat(client.run("ls", "/", "--timeout", "0").failed(FAILED)).contains("127.0.0.1");
      assertThat(client.run("ls", "/", "--timeout", "-1").exitCode()).isEqualTo(USAGE);
    } finally {
      other.close();
    }
  }

  @Test
  @Tag("A11")
  void aWrongPasswordAndAnUnknownUserAreToldInTheSameWords() throws Exception {
    Path wrong = Files.writeString(folder.resolve("wrong.password"), "not her password\n");
    Person mistyped = new Person("alice", wrong, alice.sheet());
    Person unknown = new Person("nobody", alice.passwordFile(), alice.sheet());

    String forPassword =
        new Client(stranger.program().home(), server.connectionString(), mistyped)
            .login()
            .failed(FAILED);
    String forUser =
        new Client(stranger.program().home(), server.connectionString(), unknown)
            .login()
            .failed(FAILED);

    assertThat(forPassword).containsIgnoringCase("password");
    assertThat(forUser).isEqualTo(forPassword.replace("alice", "nobody"));
  }

  @Test
  void anotherAccountKeyDoesNotOpenTheAccount() throws Exception {
    Path file = folder.resolve("other.key");
    try (AccountKey other = AccountKey.random();
        Secret text = other.text()) {
      Files.write(file, text.bytes());
    }
    Person withOtherKey = new Person("alice", alice.passwordFile(), file);

    assertThat(
            new Client(stranger.program().home(), server.connectionString(), withOtherKey)
                .login()
                .failed(FAILED))
        .containsIgnoringCase("account key");
  }

  @Test
  void anAccountKeyWithATypingErrorIsTold() throws Exception {
    Path file = folder.resolve("mistyped.key");
    Files.writeString(file, "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV\n");
    Person mistyped = new Person("alice", alice.passwordFile(), file);

    assertThat(
            new Client(stranger.program().home(), server.connectionString(), mistyped)
                .login()
                .failed(USAGE))
        .containsIgnoringCase("account key");
  }

  @Test
  void aTakenNameIsToldAtRegistration() throws Exception {
    Result again =
        stranger.run(
            "register",
            "--server",
            server.connectionString(),
            "--user",
            "alice",
            "--password-file",
            alice.passwordFile().toString(),
            "--sheet",
            folder.resolve("second.sheet").toString());

    assertThat(again.failed(FAILED)).contains("alice");
    assertThat(folder.resolve("second.sheet")).doesNotExist();
  }

  @Test
  @Tag("A14")
  void aServerWithAnotherKeyIsRefused() throws Exception {
    String other = otherFingerprint();

    assertThat(new Program(folder.resolve("pinger")).run("ping", other).failed(REFUSED_BY_A_CHECK))
        .containsIgnoringCase("fingerprint");
    new Client(stranger.program().home(), other, alice).login().failed(REFUSED_BY_A_CHECK);
  }

  @Test
  @Tag("A39")
  void aServerOfUnknownKeyIsRefusedWhereThereIsNobodyToAsk() throws Exception {
    String known = server.connectionString();
    String address = known.substring(0, known.indexOf('#'));
    String fingerprint = known.substring(known.indexOf('#') + 1);

    assertThat(
            new Program(folder.resolve("pinger")).run("ping", address).failed(REFUSED_BY_A_CHECK))
        .contains(fingerprint);
    new Client(stranger.program().home(), address, alice).login().failed(REFUSED_BY_A_CHECK);
  }

  @Test
  @Tag("A39")
  void aPersonIsAskedAboutAServerOfUnknownKey() throws Exception {
    String known = server.connectionString();
    String command = "ping " + known.substring(0, known.indexOf('#'));
    Program program = new Program(folder.resolve("pinger"));

    try (Running ping = program.startOnTerminal(command)) {
      ping.answer("[yes/no]", "yes");
      assertThat(ping.exitCode()).isZero();
      assertThat(ping.printed())
          .contains(known.substring(known.indexOf('#') + 1))
          .containsPattern("[0-9.]+ ms");
    }
    try (Running ping = program.startOnTerminal(command)) {
      ping.answer("[yes/no]", "no");
      assertThat(ping.exitCode()).isEqualTo(REFUSED_BY_A_CHECK);
      assertThat(ping.printed()).doesNotContainPattern("[0-9.]+ ms");
    }
  }

  private String otherFingerprint() {
    String known = server.connectionString();
    char first = known.charAt(known.indexOf('#') + 1);
    return known.replaceFirst("#.", first == 'a' ? "#b" : "#a");
  }

  @Test
  void pingMeasuresARoundTrip() throws Exception {
    Result ping = new Program(folder.resolve("pinger")).run("ping", server.connectionString());

    assertThat(ping.succeeded().out()).containsPattern("[0-9.]+ ms");
  }

  @Test
  void theOwnerCanReadTheFingerprintOffTheServer() throws Exception {
    Result fingerprint =
        new Program(folder.resolve("owner"))
            .run("admin", "fingerprint", "--data", server.data().toString());

    assertThat(fingerprint.succeeded().out().strip())
        .isNotEmpty()
        .isEqualTo(server.connectionString().substring(server.connectionString().indexOf('#') + 1));
  }

  @Test
  void aServerThatIsDownIsNamed() throws Exception {
    String nowhere =
        server.connectionString().replace(":" + server.port(), ":" + TestServer.freePort());

    assertThat(new Program(folder.resolve("pinger")).run("ping", nowhere).failed(FAILED))
        .contains(
            "127.0.0.1", nowhere.substring(nowhere.lastIndexOf(':') + 1, nowhere.indexOf('#')));
    new Client(stranger.program().home(), nowhere, alice).login().failed(FAILED);
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();

      Result result =
          new Program(folder.resolve("owner"))
              .run("server", "--data", folder.resolve("other").toString(), "--listen", address);

      assertThat(result.exitCode()).isEqualTo(FAILED);
      // The server's log comes before it.
      assertThat(result.err().lines().toList().getLast())
          .startsWith("anoncloud: ")
          .contains(address);
    }
  }

  @Test
  void aDataFolderThatIsAFileIsNamed() throws Exception {
    Path note = folder.resolve("note.txt");

    Result result =
        new Program(folder.resolve("owner"))
            .run("server", "--data", note.toString(), "--listen", "127.0.0.1:0");

    assertThat(result.failed(FAILED)).contains(note.toString());
  }

  @Test
  void aDataFolderThatAnotherServerUsesIsNamed() throws Exception {
    Result result =
        new Program(folder.resolve("owner"))
            .run("server", "--data", server.data().toString(), "--listen", "127.0.0.1:0");

    assertThat(result.failed(FAILED)).contains(server.data().toString());
  }

  @Test
  void aDatabaseThatIsAwayIsToldWithoutItsPassword() throws Exception {
    Result result =
        new Program(folder.resolve("owner"))
            .run(
                "server",
                "--data",
                folder.resolve("without database").toString(),
                "--listen",
                "127.0.0.1:0",
                "--database",
                "postgres",
                "--database-url",
                "postgresql://owner:hidden-word@127.0.0.1:" + TestServer.freePort() + "/cloud");

    assertThat(result.failed(FAILED)).contains("127.0.0.1").doesNotContain("hidden-word");
  }

  @Test
  void badPathsAreNamed() throws Exception {
    String note = folder.resolve("note.txt").toString();
    String missing = folder.resolve("no such file").toString();
    client.run("put", note, "/").succeeded();

    assertThat(client.run("put", missing, "/").failed(FAILED)).contains("no such file");
    assertThat(client.run("put", note, "/no such folder/x/").failed(FAILED))
        .contains("no such folder");
    assertThat(client.run("get", "/not-there", folder.toString()).failed(FAILED))
        .contains("/not-there");
    assertThat(client.run("ls", "/not-there").failed(FAILED)).contains("/not-there");
    assertThat(client.run("rm", "/not-there").failed(FAILED)).contains("/not-there");
    assertThat(
            client
                .run("get", "/note.txt", folder.resolve("no/such/target").toString())
                .failed(FAILED))
        .contains("no/such");
    assertThat(client.run("ls", "relative").failed(USAGE)).contains("relative");
  }

  @Test
  void aFolderNeedsTheOptionForFolders() throws Exception {
    Path tree = Files.createDirectories(folder.resolve("a tree/inner"));

    assertThat(client.run("put", tree.toString(), "/").failed(FAILED)).contains("-r");
  }

  @Test
  void withoutALoginTheExitCodeSaysSo() throws Exception {
    assertThat(stranger.run("ls", "/").failed(NOT_LOGGED_IN)).contains("anoncloud login");
    stranger.run("put", folder.resolve("note.txt").toString(), "/").failed(NOT_LOGGED_IN);
    stranger.run("get", "/note.txt", folder.toString()).failed(NOT_LOGGED_IN);
  }

  @Test
  void wrongUsageIsTold() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"put"},
          {"get"},
          {"ping"},
          {"ping", "http://example.org"},
          {"login", "--user", "alice"},
          {"server", "--listen", "127.0.0.1:99999"},
          {"server", "--database", "abacus"},
          {"ls", "--frobnicate"}
        }) {
      Result result = stranger.run(wrong);
      assertThat(result.exitCode()).as(String.join(" ", wrong)).isEqualTo(USAGE);
      assertThat(result.err()).startsWith("anoncloud: ").doesNotContain("\tat ", "Exception");
    }
  }

  @Test
  void scriptsGetOneJsonDocument() throws Exception {
    Path note = Files.writeString(folder.resolve("json.txt"), "for a script");

    JsonNode put = json("put", "--json", note.toString(), "/");
    JsonNode list = json("ls", "--json", "/");
    JsonNode get = json("get", "--json", "/json.txt", folder.resolve("json.copy").toString());
    JsonNode status = json("agent", "status", "--json");

    assertThat(put.isContainerNode()).isTrue();
    assertThat(list.toString()).contains("json.txt");
    assertThat(get.isContainerNode()).isTrue();
    assertThat(status.path("running").asBoolean()).isTrue();
    assertThat(status.path("url").asText()).startsWith("http://127.0.0.1:");
  }

  private JsonNode json(String... arguments) throws Exception {
    return new ObjectMapper().readTree(client.run(arguments).succeeded().out());
  }

  @Test
  void aDiskWithoutRoomForAServerFailsTheCheck() throws Exception {
    assumeTrue(SmallDisk.isPossible(), SmallDisk.REASON);
    Path home = folder.resolve("home of a check");
    Path disk = Files.createDirectories(folder.resolve("small disk"));
    Path data = Files.createDirectories(folder.resolve("checked"));
    Files.createSymbolicLink(data.resolve("vault"), disk);

    for (Path there : List.of(disk.resolve("data"), data)) {
      String[] check = {"server", "--check", "--data", there.toString(), "--listen", "127.0.0.1:0"};
      Result full = SmallDisk.around(home, disk, 20).run(check);
      assertThat(full.exitCode()).isEqualTo(FAILED);
      assertThat(full.err()).endsWith("look at the disk.\n");
      assertThat(full.out()).contains("failed: the disk: The disk of " + folder, "Make room");
      assertThat(SmallDisk.around(home, disk, 60).run(check).succeeded().out())
          .contains("note: The disk of " + folder, "ok: the disk\n");
    }
  }

  @Test
  void aFullDiskOfTheServerIsTold() throws Exception {
    assumeTrue(SmallDisk.isPossible(), SmallDisk.REASON);
    SampleTree.large(folder.resolve("too large.bin"), 64L << 20, 1);
    Path disk = Files.createDirectories(folder.resolve("full disk"));

    try (TestServer small =
            new TestServer(
                    SmallDisk.around(folder.resolve("owner"), disk, 40), disk.resolve("data"))
                .start();
        Client bob =
            new Client(
                    folder.resolve("home of bob"),
                    small.connectionString(),
                    Person.in(folder, "bob", "a password of bob"))
                .register()) {
      Result put = bob.run("put", folder.resolve("too large.bin").toString(), "/");

      assertThat(put.failed(FAILED)).containsIgnoringCase("full");
      // It goes on serving.
      bob.run("put", folder.resolve("note.txt").toString(), "/").succeeded();
      assertThat(bob.run("ls", "/").succeeded().out())
          .contains("note.txt")
          .doesNotContain("too large");
    }
  }

  @Test
  void aFullDiskOfTheClientIsToldAndNothingStaysOnIt() throws Exception {
    assumeTrue(SmallDisk.isPossible(), SmallDisk.REASON);
    SampleTree.large(folder.resolve("eight.bin"), 8L << 20, 1);
    client.run("put", folder.resolve("eight.bin").toString(), "/").succeeded();
    Path disk = Files.createDirectory(folder.resolve("small target"));

    Result get =
        SmallDisk.lookingAfter(client.program().home(), disk, 4)
            .run("get", "/eight.bin", disk.toString());

    assertThat(get.failed(FAILED)).containsIgnoringCase("no space left");
    assertThat(SmallDisk.leftBehind(disk)).isEmpty();
  }

  @Test
  void aTreeThatFillsTheDiskOfTheClientSaysWhatOfItIsThere() throws Exception {
    assumeTrue(SmallDisk.isPossible(), SmallDisk.REASON);
    Path tree = Files.createDirectory(folder.resolve("filling tree"));
    Files.writeString(tree.resolve("a small one"), "small");
    SampleTree.large(tree.resolve("eight.bin"), 8L << 20, 1);
    client.run("put", "-r", tree.toString(), "/tree").succeeded();
    Path disk = Files.createDirectory(folder.resolve("small target of a tree"));

    Result get =
        SmallDisk.lookingAfter(client.program().home(), disk, 4)
            .run("get", "-r", "--json", "/tree", disk.toString());

    assertThat(get.exitCode()).isEqualTo(FAILED);
    assertThat(SmallDisk.leftBehind(disk)).containsExactly("a small one");
    JsonNode done = new ObjectMapper().readTree(get.out());
    assertThat(done.path("files").asInt()).isEqualTo(1);
    assertThat(done.path("bytes").asInt()).isEqualTo(5);
    assertThat(done.path("failed")).singleElement().asString().contains("space left");
  }
}
