package org.example.counter;

import java.nio.file.Path;
import org.anonymouscloud.client.testing.TestCloud;
import org.anonymouscloud.storage.sqlite.SqliteDatabase;
import org.example.counter.client.CounterClient;
import org.example.counter.server.CounterServer;

final class SqliteCounterTest extends CounterContract {
  @Override
  TestCloud start(Path folder) throws Exception {
    return TestCloud.start(folder, new SqliteDatabase(), CounterServer::new, CounterClient::new);
  }
}
