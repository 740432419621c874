package org.anonymouscloud.core.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.WatchedDatabase;
import org.anonymouscloud.core.metrics.MetricsPort;
import org.anonymouscloud.core.metrics.ServerMetrics;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.server.ServerKey;
import org.anonymouscloud.core.session.server.Serving;
import org.anonymouscloud.core.session.server.SessionListener;
import org.anonymouscloud.core.session.server.SessionThreads;
import org.anonymouscloud.core.worker.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server. Thread-safe. */
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final String VERSION =
      Objects.requireNonNullElse(
          Server.class.getPackage().getImplementationVersion(), "development");

  /** What is open, the newest first: closing goes the way back. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private final ServerOptions options;
  private final int unusable;
  private final Clock clock;
  private final ServerMetrics metrics = keep(new ServerMetrics());
  private List<String> switchedOff = List.of();
  private Optional<MetricsPort> metricsPort = Optional.empty();
  private boolean ready;
  private final ConnectionString address;

  private Server(
      ServerOptions options,
      Database database,
      List<ServerFeature> features,
      int unusable,
      Clock clock)
      throws CannotStart, IOException {
    this.options = options;
    this.unusable = unusable;
    this.clock = clock;
    boolean started = false;
    try {
      address = start(database, features);
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /**
   * Opens the data folder and the database, starts the features and listens.
   *
   * @param unusable how many plugins could not be loaded, without whose features the server runs
   * @throws CannotStart if that fails; what was opened is closed again
   */
  public static Server start(
      ServerOptions options,
      Database database,
      List<ServerFeature> features,
      int unusable,
      Clock clock)
      throws CannotStart {
    try {
      return new Server(options, database, features, unusable, clock);
    } catch (DatabaseUnavailable e) {
      throw new CannotStart(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CannotStart("The server cannot start: " + DataFolder.reason(e) + ".", e);
    }
  }

  /**
   * The fingerprint of the server whose data folder this is.
   *
   * @return empty if there is no server's key in it
   */
  public static Optional<Fingerprint> fingerprint(Path data) throws IOException {
    Path file = KeyFiles.key(data);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (ServerKey key = ServerKey.open(file)) {
      return Optional.of(key.fingerprint());
    }
  }

  private ConnectionString start(Database kind, List<ServerFeature> offered)
      throws CannotStart, IOException {
    DataFolder data = keep(DataFolder.open(options.data(), options.databaseUrl().isPresent()));
    DatabaseSettings where = new DatabaseSettings(data.path(), options.databaseUrl());
    if (!kind.exists(where)) {
      FeatureFolders.requireNew(data.path(), offered);
    }
    OpenDatabase opened = kind.open(where);
    WatchedDatabase database = keep(new WatchedDatabase(opened, opened.signals()));
    var _ = keep(database.tellDamage());
    KeyFiles.check(data.path(), database);
    boolean isNew = !Files.exists(KeyFiles.key(data.path()));
    ServerKey key = keep(ServerKey.open(KeyFiles.key(data.path())));
    if (isNew) {
      LOG.info("A new server was made in {}, with new keys.", data.path());
    }
    ServerSecrets secrets = keep(ServerSecrets.open(KeyFiles.secrets(data.path())));
    CountedSeats seats =
        new CountedSeats(options.maxUsers(), account -> AccountService.lineage(database, account));
    Services services =
        keep(Services.start(options, data.path(), database, secrets, seats, offered, clock));
    KeyFiles.bind(data.path(), database);
    var _ = keep(services.housekeeping(database, offered, () -> seats.count() > 0, clock));
    switchedOff = services.switchedOff();
    metrics.number("anoncloud.users", "Accounts that are logged in.", seats::count);
    metrics.features("on", services::running);
    metrics.number(
        "anoncloud.lost.files",
        "Files that are known to be lost or unreadable; admin verify names them.",
        services::lostFiles);
    metrics.features("off", () -> switchedOff.size() + unusable);
    measure(data, database, offered);
    if (options.metrics().isPresent()) {
      metricsPort = Optional.of(keep(tell(options.metrics().get(), database, services)));
    }
    logStart(kind);
    SessionListener listener = keep(listen(serving(key, services, seats, database)));
    metrics.sessions(listener.counts());
    ConnectionString reachable = options.connectionString(listener.port(), key.fingerprint());
    LOG.info("Ready: {}", reachable);
    ready = true;
    return reachable;
  }

  /** What a log that is read later must say first. */
  private void logStart(Database kind) {
    LOG.info(
        "AnonymousCloud {} starts on {}: database {}, registration {}, isolation {}, quota {},"
            + " max-users {}, max-connections {}, max-connections-per-network {}",
        VERSION,
        options.listen(),
        kind.name(),
        options.accounts().registration().name().toLowerCase(Locale.ROOT),
        options.workers().isPresent() ? "process" : "thread",
        limit(options.accounts().quota(), Long.MAX_VALUE),
        limit(options.maxUsers(), Integer.MAX_VALUE),
        options.limits().connections(),
        options.limits().connectionsPerNetwork());
  }

  private static String limit(long value, long none) {
    return value == none ? "none" : Long.toString(value);
  }

  /** What the owner watches so that the disk does not fill up unseen. */
  private void measure(DataFolder data, OpenDatabase database, List<ServerFeature> offered) {
    Totals totals = new Totals(database, Services.kept(offered), clock);
    metrics.version(VERSION);
    metrics.number("anoncloud.accounts", "Accounts.", totals::accounts);
    metrics.bytes("anoncloud.used", "What accounts use, as it counts for quotas.", totals::used);
    metrics.bytes(
        "anoncloud.held",
        "What accounts have given back and is kept a while longer, counted for them or not.",
        totals::held);
    metrics.bytes(
        "anoncloud.disk.free", "Space left on the disk of the data folder.", data::freeBytes);
  }

  /** Threads of this process, or processes; of those one is waited for, to see that they start. */
  private Serving serving(
      ServerKey key, Services services, CountedSeats seats, OpenDatabase database)
      throws IOException {
    if (options.workers().isEmpty()) {
      return new SessionThreads(
          key, options.limits(), session -> services.handler(session, metrics));
    }
    return keep(
        Workers.start(
            options.workers().get(), options.limits(), seats, database.signals(), metrics));
  }

  private SessionListener listen(Serving serving) throws CannotStart, IOException {
    InetSocketAddress address = options.listen().resolve();
    try {
      return SessionListener.start(address, options.limits(), serving);
    } catch (BindException e) {
      throw options.listen().taken("--listen", e);
    }
  }

  private MetricsPort tell(ListenAddress where, WatchedDatabase database, Services services)
      throws CannotStart, IOException {
    try {
      return MetricsPort.start(
          where.resolve(), metrics, () -> wrongWith(database), () -> troubles(services));
    } catch (BindException e) {
      throw where.taken("--metrics", e);
    }
  }

  private List<String> troubles(Services services) {
    List<String> troubles = new ArrayList<>(services.troubles());
    if (!switchedOff.isEmpty() || unusable > 0) {
      troubles.add("a feature is off; the log says why");
    }
    if (services.lostFiles() > 0) {
      troubles.add("files are missing or cannot be read; admin verify names them");
    }
    return troubles;
  }

  private static Optional<String> wrongWith(WatchedDatabase database) {
    if (database.isDamaged()) {
      return Optional.of("the database is damaged; the log says what to do");
    }
    try {
      int _ =
          database.<Integer, RuntimeException>read(
              handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one());
      return Optional.empty();
    } catch (DatabaseUnavailable e) {
      return Optional.of(MetricsPort.NO_ANSWER);
    }
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.push(resource);
    return resource;
  }

  /** What clients connect to, with the fingerprint of the server's key. */
  public ConnectionString address() {
    return address;
  }

  /** The port of {@code /health} and {@code /metrics}, if there is one. */
  public OptionalInt metricsPort() {
    return metricsPort.isPresent() ? OptionalInt.of(metricsPort.get().port()) : OptionalInt.empty();
  }

  /** The features that could not start; the log says why. */
  public List<String> switchedOff() {
    return switchedOff;
  }

  /**
   * Takes no more sessions, lets running requests finish for a while, then ends the features and
   * closes the database.
   */
  @Override
  public synchronized void close() {
    boolean ends = ready;
    ready = false;
    if (ends) {
      LOG.info("Stopping.");
    }
    metricsPort.ifPresent(MetricsPort::drain);
    while (!open.isEmpty()) {
      AutoCloseable next = open.pop();
      try {
        next.close();
      } catch (Exception e) {
        LOG.warn("A part of the server did not close as it should: {}", e.toString());
      }
    }
    if (ends) {
      LOG.info("Stopped.");
    }
  }
}
