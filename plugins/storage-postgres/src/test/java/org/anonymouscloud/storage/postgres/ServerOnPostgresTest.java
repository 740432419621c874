package org.anonymouscloud.storage.postgres;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.core.testing.ServerContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class ServerOnPostgresTest extends ServerContract {
  private static @Nullable PostgresServer server;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = PostgresServer.start(folder.resolve("postgres"));
  }

  @AfterAll
  static void stopServer() throws Exception {
    Objects.requireNonNull(server).close();
  }

  @Override
  protected Database plugin() {
    return new PostgresDatabase();
  }

  @Override
  protected Optional<String> newDatabase() throws Exception {
    return Optional.of(Objects.requireNonNull(server).newDatabase());
  }
}
