package org.anonymouscloud.core.account.server;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;

/** The bytes of all accounts, in a table of the core. Thread-safe. */
public final class StoredSpace implements AccountSpace {
  /**
   * Bytes beyond the quota for what frees space: some hundred deletions. They are there again once
   * the account is back within its quota.
   */
  static final long RESERVE = 4L << 20;

  private final Quotas quotas;

  /** How much each account may use. */
  @FunctionalInterface
  public interface Quotas {
    /** Bytes, from 0; {@link Long#MAX_VALUE} for no limit. */
    long of(Handle rows, AccountId account);
  }

  /**
   * @param quotas asked within each transaction
   */
  public StoredSpace(Quotas quotas) {
    this.quotas = quotas;
  }

  /**
   * A row.
   *
   * @param reserve of the used bytes, those beyond the quota
   */
  private record Row(long used, long reserve) {
    static final Row NONE = new Row(0, 0);
  }

  @Override
  public Usage usage(Handle rows, AccountId account) {
    return new Usage(row(rows, account).used(), quotas.of(rows, account));
  }

  @Override
  public void take(Handle rows, AccountId account, long bytes, boolean frees) throws Refused {
    Row row = row(rows, account);
    boolean within = row.used() <= quotas.of(rows, account) - bytes;
    long reserve = within ? 0 : row.reserve() + bytes;
    // Who has nothing stored has nothing to delete.
    long most = Math.min(RESERVE, row.used() - row.reserve());
    if (!within && (!frees || reserve > most)) {
      throw new Refused(ErrorCode.QUOTA_EXCEEDED, "The account's space is used up.");
    }
    put(rows, account, new Row(row.used() + bytes, reserve));
  }

  /** Counts what is never refused, for its number has a bound of its own. */
  void count(Handle rows, AccountId account, long bytes) {
    Row row = row(rows, account);
    put(rows, account, new Row(row.used() + bytes, row.reserve()));
  }

  @Override
  public void giveBack(Handle rows, AccountId account, long bytes) {
    rows.execute(
        "UPDATE account_space SET used = used - ? WHERE account_id = ?", bytes, account.bytes());
  }

  private static Row row(Handle rows, AccountId account) {
    return rows.createQuery("SELECT used, reserve FROM account_space WHERE account_id = ?")
        .bind(0, account.bytes())
        .map((row, context) -> new Row(row.getLong(1), row.getLong(2)))
        .findOne()
        .orElse(Row.NONE);
  }

  private static void put(Handle rows, AccountId account, Row row) {
    rows.execute(
        """
        INSERT INTO account_space (account_id, used, reserve) VALUES (?, ?, ?)
        ON CONFLICT (account_id) DO UPDATE SET
          used = excluded.used, reserve = excluded.reserve
        """,
        account.bytes(),
        row.used(),
        row.reserve());
  }
}
