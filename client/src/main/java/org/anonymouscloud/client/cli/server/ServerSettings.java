package org.anonymouscloud.client.cli.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.server.PublicAddress;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.anonymouscloud.core.worker.WorkerProgram;

/**
 * What a server's owner has decided. Each setting is taken from the first place that has it: the
 * command line, the environment, the settings file; else the program's own choice holds. A value is
 * looked at when it is asked for, so a command does not stumble over what it does not use.
 * Immutable.
 */
public final class ServerSettings {
  /** The settings file of a data folder, read if it is there. */
  public static final String FILE_NAME = "anoncloud.conf";

  /** User, password, machine, port and name; no other character that could end one of them. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<scheme>postgres(?:ql)?://)"
              + "(?:(?<user>[^:@/?#]+)(?::[^@/?#]*)?@)?"
              + "(?<rest>(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?/[A-Za-z0-9_.-]*)"
              + "(?:\\?[^@#]*)?");

  private static final String CONFIG_VARIABLE = "ANONCLOUD_CONFIG";
  private static final int STANDARD_SPARE_WORKERS = 2;
  private static final int MAX_SPARE_WORKERS = 64;
  private static final String SQLITE = "sqlite";
  private static final String OWN_CHOICE = "not given";
  private static final String NO_LIMIT = "no limit";

  /** Variables that begin like a setting's and are read elsewhere. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          CONFIG_VARIABLE,
          "ANONCLOUD_HOME",
          "ANONCLOUD_JAVA_OPTIONS",
          "ANONCLOUD_JDK_FOLDERS",
          "ANONCLOUD_LAUNCHER",
          "ANONCLOUD_DEBUG",
          "ANONCLOUD_REHEARSAL");

  private final Map<ServerSetting, GivenValue> values;
  private final Path standardData;

  /** That somebody has named, else the data folder's is looked for. */
  private final Optional<Path> named;

  private ServerSettings(
      Map<ServerSetting, GivenValue> values, Path standardData, Optional<Path> named) {
    this.values = values;
    this.standardData = standardData;
    this.named = named;
  }

  /** Reads a value of a setting; fails with an {@link IllegalArgumentException} that names it. */
  private interface Reader<T> extends Function<String, T> {}

  /**
   * Gathers the settings.
   *
   * @param flags as given on the command line
   * @param file named on the command line
   * @throws Problem if the file cannot be read or has a line that is no setting
   */
  public static ServerSettings gather(
      Context context, Map<ServerSetting, String> flags, Optional<Path> file) throws Problem {
    Map<ServerSetting, GivenValue> values = new EnumMap<>(ServerSetting.class);
    flags.forEach(
        (setting, text) -> {
          values.put(setting, new GivenValue(text, setting.flag()));
        });
    for (ServerSetting setting : ServerSetting.values()) {
      context
          .environment(setting.variable())
          .ifPresent(text -> values.putIfAbsent(setting, new GivenValue(text, setting.variable())));
    }
    Optional<Path> named = file.or(() -> context.environment(CONFIG_VARIABLE).map(Path::of));
    ServerSettings given = new ServerSettings(values, context.home().server(), named);
    Map<ServerSetting, GivenValue> inFile =
        named.isPresent()
            ? SettingsFile.read(named.get())
            : SettingsFile.readIfThere(given.data().resolve(FILE_NAME));
    inFile.forEach(values::putIfAbsent);
    return given;
  }

  /** Variables of the environment that look like settings and are none: misspelt, mostly. */
  static List<String> unknownVariables(Map<String, String> environment) {
    Set<String> known =
        Arrays.stream(ServerSetting.values())
            .map(ServerSetting::variable)
            .collect(Collectors.toCollection(HashSet::new));
    known.addAll(OTHER_VARIABLES);
    return environment.keySet().stream()
        .filter(name -> name.startsWith(ServerSetting.VARIABLES) && !known.contains(name))
        .sorted()
        .toList();
  }

  /** The settings file that holds, if there is one. */
  public Optional<Path> file() {
    return named.or(() -> Optional.of(data().resolve(FILE_NAME)).filter(Files::exists));
  }

  /** The data folder, whether it is there or not. */
  public Path data() {
    GivenValue value = values.get(ServerSetting.DATA);
    return value == null ? standardData : Path.of(value.text());
  }

  /** The kind of database by its name. */
  public String database() {
    return read(ServerSetting.DATABASE).map(GivenValue::text).orElse(SQLITE);
  }

  /** Where the database is, with credentials. */
  Optional<String> databaseUrl() {
    return read(ServerSetting.DATABASE_URL).map(GivenValue::text);
  }

  /** Where a server listens, if anybody has said so. */
  public Optional<ListenAddress> listen() throws Problem {
    return read(ServerSetting.LISTEN, ListenAddress::parse);
  }

  /** What a server is started with. */
  public ServerOptions options() throws Problem {
    return new ServerOptions(
        data(),
        listen().orElse(ListenAddress.STANDARD),
        read(ServerSetting.PUBLIC_ADDRESS, PublicAddress::parse),
        databaseUrl(),
        number(ServerSetting.MAX_USERS, Integer.MAX_VALUE, Integer.MAX_VALUE),
        accounts(),
        limits(),
        metrics(),
        workers());
  }

  private Optional<ListenAddress> metrics() throws Problem {
    Optional<ListenAddress> metrics = read(ServerSetting.METRICS, ListenAddress::parse);
    if (metrics.isPresent() && metrics.get().port() != 0 && metrics.equals(listen())) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "metrics is '"
              + metrics.get()
              + "' ("
              + read(ServerSetting.METRICS).orElseThrow().source()
              + "), the same as the one of 'listen'. Choose another port for it.");
    }
    return metrics;
  }

  /**
   * Refuses an address of a database beside SQLite: who forgot the kind would start an empty one.
   */
  void requireUseOfDatabaseUrl() throws Problem {
    GivenValue url = values.get(ServerSetting.DATABASE_URL);
    if (url != null && database().equals(SQLITE)) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "database-url ("
              + url.source()
              + ") is given, but database is sqlite ("
              + read(ServerSetting.DATABASE).map(GivenValue::source).orElse(OWN_CHOICE)
              + "), which lies in the data folder. Take database-url away, or set database ="
              + " postgres.");
    }
  }

  /**
   * Warns if the connection string names this machine as it calls itself, because nobody has said
   * how others call it.
   */
  public void warnOfOwnName(Terminal terminal) throws Problem, CannotStart {
    ServerOptions options = options();
    if (options.publicAddress().isEmpty() && options.listen().isAll()) {
      terminal.warn(
          "No setting says where clients reach the server, so the connection string has the name"
              + " that this machine calls itself, which people elsewhere may not know. Put"
              + " public-address into "
              + file().orElse(data().resolve(FILE_NAME))
              + ".");
    }
  }

  private boolean inProcesses() throws Problem {
    return read(ServerSetting.ISOLATION, ServerSettings::isProcess).orElse(false);
  }

  private static boolean isProcess(String text) {
    return switch (text) {
      case "thread" -> false;
      case "process" -> true;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /** What a worker needs to know is all that was given here, wherever it was given. */
  private Optional<WorkerProgram> workers() throws Problem {
    int spare = number(ServerSetting.SPARE_WORKERS, MAX_SPARE_WORKERS, STANDARD_SPARE_WORKERS);
    if (!inProcesses()) {
      return Optional.empty();
    }
    Map<String, String> given = new HashMap<>();
    values.forEach((setting, value) -> given.put(setting.key(), value.text()));
    given.put(ServerSetting.DATA.key(), data().toAbsolutePath().toString());
    String launcher = System.getenv("ANONCLOUD_LAUNCHER");
    if (launcher == null) {
      throw new Problem(
          Problem.Kind.INTERNAL, "The program's launcher is not known; start it by its launcher.");
    }
    return Optional.of(new WorkerProgram(List.of(launcher, "worker"), given, spare));
  }

  /** The settings that a worker is told. */
  static ServerSettings ofWorker(Map<String, String> given) {
    Map<ServerSetting, GivenValue> values = new EnumMap<>(ServerSetting.class);
    for (ServerSetting setting : ServerSetting.values()) {
      String text = given.get(setting.key());
      if (text != null) {
        values.put(setting, new GivenValue(text, "the listener"));
      }
    }
    return new ServerSettings(values, Path.of(""), Optional.empty());
  }

  private AccountPolicy accounts() throws Problem {
    return new AccountPolicy(
        read(ServerSetting.REGISTRATION, ServerSettings::registration).orElse(Registration.OPEN),
        read(ServerSetting.QUOTA, Size::parse).orElse(Long.MAX_VALUE));
  }

  private SessionLimits limits() throws Problem {
    SessionLimits standard = inProcesses() ? SessionLimits.OF_PROCESSES : SessionLimits.STANDARD;
    return standard.withConnections(
        number(
            ServerSetting.MAX_CONNECTIONS, SessionLimits.MAX_CONNECTIONS, standard.connections()),
        number(
            ServerSetting.MAX_CONNECTIONS_PER_NETWORK,
            SessionLimits.MAX_CONNECTIONS,
            standard.connectionsPerNetwork()));
  }

  private static Registration registration(String text) {
    return switch (text) {
      case "open" -> Registration.OPEN;
      case "invite" -> Registration.INVITE;
      case "closed" -> Registration.CLOSED;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private int number(ServerSetting setting, int most, int standard) throws Problem {
    return read(
            setting,
            text -> {
              int number = Integer.parseInt(text);
              if (number < 1 || number > most) {
                throw new IllegalArgumentException(text);
              }
              return number;
            })
        .orElse(standard);
  }

  private Optional<GivenValue> read(ServerSetting setting) {
    return Optional.ofNullable(values.get(setting));
  }

  private <T> Optional<T> read(ServerSetting setting, Reader<T> reader) throws Problem {
    GivenValue value = values.get(setting);
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader.apply(value.text().strip()));
    } catch (IllegalArgumentException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          setting.key()
              + " is '"
              + value.text()
              + "' ("
              + value.source()
              + "). Allowed is "
              + setting.allowed()
              + ".",
          e);
    }
  }

  /** A line for each setting: its value, and where that comes from. No line holds a password. */
  List<String> described() throws Problem {
    ServerOptions options = options();
    Map<ServerSetting, Object> effective = new EnumMap<>(ServerSetting.class);
    effective.put(ServerSetting.DATA, options.data().toAbsolutePath().normalize());
    effective.put(ServerSetting.LISTEN, options.listen());
    effective.put(
        ServerSetting.PUBLIC_ADDRESS,
        options.publicAddress().map(PublicAddress::toString).orElse("none"));
    effective.put(ServerSetting.DATABASE, database());
    effective.put(
        ServerSetting.DATABASE_URL,
        databaseUrl().map(ServerSettings::withoutPassword).orElse("none"));
    effective.put(
        ServerSetting.MAX_USERS,
        options.maxUsers() == Integer.MAX_VALUE ? NO_LIMIT : options.maxUsers());
    effective.put(ServerSetting.MAX_CONNECTIONS, options.limits().connections());
    effective.put(
        ServerSetting.MAX_CONNECTIONS_PER_NETWORK, options.limits().connectionsPerNetwork());
    effective.put(
        ServerSetting.REGISTRATION,
        options.accounts().registration().name().toLowerCase(java.util.Locale.ROOT));
    effective.put(
        ServerSetting.QUOTA,
        read(ServerSetting.QUOTA).map(value -> value.text().strip()).orElse(NO_LIMIT));
    effective.put(
        ServerSetting.METRICS, options.metrics().map(ListenAddress::toString).orElse("none"));
    effective.put(ServerSetting.ISOLATION, inProcesses() ? "process" : "thread");
    effective.put(
        ServerSetting.SPARE_WORKERS,
        number(ServerSetting.SPARE_WORKERS, MAX_SPARE_WORKERS, STANDARD_SPARE_WORKERS));
    List<String> lines = new ArrayList<>();
    effective.forEach(
        (setting, value) ->
            lines.add(
                setting.key()
                    + " = "
                    + value
                    + " ("
                    + read(setting).map(GivenValue::source).orElse(OWN_CHOICE)
                    + ")"));
    return lines;
  }

  /**
   * User, machine and name; what else an address may hold is nobody's business. Where a character
   * of the password is taken for the end of it, its rest is taken for something else: what is not
   * the usual address is not shown.
   */
  private static String withoutPassword(String url) {
    Matcher address = ADDRESS.matcher(url);
    return address.matches()
        ? address.group("scheme")
            + (address.group("user") == null ? "" : address.group("user") + "@")
            + address.group("rest")
        : "given, not shown";
  }
}
