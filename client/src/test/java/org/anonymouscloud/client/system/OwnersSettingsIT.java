package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.anonymouscloud.core.backup.BackupPlace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The owner's commands and the server read the same settings, as docs/operations.md has them. */
@Tag("S4.17")
final class OwnersSettingsIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final Path MANUAL =
      Program.LAUNCHER.getParent().resolve("docs").resolve("operations.md");

  @TempDir private Path folder;
  private Path data = Path.of("");

  /** What an owner types, whose home is not the server's. */
  private Program owner = new Program(Path.of(""));

  @BeforeEach
  void makeDataFolder() throws Exception {
    data = Files.createDirectory(folder.resolve("data"));
    owner = new Program(folder.resolve("home of the owner"));
  }

  @Test
  void eachCommandFindsTheSettingsThatLieInTheDataFolder() throws Exception {
    Path file = data.resolve("anoncloud.conf");
    Files.writeString(file, "public-address = cloud.example.org:99\nregistration = closed\n");
    new TestServer(new Program(folder.resolve("home of the server")), data).start().close();

    Program.Result string = admin("connection-string", "--data", data.toString()).succeeded();
    assertThat(string.out()).startsWith("anoncloud://cloud.example.org:99#");
    assertThat(string.err()).isEmpty();
    assertThat(admin("invite", "--data", data.toString()).succeeded().err())
        .contains("Registration is closed");
    Path backups = folder.resolve("backups");
    admin("backup", "--data", data.toString(), backups.toString()).succeeded();
    assertThat(BackupPlace.backup(backups).resolve("anoncloud.conf")).hasSameTextualContentAs(file);
    assertThat(
            owner
                .run("server", "--check", "--listen", "127.0.0.1:0", "--data", data.toString())
                .succeeded()
                .out())
        .contains("registration = closed (" + file + ", line 2)");

    Files.writeString(file, "registration = invite\n");
    assertThat(admin("invite", "--data", data.toString()).succeeded().err())
        .doesNotContain("closed")
        .containsPattern("'anoncloud admin invite revoke \\S+ --data " + data + "' takes it back");
    Path config = Files.writeString(folder.resolve("my settings"), "data = " + data + "\n");
    assertThat(admin("invite", "--config", config.toString()).succeeded().err())
        .containsPattern("revoke \\S+ --config \"" + config + "\"' takes it back");
    assertThat(admin("connection-string", "--data", data.toString()).succeeded().err())
        .contains("public-address", file.toString());
    Files.writeString(file, "listen = 0.0.0.0:7431\n");
    assertThat(admin("connection-string", "--data", data.toString()).succeeded().err())
        .contains("the name that this machine calls itself", "public-address", file.toString());
  }

  @Test
  void pluginsAreThoseOfTheFolderThatTheSettingsFileNames() throws Exception {
    Path elsewhere = Files.writeString(folder.resolve("my.conf"), "data = " + data + "\n");

    admin("plugins", "disable", "encrypted-chat", "--config", elsewhere.toString()).succeeded();

    assertThat(admin("plugins", "list", "--data", data.toString()).succeeded().out())
        .containsPattern("encrypted-chat +off");
    assertThat(owner.home().resolve("server")).doesNotExist();
  }

  @Test
  void whoNamesTheWrongFolderIsToldHowToNameTheRightOne() throws Exception {
    for (String command : List.of("connection-string", "fingerprint", "accounts", "verify")) {
      assertThat(admin(command, "--data", folder.resolve("nowhere").toString()).failed(FAILED))
          .as(command)
          .contains("No server has run on the folder", "--data", "ANONCLOUD_HOME");
    }
  }

  /** What looks at a server makes none. */
  @Test
  @Tag("S4.15")
  void commandsOnAFolderWithoutAServerMakeNothingThere() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    for (String command : List.of("accounts", "invite", "verify")) {
      assertThat(admin(command, "--data", empty.toString()).failed(FAILED))
          .as(command)
          .contains("No server has run on the folder " + empty, "--data");
    }
    assertThat(empty).isEmptyDirectory();
  }

  /** Under systemd a server with another exit code is started again and again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "database = foo | named 'foo'",
        "database = postgres | --database-url",
        "database = postgres;database-url = mysql://u:p@db.example/x | postgresql://",
        "database = postgres;database-url = postgresql://db.example/x | postgresql://",
        "listen = 127.0.0.1:7431;metrics = 127.0.0.1:7431 | one of 'listen'",
        "quota = lots | quota is 'lots'"
      })
  @Tag("S4.15")
  void aWrongSettingHasAnExitCodeOfItsOwn(String lines, String named) throws Exception {
    Path file = data.resolve("anoncloud.conf");
    Files.writeString(file, lines.replace(";", "\n"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

    assertThat(owner.run("server", "--data", data.toString()).failed(USAGE)).contains(named);
    Program.Result check = owner.run("server", "--check", "--data", data.toString());
    assertThat(check.exitCode()).as(check.out() + check.err()).isEqualTo(USAGE);
    assertThat(check.out() + check.err()).contains(named);
    if (lines.startsWith("database")) {
      assertThat(admin("accounts", "--data", data.toString()).failed(USAGE)).contains(named);
    }
  }

  @Test
  @Tag("S4.12")
  void aBackupDoesNotLieInTheDataFolder() throws Exception {
    new TestServer(new Program(folder.resolve("home of the server")), data).start().close();
    Path link = Files.createSymbolicLink(folder.resolve("link"), data);

    for (Path place : List.of(data, data.resolve("backups"), link.resolve("new").resolve("deep"))) {
      assertThat(admin("backup", "--data", data.toString(), place.toString()).failed(USAGE))
          .contains("lies in the server's data folder");
    }
    assertThat(data.resolve("backups")).doesNotExist();
  }

  @Test
  void aSizeInTwoWordsIsRefusedByShowingWhatASizeLooksLike() throws Exception {
    assertThat(admin("quota", "bob", "50", "MB", "--data", data.toString()).failed(USAGE))
        .contains("500M", "'50 MB'");
  }

  /** Commands that name another folder, or none, are about another server than the unit's. */
  @Test
  void theUnitAndTheCommandsOfTheManualAreAboutOneFolder() throws Exception {
    String manual = Files.readString(MANUAL);
    List<String> folders = new ArrayList<>();
    var commands =
        Pattern.compile(
                "^(ExecStart=.*|sudo -u anoncloud anoncloud (?:admin|server) .*)$",
                Pattern.MULTILINE)
            .matcher(manual);
    while (commands.find()) {
      var named = Pattern.compile("--data (\\S+)").matcher(commands.group());
      assertThat(named.find()).as(commands.group()).isTrue();
      folders.add(named.group(1));
    }
    assertThat(folders).hasSizeGreaterThan(6).containsOnly("/var/lib/anoncloud/server");
    assertThat(manual).doesNotContain("ANONCLOUD_CONFIG=");
  }

  private Program.Result admin(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("admin"));
    command.addAll(List.of(arguments));
    return owner.run(command.toArray(String[]::new));
  }
}
