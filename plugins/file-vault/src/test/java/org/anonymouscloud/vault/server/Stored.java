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
import org.anonymouscloud.vault.protocol.DriveId;

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

  Space space(DriveId drive) {
    return database.read(handle -> DriveSpace.of(handle, drive));
  }

  /** Bytes that an account pays for. */
  long paid(AccountId account) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM account_space"
                        + " WHERE account_id = ?")
                .bind(0, account.bytes())
                .mapTo(Long.class)
                .one());
  }

  /** The files on disk are those in the tables, and all that is counted is what is there. */
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
    checkCounts();
  }

  /** What is counted for drives and accounts is what their rows say. */
  void checkCounts() {
    assertThat(
            wrong(
                """
                SELECT used || '/' || reserved || '/' || packs || '/' || held || '/' || unpaid
                FROM vault_space s
                WHERE used <> (SELECT COALESCE(SUM(length), 0) FROM vault_packs p
                               WHERE p.drive = s.drive AND held IS NULL)
                            + (SELECT COALESCE(SUM(length(root)), 0) FROM vault_roots r
                               WHERE r.drive = s.drive)
                            + (SELECT COALESCE(SUM(length(roster)), 0) FROM vault_rosters r
                               WHERE r.drive = s.drive)
                            + (SELECT COALESCE(SUM(length(sealed)), 0) FROM vault_grants g
                               WHERE g.drive = s.drive)
                   OR packs <> (SELECT COUNT(*) FROM vault_packs p
                                WHERE p.drive = s.drive AND held IS NULL)
                   OR held <> (SELECT COALESCE(SUM(length), 0) FROM vault_packs p
                               WHERE p.drive = s.drive AND held IS NOT NULL)
                   OR unpaid <> (SELECT COALESCE(SUM(length), 0) FROM vault_packs p
                                 WHERE p.drive = s.drive AND held = 0)
                   OR reserved <> (SELECT COALESCE(SUM(length), 0) FROM vault_loose_files f
                                   WHERE f.drive = s.drive AND process IS NOT NULL)
                """))
        .isEmpty();
    assertThat(
            wrong(
                """
                SELECT '' || SUM(s.used + s.reserved + s.held - s.unpaid)
                FROM vault_space s JOIN vault_drives d ON d.drive = s.drive
                GROUP BY d.payer
                HAVING SUM(s.used + s.reserved + s.held - s.unpaid) <>
                  (SELECT COALESCE(SUM(a.used), 0) FROM account_space a
                   WHERE a.account_id = d.payer AND a.feature = 'vault')
                """))
        .isEmpty();
    assertThat(
            wrong(
                """
                SELECT '' || a.used FROM account_space a
                WHERE a.feature = 'vault' AND a.used <> 0
                  AND NOT EXISTS (SELECT 1 FROM vault_drives d WHERE d.payer = a.account_id)
                """))
        .isEmpty();
  }

  private List<String> wrong(String sums) {
    return database.read(handle -> handle.createQuery(sums).mapTo(String.class).list());
  }
}
