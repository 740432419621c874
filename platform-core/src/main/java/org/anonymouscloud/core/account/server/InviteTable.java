package org.anonymouscloud.core.account.server;

import java.time.Instant;
import java.util.List;
import org.anonymouscloud.core.account.InviteCode;
import org.jdbi.v3.core.Handle;

/** The statements on the table of invitations, within one transaction. */
record InviteTable(Handle handle) {
  private static final int ID = 12;
  private static final long MINUTE = 60_000;

  Invite insert(InviteCode code, Instant expires) {
    long minute = Math.ceilDiv(expires.toEpochMilli(), MINUTE);
    String id = id(code);
    handle.execute(
        "INSERT INTO invites (hash, id, expires) VALUES (?, ?, ?)",
        code.hash().bytes(),
        id,
        minute);
    return new Invite(id, Instant.ofEpochMilli(minute * MINUTE));
  }

  private static String id(InviteCode code) {
    return java.util.HexFormat.of().formatHex(code.hash().bytes()).substring(0, ID);
  }

  boolean isValid(InviteCode code, Instant now) {
    return handle
        .createQuery("SELECT 1 FROM invites WHERE hash = ? AND expires > ?")
        .bind(0, code.hash().bytes())
        .bind(1, minute(now))
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** Uses it up; false if somebody else has, or it is not valid. */
  boolean redeem(InviteCode code, Instant now) {
    return handle.execute(
            "DELETE FROM invites WHERE hash = ? AND expires > ?", code.hash().bytes(), minute(now))
        == 1;
  }

  List<Invite> all(Instant now) {
    return handle
        .createQuery("SELECT id, expires FROM invites WHERE expires > ? ORDER BY expires, id")
        .bind(0, minute(now))
        .map(
            (row, context) ->
                new Invite(row.getString(1), Instant.ofEpochMilli(row.getLong(2) * MINUTE)))
        .list();
  }

  /** False if there is none of this id. */
  boolean revoke(String id) {
    return handle.execute("DELETE FROM invites WHERE id = ?", id) > 0;
  }

  void forget(Instant now) {
    handle.execute("DELETE FROM invites WHERE expires <= ?", minute(now));
  }

  private static long minute(Instant time) {
    return Math.floorDiv(time.toEpochMilli(), MINUTE);
  }
}
