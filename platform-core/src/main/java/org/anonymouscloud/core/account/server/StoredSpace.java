package org.anonymouscloud.core.account.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.AccountData;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;

/**
 * The bytes of all accounts that one feature has, in a table of the core. The quota is for those of
 * all features together. Thread-safe.
 */
public final class StoredSpace implements AccountSpace {
  /**
   * Bytes beyond the quota for what frees space: some hundred deletions. They are there again once
   * the account is back within its quota.
   */
  static final long RESERVE = 4L << 20;

  private final String feature;
  private final Quotas quotas;

  /** How much each account may use. */
  @FunctionalInterface
  public interface Quotas {
    /** Bytes, from 0; {@link Long#MAX_VALUE} for no limit. */
    long of(Handle rows, AccountId account);
  }

  /**
   * @param feature whose bytes are taken and given back
   * @param quotas asked within each transaction
   */
  public StoredSpace(String feature, Quotas quotas) {
    this.feature = feature;
    this.quotas = quotas;
  }

  /** What an account has, of all features, also of those that are not there any more. */
  static long used(Handle rows, AccountId account) {
    return total(rows, account).used();
  }

  /** What all accounts have together. */
  public static long used(Handle rows) {
    return rows.createQuery("SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM account_space")
        .mapTo(Long.class)
        .one();
  }

  /**
   * What accounts have given back and features still have, of those features whose tables are there
   * and up to date: one that was just installed has none before the server has started.
   */
  public static Map<AccountId, Long> held(Handle rows, List<? extends AccountData> features) {
    Map<AccountId, Long> held = new HashMap<>();
    for (AccountData feature : features) {
      if (feature.tables().areApplied(rows)) {
        feature.held(rows).forEach((account, bytes) -> held.merge(account, bytes, Long::sum));
      }
    }
    return held;
  }

  /** Forgets the bytes of a feature whose tables are deleted, of all accounts. */
  public static void forget(Handle rows, String feature) {
    rows.execute("DELETE FROM account_space WHERE feature = ?", feature);
  }

  /**
   * What all features have.
   *
   * @param reserve of the used bytes, those beyond the quota
   */
  private record Total(long used, long reserve) {}

  @Override
  public Usage usage(Handle rows, AccountId account) {
    return new Usage(total(rows, account).used(), quotas.of(rows, account));
  }

  @Override
  public void take(Handle rows, AccountId account, long bytes, boolean frees) throws Refused {
    Total total = total(rows, account);
    if (total.used() <= quotas.of(rows, account) - bytes) {
      if (total.reserve() > 0) {
        rows.execute("UPDATE account_space SET reserve = 0 WHERE account_id = ?", account.bytes());
      }
      add(rows, account, bytes, 0);
      return;
    }
    // Who has nothing stored has nothing to delete.
    long most = Math.min(RESERVE, total.used() - total.reserve());
    if (!frees || total.reserve() + bytes > most) {
      throw new Refused(ErrorCode.QUOTA_EXCEEDED, "The account's space is used up.");
    }
    add(rows, account, bytes, bytes);
  }

  /** Counts what is never refused, for its number has a bound of its own. */
  void count(Handle rows, AccountId account, long bytes) {
    add(rows, account, bytes, 0);
  }

  @Override
  public void giveBack(Handle rows, AccountId account, long bytes) {
    rows.execute(
        "UPDATE account_space SET used = used - ? WHERE account_id = ? AND feature = ?",
        bytes,
        account.bytes(),
        feature);
  }

  private static Total total(Handle rows, AccountId account) {
    return rows.createQuery(
            """
            SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT), CAST(COALESCE(SUM(reserve), 0) AS BIGINT)
            FROM account_space WHERE account_id = ?
            """)
        .bind(0, account.bytes())
        .map((row, context) -> new Total(row.getLong(1), row.getLong(2)))
        .one();
  }

  private void add(Handle rows, AccountId account, long used, long reserve) {
    rows.execute(
        """
        INSERT INTO account_space (account_id, feature, used, reserve) VALUES (?, ?, ?, ?)
        ON CONFLICT (account_id, feature) DO UPDATE SET
          used = account_space.used + excluded.used,
          reserve = account_space.reserve + excluded.reserve
        """,
        account.bytes(),
        feature,
        used,
        reserve);
  }
}
