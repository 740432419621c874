package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.pf4j.Extension;

/** The vault on a server. Several server processes may share a database and a folder. Stateless. */
@Extension
public final class VaultServerFeature implements ServerFeature {
  @Override
  public String name() {
    return VaultMethod.FEATURE;
  }

  @Override
  public Optional<FeatureData> data() {
    return Optional.of(new VaultData());
  }

  @Override
  public RunningFeature start(ServerContext context) throws IOException {
    return serve(context);
  }

  VaultService serve(ServerContext context) throws IOException {
    try {
      Ledger ledger = new Ledger(context.tables(), context.space(), context.clock());
      BlobStore store = context.blobs().open();
      try {
        for (String dead : store.deadProcesses()) {
          ledger.giveUpAllOf(dead);
          store.forget(dead);
        }
        return new VaultService(
            ledger,
            new Membership(context.tables(), context.space(), context.chains()),
            store,
            new MemberPush(context.tables(), context.push(), MemberPush::pace));
      } catch (IOException | RuntimeException e) {
        store.close();
        throw e;
      }
    } catch (DatabaseUnavailable e) {
      throw new IOException("The vault's tables are not usable: " + e.getMessage(), e);
    }
  }
}
