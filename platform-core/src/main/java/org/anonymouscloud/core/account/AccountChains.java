package org.anonymouscloud.core.account;

import org.jdbi.v3.core.Handle;

/**
 * The chains of accounts as the server has them, for a feature whose users state places in the
 * chains of others: what is not there somebody has made up. Thread-safe.
 */
public interface AccountChains {
  /**
   * Whether an account's chain has a link, and the account a generation of the root secret. Costs
   * two look-ups, within the feature's transaction. Chains only grow: what is there once stays
   * until the account is deleted.
   *
   * @param rows of any transaction on the server's database
   * @param generation counted from 0
   * @return false also if there is no such account, or no more
   */
  boolean have(Handle rows, AccountId account, ChainFloor link, int generation);

  /**
   * The same also of an account that is deleted, as long as a feature {@linkplain
   * AccountData#needsChain needs} its chain. Whoever lets somebody in asks the other question: a
   * chain would stay for ever that anybody could name once more.
   */
  boolean had(Handle rows, AccountId account, ChainFloor link, int generation);
}
