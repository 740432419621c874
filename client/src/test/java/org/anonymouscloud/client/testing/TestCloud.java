package org.anonymouscloud.client.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.session.server.SessionLimits;

/**
 * A real server on the loopback address with the server half of a plugin, and the devices of its
 * accounts with the client half, all in this process. Sessions, keys, agents and their local APIs
 * are the program's own; only the plugin's jar and its signature are missing. Everybody can make an
 * account, of any size. Thread-safe, but for {@link #restart} and {@link #close}.
 */
public final class TestCloud implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final Path folder;
  private final Database database;
  private final Optional<String> url;
  private final Supplier<? extends ServerFeature> serverHalf;
  private final Supplier<? extends ClientFeature> clientHalf;
  private final List<TestDevice> devices = new CopyOnWriteArrayList<>();
  private final AtomicInteger homes = new AtomicInteger();
  private Server server;
  private final OpenDatabase tables;

  private TestCloud(
      Path folder,
      Database database,
      Optional<String> url,
      Supplier<? extends ServerFeature> serverHalf,
      Supplier<? extends ClientFeature> clientHalf)
      throws CannotStart, IOException {
    this.folder = Files.createDirectories(folder);
    this.database = database;
    this.url = url;
    this.serverHalf = serverHalf;
    this.clientHalf = clientHalf;
    this.server = serve(0);
    this.tables = database.open(new DatabaseSettings(data(), url));
  }

  /**
   * Starts a server whose database is in its data folder, as SQLite's is.
   *
   * @param folder of the test, for server and devices
   * @param serverHalf makes the plugin's server half, at each start of the server
   * @param clientHalf makes its client half, for each device
   * @throws CannotStart if the server does not start
   * @throws IllegalStateException if the plugin's half does not start
   */
  public static TestCloud start(
      Path folder,
      Database database,
      Supplier<? extends ServerFeature> serverHalf,
      Supplier<? extends ClientFeature> clientHalf)
      throws CannotStart, IOException {
    return new TestCloud(folder, database, Optional.empty(), serverHalf, clientHalf);
  }

  /**
   * The same where the database has an address, as PostgreSQL's has.
   *
   * @param url of a database that is empty or this server's, as for {@code --database-url}
   */
  public static TestCloud start(
      Path folder,
      Database database,
      String url,
      Supplier<? extends ServerFeature> serverHalf,
      Supplier<? extends ClientFeature> clientHalf)
      throws CannotStart, IOException {
    return new TestCloud(folder, database, Optional.of(url), serverHalf, clientHalf);
  }

  /**
   * @param port 0 for any
   */
  private Server serve(int port) throws CannotStart {
    Server started =
        Server.start(
            new ServerOptions(
                data(),
                new ListenAddress(LOOPBACK, port),
                Optional.empty(),
                url,
                Integer.MAX_VALUE,
                new AccountPolicy(AccountPolicy.Registration.OPEN, Long.MAX_VALUE),
                SessionLimits.STANDARD,
                Optional.empty(),
                Optional.empty()),
            database,
            List.of(serverHalf.get()),
            0,
            Clock.systemUTC());
    if (!started.switchedOff().isEmpty()) {
      started.close();
      throw new IllegalStateException("The plugin's server half does not start; the log says why.");
    }
    return started;
  }

  /**
   * Makes an account and gives its first device.
   *
   * @param user the account's name, which nobody else has here
   */
  public TestDevice register(String user) throws Problem, IOException {
    return TestDevice.register(this, user);
  }

  /** A device closes with this. */
  void keep(TestDevice device) {
    devices.add(device);
  }

  /** Ends the server and starts it again, at the same address. Devices come back by themselves. */
  public void restart() throws CannotStart {
    int port = server.address().port();
    server.close();
    server = serve(port);
  }

  /**
   * All tables of the server, as its owner or a thief has them: to look at what is stored, and to
   * change it. Closed with the server.
   */
  public Transactions tables() {
    return tables;
  }

  /** The server's data folder, with the folder of the plugin in it. */
  public Path data() {
    return folder.resolve("server");
  }

  /** A new folder's path for the home of a device. */
  Path newHome(String user) {
    return folder.resolve(user + "-" + homes.incrementAndGet());
  }

  ClientFeature newClientHalf() {
    return clientHalf.get();
  }

  /** What a client connects to, with the fingerprint of the server's key. */
  String address() {
    return server.address().toString();
  }

  @Override
  public void close() throws IOException {
    for (TestDevice device : devices) {
      device.close();
    }
    tables.close();
    server.close();
  }
}
