package org.anonymouscloud.core.account.server;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;
import org.jdbi.v3.core.Handle;

/** The statements on the account tables, within one transaction. */
record AccountTables(Handle handle) {

  /** A row of {@code accounts}, as far as a login needs it. */
  record Account(AccountId id, byte[] opaqueRecord, String passwordKeys, boolean active) {}

  /** What a login by device key needs; {@code lastSeen} is a day of its account. */
  record Device(VerifyKey signingKey, boolean active, long lastSeen) {}

  private static final String ACTIVE = "active";
  private static final String DISABLED = "disabled";

  boolean insert(
      UserName name,
      AccountId id,
      byte[] opaqueRecord,
      String passwordKeys,
      String drive,
      long quota,
      long today) {
    return handle.execute(
            """
            INSERT INTO accounts
              (user_name, account_id, opaque_record, password_keys, drive_name, status, quota,
               created, last_seen)
            VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            name.text(),
            id.bytes(),
            opaqueRecord,
            passwordKeys,
            drive,
            quota,
            today,
            today)
        == 1;
  }

  Optional<Account> find(UserName name) {
    return handle
        .createQuery(
            "SELECT account_id, opaque_record, password_keys, status FROM accounts"
                + " WHERE user_name = ?")
        .bind(0, name.text())
        .map(
            (row, context) ->
                new Account(
                    AccountId.of(row.getBytes(1)),
                    row.getBytes(2),
                    row.getString(3),
                    row.getString(4).equals(ACTIVE)))
        .findOne();
  }

  /** The generations of password secrets that records name. */
  Set<String> passwordKeys() {
    return handle
        .createQuery("SELECT DISTINCT password_keys FROM accounts")
        .mapTo(String.class)
        .set();
  }

  /** The device's public key, if the account is not disabled and has the device. */
  Optional<Device> device(AccountId account, DeviceId device) {
    return handle
        .createQuery(
            """
            SELECT d.signing_key, a.status, a.last_seen
            FROM account_devices d JOIN accounts a ON a.account_id = d.account_id
            WHERE d.account_id = ? AND d.device_id = ?
            """)
        .bind(0, account.bytes())
        .bind(1, device.bytes())
        .map(
            (row, context) ->
                new Device(key(row.getBytes(1)), row.getString(2).equals(ACTIVE), row.getLong(3)))
        .findOne();
  }

  Optional<Long> quota(AccountId account) {
    return handle
        .createQuery("SELECT quota FROM accounts WHERE account_id = ?")
        .bind(0, account.bytes())
        .mapTo(Long.class)
        .findOne();
  }

  void seen(AccountId account, long today) {
    handle.execute(
        "UPDATE accounts SET last_seen = ? WHERE account_id = ? AND last_seen < ?",
        today,
        account.bytes(),
        today);
  }

  boolean setQuota(UserName name, long quota) {
    return handle.execute("UPDATE accounts SET quota = ? WHERE user_name = ?", quota, name.text())
        == 1;
  }

  boolean setActive(UserName name, boolean active) {
    return handle.execute(
            "UPDATE accounts SET status = ? WHERE user_name = ?",
            active ? ACTIVE : DISABLED,
            name.text())
        == 1;
  }

  List<AccountSummary> all() {
    return handle
        .createQuery(
            "SELECT user_name, status, quota, created, last_seen FROM accounts ORDER BY user_name")
        .map(
            (row, context) ->
                new AccountSummary(
                    new UserName(row.getString(1)),
                    row.getString(2).equals(ACTIVE),
                    row.getLong(3),
                    LocalDate.ofEpochDay(row.getLong(4)),
                    LocalDate.ofEpochDay(row.getLong(5))))
        .list();
  }

  /** False if the chain has such a link already. */
  boolean append(AccountId account, ChainLink link) {
    int inserted =
        handle.execute(
            "INSERT INTO account_links (account_id, seq, link) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING",
            account.bytes(),
            link.content().seq(),
            link.encode());
    if (inserted == 0) {
      return false;
    }
    NewDevice device = link.content().body().device();
    handle.execute(
        "INSERT INTO account_devices (account_id, device_id, signing_key) VALUES (?, ?, ?)",
        account.bytes(),
        device.id().bytes(),
        device.signingKey().bytes());
    return true;
  }

  List<byte[]> links(AccountId account, long from, int limit) {
    return handle
        .createQuery(
            "SELECT link FROM account_links WHERE account_id = ? AND seq >= ? ORDER BY seq LIMIT ?")
        .bind(0, account.bytes())
        .bind(1, from)
        .bind(2, limit)
        .mapTo(byte[].class)
        .list();
  }

  void putSlot(AccountId account, SealedSlot slot) {
    handle.execute(
        "INSERT INTO account_slots (account_id, slot, generation, sealed) VALUES (?, ?, ?, ?)",
        account.bytes(),
        slot.slot().encode(),
        slot.generation(),
        slot.encode());
  }

  Optional<byte[]> slot(AccountId account, SlotId slot, int generation) {
    return handle
        .createQuery(
            "SELECT sealed FROM account_slots"
                + " WHERE account_id = ? AND slot = ? AND generation = ?")
        .bind(0, account.bytes())
        .bind(1, slot.encode())
        .bind(2, generation)
        .mapTo(byte[].class)
        .findOne();
  }

  void insertKeyBag(AccountId account, byte[] sealed) {
    handle.execute(
        "INSERT INTO account_key_bags (account_id, version, sealed) VALUES (?, 0, ?)",
        account.bytes(),
        sealed);
  }

  /** False if the stored version is not the one before. */
  boolean replaceKeyBag(AccountId account, long version, byte[] sealed) {
    return handle.execute(
            "UPDATE account_key_bags SET version = ?, sealed = ?"
                + " WHERE account_id = ? AND version = ?",
            version,
            sealed,
            account.bytes(),
            version - 1)
        == 1;
  }

  Optional<Messages.KeyBag> keyBag(AccountId account) {
    return handle
        .createQuery("SELECT version, sealed FROM account_key_bags WHERE account_id = ?")
        .bind(0, account.bytes())
        .map((row, context) -> new Messages.KeyBag(row.getLong(1), row.getBytes(2)))
        .findOne();
  }

  private static VerifyKey key(byte[] stored) {
    try {
      return VerifyKey.of(stored);
    } catch (Malformed e) {
      throw new IllegalStateException("A stored device key is damaged.", e);
    }
  }
}
