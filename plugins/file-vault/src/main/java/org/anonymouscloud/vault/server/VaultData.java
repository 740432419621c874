package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jdbi.v3.core.Handle;

/** What the vault keeps: its tables and the packs that they name. Stateless. */
final class VaultData implements FeatureData {
  private static final String SCRIPTS = "org/anonymouscloud/vault/db";

  @Override
  public Migrations tables() {
    return Migrations.of(VaultMethod.FEATURE, VaultData.class, SCRIPTS);
  }

  @Override
  public void files(Handle rows, Consumer<StoredFile> each) {
    new PackTables(rows)
        .eachPack(
            pack -> each.accept(new StoredFile(BlobStore.pathOf(pack.file()), pack.length())));
  }

  @Override
  public boolean forget(Handle rows, AccountId account) {
    return Ending.ofAccount(rows, account);
  }

  @Override
  public Hold hold(Path folder) throws IOException {
    return new BlobFolder(folder).lockDeletions()::close;
  }
}
