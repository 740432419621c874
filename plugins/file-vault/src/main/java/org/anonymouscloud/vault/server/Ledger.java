package org.anonymouscloud.vault.server;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.server.VaultTables.Pack;
import org.anonymouscloud.vault.server.VaultTables.Removed;
import org.anonymouscloud.vault.server.VaultTables.Space;

/**
 * What belongs to whom: packs, roots, space. Each method that changes something is one transaction,
 * durable when it returns. A file is written down here before it is made and crossed out after it
 * is gone, so a crash leaves no file that nobody knows. Thread-safe, also between server processes.
 */
final class Ledger {
  /** The owner of the tables, and where their scripts are in this class's jar. */
  static final String OWNER = "vault";

  static final String SCRIPTS = "org/anonymouscloud/vault/db";

  private static final long HOUR = 3_600_000;

  /** A pack that came late in its hour still gets a full day. */
  private static final long HOURS_KEPT = 25;

  private static final int REMOVED_AT_ONCE = 500;

  private final Transactions tables;
  private final AccountSpace accounts;
  private final Clock clock;

  /** Brings the tables up to date. */
  Ledger(Transactions tables, AccountSpace accounts, Clock clock) {
    this.tables = tables;
    this.accounts = accounts;
    this.clock = clock;
  }

  Optional<Pack> pack(AccountId account, PackName name) {
    return tables.read(handle -> new VaultTables(handle).pack(account, name));
  }

  VaultMessages.Usage usage(AccountId account) {
    return tables.read(
        handle -> {
          AccountSpace.Usage all = accounts.usage(handle, account);
          long packs = new VaultTables(handle).space(account).packs();
          return new VaultMessages.Usage(all.used(), all.quota(), packs);
        });
  }

  /**
   * @param number of the root, or {@link VaultMessages#NEWEST}
   */
  Optional<VaultMessages.RootGot> root(AccountId account, long number) {
    return tables.read(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          long wanted = number == VaultMessages.NEWEST ? tables.newestRoot(account) : number;
          return tables.root(account, wanted).map(root -> new VaultMessages.RootGot(wanted, root));
        });
  }

  /**
   * Reserves space for a pack that is to come, unless it is there already; then it is kept for
   * another day.
   *
   * @param file where {@code process} will receive it
   * @param frees whether it is needed to delete something
   * @return false if the pack is there
   * @throws Refused if the quota does not allow it, or a pack of another length has the name
   */
  boolean reserve(AccountId account, PackName name, Pack file, String process, boolean frees)
      throws Refused {
    long expires = hour() + HOURS_KEPT;
    return tables.<Boolean, Refused>write(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          if (isThere(tables, account, name, file.length())) {
            tables.prolong(account, name, expires);
            return false;
          }
          accounts.take(handle, account, file.length(), frees);
          tables.insertArriving(account, file, process, expires);
          tables.count(account, new Space(0, file.length(), 0));
          return true;
        });
  }

  /**
   * Makes a pack of a file that has been received and is durable.
   *
   * @return false if the same pack came another way meanwhile; the file is then to be deleted
   * @throws Refused if it took more than a day to come, or a pack of another length has the name
   */
  boolean settle(AccountId account, PackName name, Pack file) throws Refused {
    long expires = hour() + HOURS_KEPT;
    return tables.<Boolean, Refused>write(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          if (isThere(tables, account, name, file.length())) {
            giveUp(tables, tables.doom(file.file()).stream().toList());
            return false;
          }
          if (!tables.deleteArriving(file.file())) {
            throw new Refused(ErrorCode.UNAVAILABLE, "The pack took too long to come.", true);
          }
          tables.insertPack(account, name, file, expires);
          tables.count(account, new Space(file.length(), -file.length(), 1));
          return true;
        });
  }

  private static boolean isThere(VaultTables tables, AccountId account, PackName name, int length)
      throws Refused {
    Optional<Pack> pack = tables.pack(account, name);
    if (pack.isPresent() && pack.get().length() != length) {
      throw new Refused(ErrorCode.CONFLICT, "There is a pack of this name with another length.");
    }
    return pack.isPresent();
  }

  /** Takes back a reservation; the file is to be deleted. Nothing happens if it is settled. */
  void giveUp(BlobName file) {
    tables.<Void, RuntimeException>write(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          giveUp(tables, tables.doom(file).stream().toList());
          return null;
        });
  }

  /** Takes back all reservations of a process that is no more. */
  void giveUpAllOf(String process) {
    tables.<Void, RuntimeException>write(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          giveUp(tables, tables.doomAllOf(process));
          return null;
        });
  }

  private void giveUp(VaultTables tables, List<Removed> files) {
    sum(files)
        .forEach(
            (account, sum) -> {
              tables.count(account, new Space(0, -sum.used(), 0));
              accounts.giveBack(tables.handle(), account, sum.used());
            });
  }

  /** Files that a process receives, or that it has lost sight of. */
  List<BlobName> arriving(String process) {
    return tables.read(handle -> new VaultTables(handle).arriving(process));
  }

  /**
   * Sets the account's next root, whose names are names.
   *
   * @param previous hash of the root that it follows, as it says
   * @throws Refused if it does not follow the newest root, or a pack that should become live is not
   *     there; then nothing has changed
   */
  void moveRoot(AccountId account, VaultMessages.RootMove move, Digest previous) throws Refused {
    tables.<Void, Refused>write(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          long newest = tables.newestRoot(account);
          if (move.number() != newest + 1
              || !previous.equals(
                  tables.root(account, newest).map(Digest::sha256).orElse(RootHeader.NOTHING))) {
            throw new Refused(ErrorCode.CONFLICT, "Another root came first.");
          }
          List<PackName> live = names(move.live());
          if (tables.makeLive(account, live) != live.size()) {
            throw new Refused(ErrorCode.NOT_FOUND, "A pack that the root needs is not there.");
          }
          accounts.take(handle, account, move.root().length, move.frees());
          tables.count(account, new Space(move.root().length, 0, 0));
          tables.insertRoot(account, move.number(), move.root());
          return null;
        });
  }

  /**
   * Removes packs that no root has named for a day, and reservations as old, some of them.
   *
   * @return how many packs; none when all are removed
   */
  int expire() {
    long now = hour();
    // Mostly there is nothing, and looking holds nobody up.
    if (!tables.<Boolean, RuntimeException>read(
        handle -> new VaultTables(handle).anyExpired(now))) {
      return 0;
    }
    return tables.<Integer, RuntimeException>write(
        handle -> {
          VaultTables tables = new VaultTables(handle);
          List<Removed> packs = tables.removeExpiredPacks(now, REMOVED_AT_ONCE);
          remove(tables, packs);
          giveUp(tables, tables.doomExpired(now));
          return packs.size();
        });
  }

  /**
   * Removes some of an account's packs and roots, all of them in the end. What is on its way is
   * given up; the sweeper deletes the files.
   *
   * @return whether there may be more
   */
  static boolean forget(VaultTables tables, AccountId account) {
    tables.doomAllOf(account);
    List<Removed> packs = tables.removeSomePacks(account, REMOVED_AT_ONCE);
    tables.insertDoomed(packs);
    int roots = tables.removeSomeRoots(account, REMOVED_AT_ONCE);
    boolean more = packs.size() == REMOVED_AT_ONCE || roots == REMOVED_AT_ONCE;
    if (!more) {
      tables.removeSpace(account);
    }
    return more;
  }

  private static List<PackName> names(byte[] encoded) throws Refused {
    try {
      return PackName.decodeAll(encoded);
    } catch (Malformed e) {
      throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
  }

  private void remove(VaultTables tables, List<Removed> packs) {
    tables.insertDoomed(packs);
    sum(packs)
        .forEach(
            (account, sum) -> {
              tables.count(account, new Space(-sum.used(), 0, -sum.packs()));
              accounts.giveBack(tables.handle(), account, sum.used());
            });
  }

  private static Map<AccountId, Space> sum(List<Removed> files) {
    Map<AccountId, Space> sums = new HashMap<>();
    for (Removed file : files) {
      sums.merge(
          file.account(),
          new Space(file.length(), 0, 1),
          (a, b) -> new Space(a.used() + b.used(), 0, a.packs() + b.packs()));
    }
    return sums;
  }

  /**
   * Some of the files that are to be deleted, in the order of their names.
   *
   * @param after the last name of the portion before; empty for the first
   */
  List<BlobName> doomed(String after) {
    return tables.read(handle -> new VaultTables(handle).doomed(after, REMOVED_AT_ONCE));
  }

  /** Crosses out files that are gone. */
  void gone(List<BlobName> files) {
    tables.<Void, RuntimeException>write(
        handle -> {
          new VaultTables(handle).deleteDoomed(files);
          return null;
        });
  }

  private long hour() {
    return clock.millis() / HOUR;
  }
}
