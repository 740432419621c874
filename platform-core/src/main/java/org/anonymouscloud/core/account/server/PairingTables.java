package org.anonymouscloud.core.account.server;

import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.jdbi.v3.core.Handle;

/** The statements on the tables of devices that pair, within one transaction. */
record PairingTables(Handle handle) {

  boolean insert(byte[] relay, DeviceOfAccount by, long now) {
    return handle.execute(
            "INSERT INTO account_pairings (relay, account_id, device_id, started)"
                + " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            relay,
            by.account().bytes(),
            by.device().bytes(),
            now)
        == 1;
  }

  long count() {
    return handle.createQuery("SELECT COUNT(*) FROM account_pairings").mapTo(Long.class).one();
  }

  /** The devices of an account that have a box; each has one. */
  List<DeviceId> devices(AccountId account) {
    return handle
        .createQuery("SELECT device_id FROM account_pairings WHERE account_id = ?")
        .bind(0, account.bytes())
        .map((row, context) -> DeviceId.of(row.getBytes(1)))
        .list();
  }

  /** Which device opened the box, if it is not too old. */
  Optional<DeviceOfAccount> owner(byte[] relay, long notBefore) {
    return handle
        .createQuery(
            "SELECT account_id, device_id FROM account_pairings WHERE relay = ? AND started >= ?")
        .bind(0, relay)
        .bind(1, notBefore)
        .map(
            (row, context) ->
                new DeviceOfAccount(AccountId.of(row.getBytes(1)), DeviceId.of(row.getBytes(2))))
        .findOne();
  }

  long letters(byte[] relay) {
    return handle
        .createQuery("SELECT COUNT(*) FROM account_letters WHERE relay = ?")
        .bind(0, relay)
        .mapTo(Long.class)
        .one();
  }

  void insert(byte[] relay, int step, byte[] letter) {
    handle.execute(
        "INSERT INTO account_letters (relay, step, letter) VALUES (?, ?, ?)", relay, step, letter);
  }

  Optional<byte[]> letter(byte[] relay, int step) {
    return handle
        .createQuery("SELECT letter FROM account_letters WHERE relay = ? AND step = ?")
        .bind(0, relay)
        .bind(1, step)
        .mapTo(byte[].class)
        .findOne();
  }

  void remove(byte[] relay) {
    handle.execute("DELETE FROM account_letters WHERE relay = ?", relay);
    handle.execute("DELETE FROM account_pairings WHERE relay = ?", relay);
  }

  /** Removes what a device has opened. */
  void removeOf(AccountId account, DeviceId device) {
    handle.execute(
        "DELETE FROM account_letters WHERE relay IN"
            + " (SELECT relay FROM account_pairings WHERE account_id = ? AND device_id = ?)",
        account.bytes(),
        device.bytes());
    handle.execute(
        "DELETE FROM account_pairings WHERE account_id = ? AND device_id = ?",
        account.bytes(),
        device.bytes());
  }

  void removeStartedBefore(long time) {
    handle.execute(
        "DELETE FROM account_letters WHERE relay IN"
            + " (SELECT relay FROM account_pairings WHERE started < ?)",
        time);
    handle.execute("DELETE FROM account_pairings WHERE started < ?", time);
  }
}
