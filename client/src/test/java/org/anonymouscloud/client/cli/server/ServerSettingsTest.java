package org.anonymouscloud.client.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServerSettingsTest {
  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private Path file = Path.of("");

  @BeforeEach
  void chooseFile() {
    environment.put("ANONCLOUD_HOME", folder.resolve("home").toString());
    file = folder.resolve("some.conf");
  }

  @Test
  void withoutAWordFromItsOwnerAServerIsForThisMachineAndWithoutLimits() throws Exception {
    ServerSettings settings = settings(Map.of());

    assertThat(settings.data()).isEqualTo(folder.resolve("home/server"));
    assertThat(settings.database()).isEqualTo("sqlite");
    assertThat(settings.options().listen()).isEqualTo(ListenAddress.STANDARD);
    assertThat(settings.options().maxUsers()).isEqualTo(Integer.MAX_VALUE);
    assertThat(settings.options().limits()).isEqualTo(SessionLimits.STANDARD);
  }

  @Test
  void theCommandLineComesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
    write("max-users = 1", "max-connections = 1", "listen = 127.0.0.1:1");
    environment.put("ANONCLOUD_MAX_USERS", "2");
    environment.put("ANONCLOUD_MAX_CONNECTIONS", "2");

    ServerSettings settings = settings(Map.of(ServerSetting.MAX_USERS, "3"));

    assertThat(settings.options().maxUsers()).isEqualTo(3);
    assertThat(settings.options().limits().connections()).isEqualTo(2);
    assertThat(settings.options().listen().port()).isEqualTo(1);
    assertThat(settings.described())
        .contains(
            "max-users = 3 (--max-users)",
            "max-connections = 2 (ANONCLOUD_MAX_CONNECTIONS)",
            "listen = 127.0.0.1:1 (" + file + ", line 3)",
            "quota = no limit (not given)");
    assertThat(settings(Map.of(ServerSetting.QUOTA, "1G")).described())
        .contains("quota = 1G (--quota)");
  }

  @Test
  void theFileOfTheDataFolderIsReadWithoutBeingNamed() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("anoncloud.conf"), "# for us\n\n  quota=2G\n");
    environment.put("ANONCLOUD_DATA", data.toString());

    assertThat(ServerSettings.gather(context(), Map.of(), Optional.empty()).options().accounts())
        .extracting(policy -> policy.quota())
        .isEqualTo(2L << 30);
  }

  @ParameterizedTest
  @CsvSource({
    "MAX_USERS, 0",
    "MAX_USERS, many",
    "MAX_CONNECTIONS, 60001",
    "MAX_CONNECTIONS_PER_NETWORK, -1",
    "LISTEN, 127.0.0.1:99999",
    "LISTEN, 7420",
    "REGISTRATION, everybody",
    "QUOTA, 5 apples"
  })
  void aWrongValueIsNamedWithItsSourceAndWhatIsAllowed(ServerSetting setting, String value)
      throws Exception {
    write("", setting.key() + " = " + value);

    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> settings(Map.of()).options())
        .withMessageContaining(setting.key() + " is '" + value + "'")
        .withMessageContaining(file + ", line 2")
        .withMessageContaining(setting.allowed())
        .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.BAD_INPUT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-user = 3 | no setting 'max-user'",
        "max-users | name = value",
        "quota = 1G;quota = 2G | given twice"
      })
  void aLineThatIsNoSettingIsNamed(String lines, String problem) throws Exception {
    write(lines.split(";"));

    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> settings(Map.of()))
        .withMessageContaining(file.toString())
        .withMessageContaining(problem);
  }

  @Test
  void aFileInTheDataFolderDoesNotMoveTheDataFolder() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("anoncloud.conf"), "data = /elsewhere\n");
    environment.put("ANONCLOUD_DATA", data.toString());

    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> ServerSettings.gather(context(), Map.of(), Optional.empty()))
        .withMessageContaining("where the data folder is");
  }

  @Test
  @Tag("A63")
  void theDatabasesAddressIsNotTakenFromAFileThatEverybodyCanRead() throws Exception {
    write("database-url = postgresql://owner:hidden-word@db.example/cloud");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> settings(Map.of()))
        .withMessageContaining("chmod o-r " + file)
        .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.BAD_INPUT));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(settings(Map.of()).databaseUrl()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://owner:hidden-word@db.example:5433/cloud,"
        + " postgresql://owner@db.example:5433/cloud",
    "postgresql://db.example/cloud?user=owner&password=hidden-word, postgresql://db.example/cloud",
    "'postgresql://owner:hidden-word with @ in it@db.example/cloud', 'given, not shown'",
    "postgresql://owner:hidden/word@db.example:5433/cloud, 'given, not shown'",
    "postgresql://owner:12/hidden-word@db.example/cloud, 'given, not shown'",
    "postgresql://owner:hidden@word/w:1#x@db.example/cloud, 'given, not shown'",
    "postgresql://owner:hidden@word/x?y@db.example/cloud, 'given, not shown'",
    "postgresql://owner:hidden?word@db.example/cloud, 'given, not shown'",
    "hidden-word, 'given, not shown'"
  })
  @Tag("A63")
  void thePasswordOfTheDatabaseIsNeverShown(String url, String shown) throws Exception {
    environment.put("ANONCLOUD_DATABASE_URL", url);

    assertThat(ServerSettings.gather(context(), Map.of(), Optional.empty()).described())
        .contains("database-url = " + shown + " (ANONCLOUD_DATABASE_URL)")
        .noneMatch(line -> line.contains("hidden-word"));
  }

  @Test
  @Tag("S4.15")
  void anAddressThatSqliteHasNoUseForIsNamedWithItsLine() throws Exception {
    write("max-users = 3", "database-url = postgresql://owner:hidden-word@db.example/cloud");

    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> settings(Map.of()).requireUseOfDatabaseUrl())
        .withMessageContaining(file + ", line 2")
        .withMessageNotContaining("hidden-word")
        .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.BAD_INPUT));
    settings(Map.of(ServerSetting.DATABASE, "postgres")).requireUseOfDatabaseUrl();
  }

  private void write(String... lines) throws IOException {
    Files.write(file, java.util.List.of(lines));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** With the file, if it has been written. */
  private ServerSettings settings(Map<ServerSetting, String> flags) throws Exception {
    return ServerSettings.gather(context(), flags, Optional.of(file).filter(Files::exists));
  }

  private Context context() throws IOException {
    return new Context(
        environment,
        Home.of(environment),
        new StandardTerminal(new StandardOutput()),
        new Timeout());
  }

  @Test
  @Tag("S4.17")
  void aMisspeltVariableIsNamed() {
    assertThat(
            ServerSettings.unknownVariables(
                Map.of(
                    "ANONCLOUD_MAX_USER",
                    "3",
                    "ANONCLOUD_MAX_USERS",
                    "3",
                    "ANONCLOUD_CONFIG",
                    "file",
                    "ANONCLOUD_JAVA_OPTIONS",
                    "-Xmx1g",
                    "PATH",
                    "/bin")))
        .containsExactly("ANONCLOUD_MAX_USER");
  }
}
