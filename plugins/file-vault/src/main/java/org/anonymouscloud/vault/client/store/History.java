package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.format.Trees;
import org.jspecify.annotations.Nullable;

/**
 * The states of a drive from the newest back, each proven by the hash that the later one gives.
 * Where a generation begins, its first root takes up the tree of the last root that counted: those
 * between the two were left out when devices were removed. Not thread-safe; goes back once.
 */
public final class History {
  /** How many roots of an older generation are looked through for the one that was taken up. */
  private static final int LOOKED_THROUGH = 1_000;

  private final RootReader reader;
  private final Ancestors way;
  private final Deque<SignedRoot> ahead = new ArrayDeque<>();
  private @Nullable SignedRoot newer;

  /** No root with a higher number counts, of those that are still to come. */
  private long counting;

  /**
   * One of the drive's states.
   *
   * @param counts whether it or a later one counts: else it was left out when devices were removed
   * @param root none if the device that wrote it did not write it as it should
   */
  public record State(SignedRoot signed, boolean counts, Optional<Root> root) {}

  /**
   * @param tip the newest root that the server has
   * @param counting the number of the newest that counts
   */
  History(RootReader reader, SignedRoot tip, long counting) {
    this.reader = reader;
    this.way = new Ancestors(reader, tip);
    this.counting = counting;
    ahead.add(tip);
  }

  /**
   * Some states, the newest first.
   *
   * @param from the highest number of interest
   * @param limit how many at most
   */
  List<State> states(long from, int limit) throws IOException {
    List<State> states = new ArrayList<>();
    while (states.size() < limit && reaches(0)) {
      SignedRoot at = ahead.removeFirst();
      boolean begins = newer != null && newer.generation() > at.generation();
      if (begins && newer.number() <= counting) {
        counting = takenUp(at, newer);
      }
      newer = at;
      if (at.number() <= from) {
        states.add(new State(at, at.number() <= counting, reader.sound(at)));
      }
    }
    return states;
  }

  /**
   * The number of the root whose tree the first of a generation took up; if there is none near, the
   * one before it.
   */
  private long takenUp(SignedRoot before, SignedRoot first) throws IOException {
    Optional<Trees> trees = reader.sound(first).map(Root::trees);
    if (reader.sound(before).map(Root::trees).equals(trees)) {
      return before.number();
    }
    int looked = 0;
    for (SignedRoot one : ahead) {
      looked++;
      if (reader.sound(one).map(Root::trees).equals(trees)) {
        return one.number();
      }
    }
    while (looked++ < LOOKED_THROUGH && reaches(ahead.size())) {
      if (reader.sound(ahead.getLast()).map(Root::trees).equals(trees)) {
        return ahead.getLast().number();
      }
    }
    return before.number();
  }

  /** Whether there is one in this place of those ahead, which is asked for if it is not here. */
  private boolean reaches(int place) throws IOException {
    while (ahead.size() <= place) {
      SignedRoot last = way.at();
      if (last.number() == 0) {
        return false;
      }
      way.down(last.number() - LOOKED_THROUGH);
      ahead.addLast(way.at());
    }
    return true;
  }
}
