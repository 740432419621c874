package org.anonymouscloud.vault.server;

import java.nio.file.Path;
import org.anonymouscloud.core.database.OpenDatabase;

final class SqliteSpaceTest extends SpaceContract {
  @Override
  OpenDatabase open(Path folder) {
    return ServerHalf.sqlite(folder);
  }
}
