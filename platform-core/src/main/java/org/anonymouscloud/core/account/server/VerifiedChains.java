package org.anonymouscloud.core.account.server;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainReader;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/**
 * The state of chains whose links were all checked once, so that a new link costs one check and not
 * one of each link before it. Thread-safe.
 */
final class VerifiedChains {
  /** Links of all chains that are remembered; a state grows with its links, by 1.5 KiB at most. */
  private static final long MAX_LINKS = 8_192;

  private static final int PAGE = 64;

  private final OpenDatabase database;

  /** The one that was used last is the last. */
  private final Map<AccountId, ChainState> states = new LinkedHashMap<>(16, 0.75f, true);

  private long links;

  VerifiedChains(OpenDatabase database) {
    this.database = database;
  }

  /**
   * The state after the last link that is stored now.
   *
   * @throws Refused if the account is gone
   */
  ChainState newest(AccountId account) throws Refused {
    Optional<ChainState> known = known(account);
    Optional<ChainFloor> head = database.read(handle -> new AccountTables(handle).head(account));
    if (head.isEmpty()) {
      throw new Refused(ErrorCode.NOT_LOGGED_IN, "The account is gone.");
    }
    if (known.isPresent() && known.get().head().equals(head.get())) {
      return known.get();
    }
    ChainState state = replay(account, known.filter(seen -> isStored(account, seen.head())));
    remember(state);
    return state;
  }

  private boolean isStored(AccountId account, ChainFloor head) {
    return database
        .<List<byte[]>, RuntimeException>read(
            handle -> new AccountTables(handle).links(account, head.seq(), 1))
        .stream()
        .anyMatch(link -> AccountTables.floor(head.seq(), link).equals(head));
  }

  /** Page by page: a whole chain may be larger than what one request should take. */
  private ChainState replay(AccountId account, Optional<ChainState> known) throws Refused {
    try {
      ChainState state = known.orElse(null);
      List<byte[]> page;
      do {
        long from = state == null ? 0 : state.head().seq() + 1;
        page = database.read(handle -> new AccountTables(handle).links(account, from, PAGE));
        for (byte[] link : page) {
          state =
              state == null
                  ? ChainReader.replay(List.of(link)).state()
                  : state.append(ChainLink.decode(link));
        }
      } while (page.size() == PAGE);
      if (state == null) {
        throw new Refused(ErrorCode.NOT_LOGGED_IN, "The account is gone.");
      }
      return state;
    } catch (ChainRefused | Malformed e) {
      throw new Refused(ErrorCode.INTERNAL, "The account's chain is damaged on the server.");
    }
  }

  private synchronized Optional<ChainState> known(AccountId account) {
    return Optional.ofNullable(states.get(account));
  }

  /** Notes a state that was checked and stored. */
  synchronized void remember(ChainState state) {
    ChainState before = states.put(state.account(), state);
    links += length(state) - (before == null ? 0 : length(before));
    Iterator<ChainState> oldest = states.values().iterator();
    while (links > MAX_LINKS && oldest.hasNext()) {
      links -= length(oldest.next());
      oldest.remove();
    }
  }

  private static long length(ChainState state) {
    return state.head().seq() + 1;
  }
}
