package org.example.counter;

import java.nio.file.Path;
import org.anonymouscloud.client.testing.TestCloud;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.storage.postgres.PostgresDatabase;
import org.example.counter.client.CounterClient;
import org.example.counter.server.CounterServer;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresForTests.class)
final class PostgresCounterTest extends CounterContract {
  private final PostgresServer postgres;

  PostgresCounterTest(PostgresServer postgres) {
    this.postgres = postgres;
  }

  @Override
  TestCloud start(Path folder) throws Exception {
    return TestCloud.start(
        folder,
        new PostgresDatabase(),
        postgres.newDatabase(),
        CounterServer::new,
        CounterClient::new);
  }
}
