package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.plugin.FeatureData;
import org.jdbi.v3.core.Handle;

/** What the vault keeps: the ledger's tables and the packs that they name. Stateless. */
final class VaultData implements FeatureData {
  @Override
  public Migrations tables() {
    return Migrations.of(Ledger.OWNER, Ledger.class, Ledger.SCRIPTS);
  }

  @Override
  public void files(Handle rows, Consumer<StoredFile> each) {
    new VaultTables(rows)
        .eachPack(
            pack -> each.accept(new StoredFile(BlobStore.pathOf(pack.file()), pack.length())));
  }

  @Override
  public boolean forget(Handle rows, AccountId account) {
    return Ledger.forget(new VaultTables(rows), account);
  }

  @Override
  public Hold hold(Path folder) throws IOException {
    return new BlobFolder(folder).lockDeletions()::close;
  }
}
