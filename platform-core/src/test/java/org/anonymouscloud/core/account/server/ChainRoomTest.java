package org.anonymouscloud.core.account.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.anonymouscloud.core.account.chain.ChainReader;
import org.anonymouscloud.core.account.chain.ChainState;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("S4.3")
final class ChainRoomTest {
  /** A removal of as many devices as there may be, with heads of 16 steps (account.md). */
  private static final long LONGEST_LINK = 2_094 + 16 * ChainState.MAX_DEVICES + 15 * 512;

  @Test
  void theLongestChainThatAServerTakesIsOneThatClientsRead() {
    // Once there is no room for all, devices come by password and words alone.
    long arrivals = ChainRoom.OF_THE_PASSWORD * (1L + ChainRoom.OF_THE_WORDS);
    long devices = ChainState.MAX_DEVICES + arrivals + ChainRoom.OF_THE_WORDS;
    long links =
        ChainRoom.FOR_ALL + arrivals + ChainRoom.OF_THE_WORDS + ChainRoom.OF_A_DEVICE * devices;

    assertThat(links).isLessThan(ChainReader.MAX_LINKS / 2);
    assertThat(links * LONGEST_LINK).isLessThan(ChainReader.MAX_BYTES);
  }
}
