package org.anonymouscloud.core.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.anonymouscloud.core.account.server.AccountEnd;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.Deletions;
import org.anonymouscloud.core.account.server.PresenceRecords;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Outage;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.metrics.RequestTimes;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.Periodic;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.session.server.ServedSession;
import org.anonymouscloud.core.session.server.SessionHandler;
import org.anonymouscloud.core.worker.Seats;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What answers the sessions of a process: the accounts and the features. Thread-safe. */
final class Services implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);
  private static final Duration LOOKS = Duration.ofSeconds(5);

  private final AccountService accounts;
  private final LoggedInSessions loggedIn;
  private final Pushes pushes;
  private final Signals.Subscription ends;
  private final Features features = new Features();
  private final PresenceRecords presence;
  private final SessionCheck sessionCheck;
  private final List<String> switchedOff = new ArrayList<>();
  private final Outage outage = new Outage();
  private final Periodic looks;

  private Services(
      AccountService accounts, Seats seats, OpenDatabase database, PresenceRecords presence) {
    this.accounts = accounts;
    this.presence = presence;
    this.loggedIn = new LoggedInSessions(seats);
    this.ends = AccountEnd.subscribe(database.signals(), loggedIn::end);
    this.pushes = new Pushes(database.signals(), loggedIn);
    this.sessionCheck = new SessionCheck(accounts, loggedIn, presence, database.signals());
    this.looks = Periodic.start("database-outage", LOOKS, round -> outage.look(database));
  }

  /**
   * Brings the tables up to date and starts the features; one that cannot start is named, and the
   * rest goes on.
   *
   * @param data the server's folder
   * @param secrets the caller's, as the database is; both outlive this
   */
  static Services start(
      ServerOptions options,
      Path data,
      OpenDatabase database,
      ServerSecrets secrets,
      Seats seats,
      List<ServerFeature> offered,
      Clock clock)
      throws CannotStart, IOException {
    FolderId.requireOwn(data, database);
    if (!FolderId.isTied(data) && !AccountService.hasAccounts(database)) {
      FeatureFolders.requireNew(data, offered);
    }
    List<FeatureData> kept = kept(offered);
    AccountService accounts =
        new AccountService(database, secrets, clock, options.accounts(), kept);
    if (options.databaseUrl().isPresent()) {
      FolderId.checkShared(data, database);
    } else {
      FolderId.check(data, database);
    }
    FeatureFolders.check(data, database, offered);
    Services services =
        new Services(accounts, seats, database, new PresenceRecords(database, clock));
    for (ServerFeature feature : offered) {
      services.start(
          feature,
          new ServerContext(
              database,
              data.resolve(feature.name()),
              new BlobFolder(data.resolve(feature.name())),
              accounts.space(feature.name()),
              AccountService.storedChains(),
              services.pushes.of(feature.name()),
              clock),
          database);
    }
    return services;
  }

  private void start(ServerFeature feature, ServerContext context, OpenDatabase database) {
    try {
      PrivateFile.createFolder(context.folder());
      feature.data().ifPresent(data -> database.migrate(data.tables()));
      features.start(feature, context);
    } catch (IOException | RuntimeException | Error e) {
      // Whatever a plugin throws, its own Errors too: the server goes on without it.
      LOG.error("The feature {} is switched off: {}", feature.name(), why(e));
      switchedOff.add(feature.name());
    }
  }

  private static String why(Throwable failure) {
    return failure instanceof IOException ofDisk ? DataFolder.reason(ofDisk) : failure.toString();
  }

  /** Does by the clock what one process does for all of a server. */
  Housekeeping housekeeping(
      OpenDatabase database, List<ServerFeature> offered, BooleanSupplier anybody, Clock clock) {
    return new Housekeeping(
        accounts, new Deletions(database, kept(offered), clock), database.signals(), anybody);
  }

  /** What features keep, also those that are switched off. */
  static List<FeatureData> kept(List<ServerFeature> offered) {
    return offered.stream().flatMap(feature -> feature.data().stream()).toList();
  }

  /** Answers the requests of a session. */
  SessionHandler handler(ServedSession session, RequestTimes times) {
    return new SessionRequests(
        session,
        new AccountPeer(accounts, session.handshakeHash(), session.network()),
        features,
        loggedIn,
        presence,
        pushes.of("account"),
        times,
        outage);
  }

  /** How many features run. */
  int running() {
    return features.count();
  }

  /** What keeps features that run from their work just now. */
  List<String> troubles() {
    return features.troubles();
  }

  /** How many files of features are known to be lost just now. */
  int lostFiles() {
    return features.lostFiles();
  }

  /** The features that could not start. */
  List<String> switchedOff() {
    return List.copyOf(switchedOff);
  }

  @Override
  public void close() {
    looks.close();
    sessionCheck.close();
    presence.close();
    features.close();
    pushes.close();
    ends.close();
  }
}
