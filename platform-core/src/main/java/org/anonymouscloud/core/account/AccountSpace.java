package org.anonymouscloud.core.account;

import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;

/**
 * The bytes of an account, of all features together: each says here what it stores and what it has
 * deleted, within the transaction that does so. Thread-safe.
 */
public interface AccountSpace {
  /**
   * What an account has.
   *
   * @param used bytes, of all features
   * @param quota bytes that it may use; {@link Long#MAX_VALUE} for no limit
   */
  record Usage(long used, long quota) {}

  /** What the account has, as {@code rows} sees it. */
  Usage usage(Handle rows, AccountId account);

  /**
   * Counts bytes that the account is about to use.
   *
   * @param bytes from 0
   * @param frees whether the client says that this is needed to delete something, as a folder is
   *     written anew without it. For that there is a little space beyond the quota, for who has
   *     something to delete.
   * @throws Refused with {@code QUOTA_EXCEEDED} if it may not; nothing is counted then
   */
  void take(Handle rows, AccountId account, long bytes, boolean frees) throws Refused;

  /** Counts bytes that the account does not use any more. */
  void giveBack(Handle rows, AccountId account, long bytes);
}
