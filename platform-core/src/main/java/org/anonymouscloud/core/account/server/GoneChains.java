package org.anonymouscloud.core.account.server;

import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.crypto.Digest;
import org.jdbi.v3.core.Handle;

/**
 * The chains of accounts that are deleted, which stay as long as a feature needs them: what an
 * account has signed for others is checked with its chain, whether it is still there or not.
 *
 * @param handle of the transaction in which all this happens
 */
record GoneChains(Handle handle) {
  /** Keeps the chain of an account that is about to be deleted. */
  void keep(AccountId account) {
    handle.execute(
        """
        INSERT INTO gone_accounts (account_id, generation)
        SELECT account_id, COALESCE(MAX(generation), 0) FROM account_slots
        WHERE account_id = ? GROUP BY account_id
        """,
        account.bytes());
    handle.execute(
        """
        INSERT INTO gone_links (account_id, seq, link)
        SELECT account_id, seq, link FROM account_links WHERE account_id = ?
        """,
        account.bytes());
  }

  boolean isKept(AccountId account) {
    return handle
        .createQuery("SELECT 1 FROM gone_accounts WHERE account_id = ?")
        .bind(0, account.bytes())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  List<byte[]> links(AccountId account, long from, int limit) {
    return handle
        .createQuery(
            "SELECT link FROM gone_links WHERE account_id = ? AND seq >= ? ORDER BY seq LIMIT ?")
        .bind(0, account.bytes())
        .bind(1, from)
        .bind(2, limit)
        .mapTo(byte[].class)
        .list();
  }

  /** Whether there was this link, and a root secret of this generation. */
  boolean had(AccountId account, ChainFloor link, int generation) {
    return links(account, link.seq(), 1).stream()
            .anyMatch(stored -> Digest.sha256(stored).equals(link.hash()))
        && handle
            .createQuery("SELECT 1 FROM gone_accounts WHERE account_id = ? AND generation >= ?")
            .bind(0, account.bytes())
            .bind(1, generation)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
  }

  /** Some of the accounts of which nothing else is left, in the order of their ids. */
  List<AccountId> settled(byte[] after, int limit) {
    return handle
        .createQuery(
            """
            SELECT account_id FROM gone_accounts
            WHERE account_id > ? AND account_id NOT IN (SELECT account_id FROM account_deletions)
            ORDER BY account_id LIMIT ?
            """)
        .bind(0, after)
        .bind(1, limit)
        .map((row, context) -> AccountId.of(row.getBytes(1)))
        .list();
  }

  void remove(AccountId account) {
    handle.execute("DELETE FROM gone_links WHERE account_id = ?", account.bytes());
    handle.execute("DELETE FROM gone_accounts WHERE account_id = ?", account.bytes());
  }
}
