package org.anonymouscloud.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.OpenDatabase;

/** What really lies in a server's tables and on its disk. */
record Stored(OpenDatabase database, Path folder) {
  /** What all packs have in the place of a time. */
  private static final FileTime NO_TIME = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

  /** The names of all files of packs, whole or not. */
  TreeSet<String> files() throws IOException {
    TreeSet<String> files = new TreeSet<>();
    for (String part : List.of("packs", "incoming")) {
      try (Stream<Path> found = Files.walk(folder.resolve(part))) {
        found
            .filter(Files::isRegularFile)
            .map(file -> file.getFileName().toString())
            .filter(name -> !name.equals("lock"))
            .forEach(files::add);
      }
    }
    return files;
  }

  VaultTables.Space space(AccountId account) {
    return database.read(handle -> new VaultTables(handle).space(account));
  }

  /** The files on disk are those in the tables, and each account's counts are its sums. */
  void checkSums() throws IOException {
    List<String> known =
        database.read(
            handle ->
                handle
                    .createQuery(
                        "SELECT file FROM vault_packs UNION ALL SELECT file FROM vault_loose_files")
                    .mapTo(String.class)
                    .list());
    assertThat(files()).containsExactlyInAnyOrderElementsOf(known);
    try (Stream<Path> packs = Files.walk(folder.resolve("packs"))) {
      // When somebody stored something is nobody's business (S4.10).
      assertThat(packs.filter(Files::isRegularFile))
          .allSatisfy(pack -> assertThat(Files.getLastModifiedTime(pack)).isEqualTo(NO_TIME));
    }
    List<String> wrong =
        database.read(
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT used || '/' || packs || '/' || reserved FROM vault_space s
                        WHERE used <> (SELECT COALESCE(SUM(length), 0) FROM vault_packs p
                                       WHERE p.account_id = s.account_id)
                                    + (SELECT COALESCE(SUM(length(root)), 0) FROM vault_roots r
                                       WHERE r.account_id = s.account_id)
                           OR used + reserved <> (SELECT COALESCE(SUM(used), 0)
                                                  FROM account_space a
                                                  WHERE a.account_id = s.account_id)
                           OR packs <> (SELECT COUNT(*) FROM vault_packs p
                                        WHERE p.account_id = s.account_id)
                           OR reserved <> (SELECT COALESCE(SUM(length), 0)
                                           FROM vault_loose_files f
                                           WHERE f.account_id = s.account_id
                                             AND process IS NOT NULL)
                        """)
                    .mapTo(String.class)
                    .list());
    assertThat(wrong).isEmpty();
  }
}
