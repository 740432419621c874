package org.anonymouscloud.vault.server;

import java.nio.file.Path;
import org.anonymouscloud.core.database.OpenDatabase;

final class SqliteReturnTest extends ReturnContract {
  @Override
  OpenDatabase open(Path folder) {
    return ServerHalf.sqlite(folder);
  }
}
