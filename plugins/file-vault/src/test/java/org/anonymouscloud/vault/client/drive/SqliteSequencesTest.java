package org.anonymouscloud.vault.client.drive;

import java.nio.file.Path;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.vault.server.ServerHalf;

final class SqliteSequencesTest extends SequencesContract {
  @Override
  OpenDatabase open(Path folder) {
    return ServerHalf.sqlite(folder);
  }
}
