package org.anonymouscloud.vault.server;

import java.util.Optional;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jdbi.v3.core.Handle;

/** The statements on drives' roots, within one transaction. */
record RootTables(Handle handle) {
  Optional<byte[]> root(DriveId drive, long number) {
    return handle
        .createQuery("SELECT root FROM vault_roots WHERE drive = ? AND number = ?")
        .bind(0, drive.bytes())
        .bind(1, number)
        .mapTo(byte[].class)
        .findOne();
  }

  /** The number of the newest root, -1 if there is none. */
  long newest(DriveId drive) {
    return handle
        .createQuery("SELECT number FROM vault_roots WHERE drive = ? ORDER BY number DESC LIMIT 1")
        .bind(0, drive.bytes())
        .mapTo(Long.class)
        .findOne()
        .orElse(-1L);
  }

  void insert(DriveId drive, long number, byte[] root) {
    handle.execute(
        "INSERT INTO vault_roots (drive, number, root) VALUES (?, ?, ?)",
        drive.bytes(),
        number,
        root);
  }

  /** Deletes some of a drive's roots; returns how many. */
  int removeSome(DriveId drive, int limit) {
    return handle.execute(
        """
        DELETE FROM vault_roots WHERE drive = ? AND number IN
          (SELECT number FROM vault_roots WHERE drive = ? ORDER BY number LIMIT ?)
        """,
        drive.bytes(),
        drive.bytes(),
        limit);
  }
}
