package org.anonymouscloud.core.account.server;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.server.password.Credential;
import org.anonymouscloud.core.account.server.password.StoredPassword;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The statements on the account tables, within one transaction. */
record AccountTables(Handle handle) {

  /** A row of {@code accounts}, as far as a login needs it. */
  record Account(AccountId id, StoredPassword password, boolean active) {}

  /** What a login by recovery words needs. */
  record Recoverable(AccountId id, VerifyKey recoveryKey, boolean active) {}

  /**
   * What a login by signature needs.
   *
   * @param revoked whether the device was removed from the account
   * @param active whether the account may log in
   * @param lastSeen a day of its account
   */
  record Signer(VerifyKey signingKey, boolean revoked, boolean active, long lastSeen) {}

  /** The contacts of an account, as a device has put them. */
  record Contacts(long number, byte[] state) {}

  /** A row of a device. */
  private record Arrived(byte[] id, long came, byte @Nullable [] by) {}

  private static final String ACTIVE = "active";
  private static final String DISABLED = "disabled";
  private static final String VALID = "valid";
  private static final String REVOKED = "revoked";

  /** The tables whose rows are an account's, besides its own; those that refer come first. */
  private static final List<String> OF_AN_ACCOUNT =
      List.of(
          "account_presence",
          "account_space",
          "account_pairings",
          "account_key_bags",
          "account_marks",
          "account_contacts",
          "account_slots",
          "account_signers",
          "account_links");

  boolean insert(
      UserName name, AccountId id, StoredPassword password, String drive, long quota, long today) {
    return handle.execute(
            """
            INSERT INTO accounts
              (user_name, name_shape, account_id, opaque_record, credential, password_keys,
               login_key, device_set, drive_name, status, quota, created, last_seen)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            name.text(),
            name.shape(),
            id.bytes(),
            password.record(),
            password.credential().bytes(),
            password.keys(),
            password.loginKey().bytes(),
            password.deviceSet(),
            drive,
            quota,
            today,
            today)
        == 1;
  }

  Optional<Account> find(UserName name) {
    return handle
        .createQuery(
            "SELECT account_id, opaque_record, credential, password_keys, login_key,"
                + " device_set, status FROM accounts WHERE user_name = ?")
        .bind(0, name.text())
        .map(
            (row, context) ->
                new Account(
                    AccountId.of(row.getBytes(1)),
                    new StoredPassword(
                        row.getBytes(2),
                        new Credential(row.getBytes(3)),
                        row.getString(4),
                        key(row.getBytes(5)),
                        row.getLong(6)),
                    row.getString(7).equals(ACTIVE)))
        .findOne();
  }

  Optional<Recoverable> recoverable(UserName name) {
    return handle
        .createQuery(
            """
            SELECT a.account_id, s.signing_key, a.status
            FROM accounts a JOIN account_signers s ON s.account_id = a.account_id
            WHERE a.user_name = ? AND s.slot = ?
            """)
        .bind(0, name.text())
        .bind(1, new SlotId.Recovery().encode())
        .map(
            (row, context) ->
                new Recoverable(
                    AccountId.of(row.getBytes(1)),
                    key(row.getBytes(2)),
                    row.getString(3).equals(ACTIVE)))
        .findOne();
  }

  /** The generations of password secrets that records name. */
  Set<String> passwordKeys() {
    return handle
        .createQuery("SELECT DISTINCT password_keys FROM accounts WHERE password_keys <> ''")
        .mapTo(String.class)
        .set();
  }

  boolean isInForce(AccountId account, Credential password) {
    return handle
        .createQuery(
            "SELECT 1 FROM accounts WHERE account_id = ? AND credential = ? AND status = 'active'")
        .bind(0, account.bytes())
        .bind(1, password.bytes())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** No password of today counts any more: what they were registered with is lost. */
  void losePasswords() {
    handle.execute("UPDATE accounts SET password_keys = ''");
  }

  /** The signer, if the account has or had such a slot. */
  Optional<Signer> signer(AccountId account, SlotId slot) {
    return handle
        .createQuery(
            """
            SELECT s.signing_key, s.status, a.status, a.last_seen
            FROM account_signers s JOIN accounts a ON a.account_id = s.account_id
            WHERE s.account_id = ? AND s.slot = ?
            """)
        .bind(0, account.bytes())
        .bind(1, slot.encode())
        .map(
            (row, context) ->
                new Signer(
                    key(row.getBytes(1)),
                    row.getString(2).equals(REVOKED),
                    row.getString(3).equals(ACTIVE),
                    row.getLong(4)))
        .findOne();
  }

  Optional<String> userName(AccountId account) {
    return handle
        .createQuery("SELECT user_name FROM accounts WHERE account_id = ?")
        .bind(0, account.bytes())
        .mapTo(String.class)
        .findOne();
  }

  void setPassword(AccountId account, StoredPassword password) {
    handle.execute(
        "UPDATE accounts SET opaque_record = ?, credential = ?, password_keys = ?, login_key = ?,"
            + " device_set = ? WHERE account_id = ?",
        password.record(),
        password.credential().bytes(),
        password.keys(),
        password.loginKey().bytes(),
        password.deviceSet(),
        account.bytes());
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
    changed();
    return handle.execute(
            "UPDATE accounts SET status = ? WHERE user_name = ?",
            active ? ACTIVE : DISABLED,
            name.text())
        == 1;
  }

  /** Nothing is used or held yet. */
  List<AccountSummary> all(long now) {
    return handle
        .createQuery(
            """
            SELECT a.user_name, a.account_id, a.drive_name, a.status, a.quota, a.created,
              a.last_seen,
              (SELECT max(p.status) FROM account_presence p JOIN server_nodes n ON n.node = p.node
               WHERE p.account_id = a.account_id AND n.alive_until > ?)
            FROM accounts a ORDER BY a.user_name
            """)
        .bind(0, now)
        .map(
            (row, context) ->
                new AccountSummary(
                    new UserName(row.getString(1)),
                    AccountId.of(row.getBytes(2)),
                    row.getString(3),
                    row.getString(4).equals(ACTIVE),
                    activity(row.getString(8)),
                    0,
                    0,
                    row.getLong(5),
                    LocalDate.ofEpochDay(row.getLong(6)),
                    LocalDate.ofEpochDay(row.getLong(7))))
        .list();
  }

  /** Of several nodes the one where somebody is online counts: its word is the greater one. */
  private static Activity activity(@Nullable String status) {
    for (Activity activity : Activity.values()) {
      if (activity.text().equals(status)) {
        return activity;
      }
    }
    return Activity.OFFLINE;
  }

  /** Whether somebody has the name, or one that looks like it. */
  boolean isTaken(UserName name) {
    return handle
        .createQuery("SELECT 1 FROM accounts WHERE name_shape = ?")
        .bind(0, name.shape())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  Optional<AccountId> id(UserName name) {
    return handle
        .createQuery("SELECT account_id FROM accounts WHERE user_name = ?")
        .bind(0, name.text())
        .map((row, context) -> AccountId.of(row.getBytes(1)))
        .findOne();
  }

  /** Whether a device may be logged in. */
  boolean isValid(AccountId account, DeviceId device) {
    return signer(account, new SlotId.Device(device))
        .filter(known -> !known.revoked() && known.active())
        .isPresent();
  }

  /** How often an account was disabled or deleted, or a device removed. */
  long changes() {
    return handle
        .createQuery("SELECT number FROM account_changes")
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /** Lets all nodes look whose sessions are to end. */
  void changed() {
    handle.execute(
        """
        INSERT INTO account_changes (id, number) VALUES (0, 1)
        ON CONFLICT (id) DO UPDATE SET number = account_changes.number + 1
        """);
  }

  /** An account that is gone, and when it went in milliseconds since 1970. */
  record Deletion(AccountId account, long since) {}

  /**
   * Removes all of an account but its chain, and notes that the features have still to; false if
   * there is none.
   */
  boolean delete(AccountId account, long now) {
    new GoneChains(handle).keep(account);
    handle.execute(
        "DELETE FROM account_letters WHERE relay IN"
            + " (SELECT relay FROM account_pairings WHERE account_id = ?)",
        account.bytes());
    for (String table : OF_AN_ACCOUNT) {
      handle.execute("DELETE FROM " + table + " WHERE account_id = ?", account.bytes());
    }
    if (handle.execute("DELETE FROM accounts WHERE account_id = ?", account.bytes()) == 0) {
      return false;
    }
    handle.execute(
        "INSERT INTO account_deletions (account_id, since) VALUES (?, ?)", account.bytes(), now);
    changed();
    return true;
  }

  List<Deletion> deletions() {
    return handle
        .createQuery("SELECT account_id, since FROM account_deletions")
        .map((row, context) -> new Deletion(AccountId.of(row.getBytes(1)), row.getLong(2)))
        .list();
  }

  boolean isBeingDeleted(AccountId account) {
    return handle
        .createQuery("SELECT 1 FROM account_deletions WHERE account_id = ?")
        .bind(0, account.bytes())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  void deleted(AccountId account) {
    handle.execute("DELETE FROM account_deletions WHERE account_id = ?", account.bytes());
  }

  /** The owners of tables in the database: the core and the features that were ever started. */
  List<String> ownersOfTables() {
    return handle.createQuery("SELECT DISTINCT owner FROM migrations").mapTo(String.class).list();
  }

  /** False if the chain has such a link already. */
  boolean append(AccountId account, ChainLink link) {
    return handle.execute(
            "INSERT INTO account_links (account_id, seq, link) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING",
            account.bytes(),
            link.content().seq(),
            link.encode())
        == 1;
  }

  /**
   * Links that one slot has signed; its own places end there.
   *
   * @param newest number of the newest of them; -1 if there is none
   */
  record Signed(long count, long newest) {}

  /** The links from a number on that a slot has signed. */
  Signed signedBy(AccountId account, SlotId signer, long from) {
    return handle
        .createQuery(
            "SELECT count(*), coalesce(max(seq), -1) FROM account_links"
                + " WHERE account_id = ? AND seq >= ? AND substr(link, ?, ?) = ?")
        .bind(0, account.bytes())
        .bind(1, from)
        .bind(2, ChainLink.SIGNER_AT + 1)
        .bind(3, SlotId.LENGTH)
        .bind(4, signer.encode())
        .map((row, _) -> new Signed(row.getLong(1), row.getLong(2)))
        .one();
  }

  /** Notes which link brought a device, and the device that signed it, if one did. */
  void putArrival(AccountId account, DeviceId device, ChainLink link) {
    handle.execute(
        "UPDATE account_signers SET came = ?, brought_by = ? WHERE account_id = ? AND slot = ?",
        link.content().seq(),
        link.content().body() instanceof LinkBody.AddDevice
                && link.content().signer() instanceof SlotId.Device(DeviceId by)
            ? by.bytes()
            : null,
        account.bytes(),
        new SlotId.Device(device).encode());
  }

  /** Which of an account's devices brought in which, those that were removed included. */
  Lineage lineage(AccountId account) {
    Map<DeviceId, Long> came = new HashMap<>();
    Map<DeviceId, DeviceId> broughtBy = new HashMap<>();
    byte[] ofDevices = new SlotId.Device(DeviceId.random()).encode();
    handle
        .createQuery(
            "SELECT substr(slot, 2), came, brought_by FROM account_signers"
                + " WHERE account_id = ? AND substr(slot, 1, 1) = ?")
        .bind(0, account.bytes())
        .bind(1, Arrays.copyOf(ofDevices, 1))
        .map((row, context) -> new Arrived(row.getBytes(1), row.getLong(2), row.getBytes(3)))
        .forEach(
            device -> {
              came.put(DeviceId.of(device.id()), device.came());
              if (device.by() != null) {
                broughtBy.put(DeviceId.of(device.id()), DeviceId.of(device.by()));
              }
            });
    return new Lineage(came, broughtBy);
  }

  void putSigner(AccountId account, SlotId slot, VerifyKey key) {
    handle.execute(
        "INSERT INTO account_signers (account_id, slot, signing_key, status) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (account_id, slot) DO UPDATE SET signing_key = excluded.signing_key",
        account.bytes(),
        slot.encode(),
        key.bytes(),
        VALID);
  }

  void revoke(AccountId account, SlotId slot) {
    changed();
    handle.execute(
        "UPDATE account_signers SET status = ? WHERE account_id = ? AND slot = ?",
        REVOKED,
        account.bytes(),
        slot.encode());
    removeSlot(account, slot);
  }

  /** Removes the records of a slot in all generations. */
  void removeSlot(AccountId account, SlotId slot) {
    handle.execute(
        "DELETE FROM account_slots WHERE account_id = ? AND slot = ?",
        account.bytes(),
        slot.encode());
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

  /** Number and hash of the last link, if there is such an account. */
  Optional<ChainFloor> head(AccountId account) {
    return handle
        .createQuery(
            "SELECT seq, link FROM account_links WHERE account_id = ? ORDER BY seq DESC LIMIT 1")
        .bind(0, account.bytes())
        .map((row, context) -> floor(row.getLong(1), row.getBytes(2)))
        .findOne();
  }

  /** Whether there is this link, and a root secret of this generation. */
  boolean has(AccountId account, ChainFloor link, int generation) {
    return links(account, link.seq(), 1).stream()
            .anyMatch(stored -> floor(link.seq(), stored).equals(link))
        && generation <= generation(account);
  }

  /** The newest for which anything is sealed; -1 if there is no such account. */
  private int generation(AccountId account) {
    return handle
        .createQuery(
            "SELECT CAST(COALESCE(MAX(generation), -1) AS INTEGER) FROM account_slots"
                + " WHERE account_id = ?")
        .bind(0, account.bytes())
        .mapTo(Integer.class)
        .one();
  }

  static ChainFloor floor(long number, byte[] link) {
    return new ChainFloor(number, Digest.sha256(link));
  }

  void putSlot(AccountId account, SealedSlot slot) {
    handle.execute(
        "INSERT INTO account_slots (account_id, slot, generation, sealed) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (account_id, slot, generation) DO UPDATE SET sealed = excluded.sealed",
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

  Optional<byte[]> mark(AccountId account, DeviceId device) {
    return handle
        .createQuery("SELECT mark FROM account_marks WHERE account_id = ? AND device_id = ?")
        .bind(0, account.bytes())
        .bind(1, device.bytes())
        .mapTo(byte[].class)
        .findOne();
  }

  void putMark(AccountId account, DeviceId device, byte[] mark) {
    handle.execute(
        "INSERT INTO account_marks (account_id, device_id, mark) VALUES (?, ?, ?)"
            + " ON CONFLICT (account_id, device_id) DO UPDATE SET mark = excluded.mark",
        account.bytes(),
        device.bytes(),
        mark);
  }

  void removeMark(AccountId account, DeviceId device) {
    handle.execute(
        "DELETE FROM account_marks WHERE account_id = ? AND device_id = ?",
        account.bytes(),
        device.bytes());
  }

  Optional<Contacts> contacts(AccountId account) {
    return handle
        .createQuery("SELECT number, state FROM account_contacts WHERE account_id = ?")
        .bind(0, account.bytes())
        .map((row, context) -> new Contacts(row.getLong(1), row.getBytes(2)))
        .findOne();
  }

  void putContacts(AccountId account, long number, byte[] state) {
    handle.execute(
        "INSERT INTO account_contacts (account_id, number, state) VALUES (?, ?, ?)"
            + " ON CONFLICT (account_id) DO UPDATE"
            + " SET number = excluded.number, state = excluded.state",
        account.bytes(),
        number,
        state);
  }

  void insertKeyBag(AccountId account, byte[] sealed) {
    handle.execute(
        "INSERT INTO account_key_bags (account_id, sealed) VALUES (?, ?)", account.bytes(), sealed);
  }

  Optional<byte[]> keyBag(AccountId account) {
    return handle
        .createQuery("SELECT sealed FROM account_key_bags WHERE account_id = ?")
        .bind(0, account.bytes())
        .mapTo(byte[].class)
        .findOne();
  }

  private static VerifyKey key(byte[] stored) {
    try {
      return VerifyKey.of(stored);
    } catch (Malformed e) {
      throw new IllegalStateException("A stored public key is damaged.", e);
    }
  }
}
