package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.storage.postgres.PostgresDatabase;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresVaultTest extends VaultContract {
  private static @Nullable PostgresServer postgres;

  @BeforeAll
  static void startPostgres(@TempDir Path folder) throws Exception {
    postgres = PostgresServer.start(folder.resolve("postgres"));
  }

  @AfterAll
  static void stopPostgres() throws Exception {
    Objects.requireNonNull(postgres).close();
  }

  private static String newDatabase() {
    try {
      return Objects.requireNonNull(postgres).newDatabase();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OpenDatabase open(Path folder, String url) {
    return new PostgresDatabase().open(new DatabaseSettings(folder, Optional.of(url)));
  }

  @Override
  OpenDatabase open(Path folder) {
    return open(folder, newDatabase());
  }

  @Test
  void nodesThatShareADatabaseAndAFolderAreOneServer(@TempDir Path shared) throws Exception {
    String url = newDatabase();
    AccountId account = AccountId.random();
    try (ServerHalf one = ServerHalf.start(shared, open(shared, url));
        ServerHalf two = ServerHalf.start(shared, open(shared, url))) {
      long full = VaultClient.EMPTY + 7L * MIN_PACK + RootHeader.ROOT;
      one.setQuota(full);
      two.setQuota(full);
      VaultClient atOne = VaultClient.create(one, account);
      VaultClient atTwo = VaultClient.of(two, account, atOne.drive());
      List<PackName> stored = new ArrayList<>();
      List<Callable<Void>> puts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        VaultClient client = i % 2 == 0 ? atOne : atTwo;
        puts.add(
            () -> {
              PackName name = PackName.random();
              client.put(name, new byte[MIN_PACK]);
              synchronized (stored) {
                stored.add(name);
              }
              return null;
            });
      }

      List<String> outcomes = atOnce(puts);
      one.sweep();
      two.sweep();

      assertThat(outcomes).containsOnly("done", "QUOTA_EXCEEDED");
      assertThat(stored).hasSize(7);
      atOne.move(0, new byte[] {1}, stored);
      for (PackName name : stored) {
        assertThat(atTwo.get(name, MIN_PACK)).hasSize(MIN_PACK);
      }
      assertThat(atTwo.root(VaultMessages.NEWEST).number()).isZero();
      assertThat(atTwo.usage()).isEqualTo(new VaultMessages.Usage(full, full, full, 0, 7, 0));
      new Stored(one.database(), one.folder()).checkSums();
    }
  }
}
