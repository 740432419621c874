package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;

/**
 * The states that a drive has been in and that are still whole, as seen from its newest root: by
 * their number, as of a time, or one after another. What was left out when devices were removed is
 * no state. Each is proven by the hashes that lead to it from the newest; to find one takes some
 * dozens of questions, however many there are. Not thread-safe.
 */
public final class States {
  /** How many roots of an older generation are looked through for the one that was taken up. */
  private static final int LOOKED_THROUGH = 1_000;

  private final RootReader reader;
  private final Optional<SignedRoot> newest;
  private final History history;
  private final KeptStates kept;
  private long lastTold = Long.MAX_VALUE;
  private boolean historyEnded;

  /**
   * A state.
   *
   * @param number of its root
   * @param since from when on the drive was like that, by the clock of who changed it
   * @param root what is sealed in its root, whose device may only have written anew what another
   *     had changed
   */
  public record State(long number, Instant since, Root root) {}

  /** A root at which a search ends, and the one after it. */
  private record Found(SignedRoot root, SignedRoot next) {}

  /** What is looked for on the way down. */
  @FunctionalInterface
  private interface Wanted {
    boolean is(SignedRoot root) throws IOException;
  }

  /**
   * @param tip the newest root that the server has
   * @param newest the newest that counts
   * @param kept what its hidden tree says of earlier states
   */
  States(RootReader reader, SignedRoot tip, Optional<SignedRoot> newest, KeptStates kept) {
    this.reader = reader;
    this.newest = newest;
    this.history = new History(reader, tip, newest.map(SignedRoot::number).orElse(-1L));
    this.kept = kept;
  }

  /** Which states are whole. */
  public KeptStates kept() {
    return kept;
  }

  /** The state as it is now; none if no root counts. */
  public Optional<State> newest() throws IOException {
    return newest.isEmpty() ? Optional.empty() : state(newest.get());
  }

  /**
   * The state that the drive was in at a time.
   *
   * @return none if that was before the oldest that is kept
   */
  public Optional<State> at(Instant time) throws IOException {
    Optional<SignedRoot> from = newest;
    while (from.isPresent() && isState(from.get().number())) {
      SignedRoot last = from.get();
      if (began(last, time)) {
        return state(last);
      }
      Optional<Found> edge = generationBefore(last);
      long first = edge.map(found -> found.next().number()).orElse(kept.from());
      Optional<Found> found = down(last, first, root -> began(root, time));
      if (found.isPresent()) {
        return state(found.get().root());
      }
      from = edge.isEmpty() ? Optional.empty() : Optional.of(takenUp(edge.get()));
    }
    for (KeptStates.Earlier earlier : kept.earlier().reversed()) {
      if (!earlier.since().isAfter(time)) {
        return earlier(earlier.number());
      }
    }
    return Optional.empty();
  }

  /**
   * The state of a number.
   *
   * @return none if there is none that is kept, or it was left out, or its root does not open
   */
  public Optional<State> at(long number) throws IOException {
    if (newest.isEmpty() || number > newest.get().number()) {
      return Optional.empty();
    }
    if (number < kept.from() && number != newest.get().number()) {
      return kept.has(number) ? earlier(number) : Optional.empty();
    }
    Optional<SignedRoot> from = newest;
    while (from.isPresent() && from.get().number() > number) {
      Optional<Found> edge = generationBefore(from.get());
      if (edge.isEmpty() || edge.get().next().number() <= number) {
        return down(from.get(), number, root -> root.number() <= number)
            .flatMap(found -> state(found.root()));
      }
      from = Optional.of(takenUp(edge.get()));
    }
    return from.filter(root -> root.number() == number).flatMap(this::state);
  }

  /** Since when the drive is known; none if no root counts. */
  public Optional<Instant> oldest() throws IOException {
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    if (!kept.earlier().isEmpty()) {
      return Optional.of(kept.earlier().getFirst().since());
    }
    long from = kept.from();
    SignedRoot last = newest.get();
    SignedRoot first =
        last.number() <= from
            ? last
            : down(last, from, root -> root.number() <= from).map(Found::root).orElse(last);
    return state(first).map(State::since);
  }

  /**
   * The next older state, beginning with the newest; those whose roots do not open are passed over.
   *
   * @return none after the oldest
   */
  public Optional<State> older() throws IOException {
    while (!historyEnded) {
      List<History.State> one = history.states(Long.MAX_VALUE, 1);
      if (one.isEmpty() || !isState(one.getFirst().signed().number())) {
        historyEnded = true;
      } else if (one.getFirst().counts() && one.getFirst().root().isPresent()) {
        Root root = one.getFirst().root().get();
        lastTold = root.number();
        return Optional.of(new State(root.number(), since(root), root));
      }
    }
    for (KeptStates.Earlier earlier : kept.earlier().reversed()) {
      if (earlier.number() < lastTold) {
        lastTold = earlier.number();
        Optional<State> state = earlier(earlier.number());
        if (state.isPresent()) {
          return state;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * States that were left out when devices were removed although who wrote them may write still:
   * others' work, which went on from what somebody had written who is gone.
   *
   * @param lowest the number of the last root of interest
   * @param limit how many at most, the newest first
   */
  public List<Root> leftOut(long lowest, int limit) throws IOException {
    List<Root> leftOut = new ArrayList<>();
    while (leftOut.size() < limit) {
      List<History.State> one = history.states(Long.MAX_VALUE, 1);
      if (one.isEmpty() || one.getFirst().signed().number() < lowest) {
        break;
      }
      Optional<Root> root = one.getFirst().root();
      if (!one.getFirst().counts()
          && root.isPresent()
          && reader.isByOneWhoStays(one.getFirst().signed())) {
        leftOut.add(root.get());
      }
    }
    return leftOut;
  }

  /** Whether a root that counts is a state of its own. */
  private boolean isState(long number) {
    return number >= kept.from()
        || newest.map(SignedRoot::number).equals(Optional.of(number))
        || number > newest.map(SignedRoot::number).orElse(Long.MAX_VALUE);
  }

  private Optional<State> earlier(long number) throws IOException {
    SignedRoot last = newest.orElseThrow();
    return last.number() <= number
        ? state(last)
        : down(last, number, root -> root.number() <= number).flatMap(found -> state(found.root()));
  }

  private Optional<State> state(SignedRoot signed) {
    return root(signed).map(root -> new State(root.number(), since(root), root));
  }

  /** What is sealed in a root, whose hash a later one has given: so its signature counts. */
  private Optional<Root> root(SignedRoot signed) {
    try {
      return Optional.of(reader.opened(signed));
    } catch (DataNotAuthentic e) {
      return Optional.empty();
    }
  }

  private Instant since(Root root) {
    return kept.since(root.number()).orElse(root.time());
  }

  private boolean began(SignedRoot signed, Instant time) {
    return root(signed).filter(root -> !since(root).isAfter(time)).isPresent();
  }

  /** The last root of an older generation before this one; none if there is none in reach. */
  private Optional<Found> generationBefore(SignedRoot root) throws IOException {
    return down(root, kept.from(), other -> other.generation() < root.generation());
  }

  /** The root whose tree the first of a generation took up: those between were left out. */
  private SignedRoot takenUp(Found edge) throws IOException {
    Optional<Trees> trees = root(edge.next()).map(Root::trees);
    Ancestors way = new Ancestors(reader, edge.root());
    for (int looked = 0; looked < LOOKED_THROUGH; looked++) {
      if (root(way.at()).map(Root::trees).equals(trees)) {
        return way.at();
      }
      if (way.at().number() == 0) {
        break;
      }
      way.down(way.at().number() - LOOKED_THROUGH);
    }
    return edge.root();
  }

  /**
   * Goes down from a root that is not wanted to one that is, by the long steps that roots name
   * where those do not lead past it. Which one is found, if wanted ones are not all together, is
   * not said: but the one after it is not wanted.
   *
   * @param lowest the number of the last that is of interest
   */
  private Optional<Found> down(SignedRoot from, long lowest, Wanted wanted) throws IOException {
    SignedRoot at = from;
    while (at.number() > lowest) {
      for (SignedRoot far : reader.all(skips(at.number(), lowest))) {
        if (!named(at, far) || wanted.is(far)) {
          break;
        }
        at = far;
      }
      if (at.number() <= lowest) {
        break;
      }
      SignedRoot next = reader.down(at.number() - 1, at.number() - 1).getFirst();
      if (!next.hash().equals(at.previous())) {
        throw new RootForked();
      }
      if (wanted.is(next)) {
        return Optional.of(new Found(next, at));
      }
      at = next;
    }
    return Optional.empty();
  }

  /** The numbers that a root names, each by the one before; those that one step leads to not. */
  private static List<Long> skips(long number, long lowest) {
    List<Long> numbers = new ArrayList<>();
    for (long at = number; at > 0 && Root.skipped(at) >= lowest; at = Root.skipped(at)) {
      numbers.add(Root.skipped(at));
    }
    return numbers;
  }

  /** Whether a root says that this is the one it names besides the one before it. */
  private boolean named(SignedRoot by, SignedRoot far) {
    Optional<Digest> hash =
        far.number() == by.number() - 1 ? Optional.of(by.previous()) : root(by).map(Root::skip);
    // A thief may have named what there is not; then the way goes on one by one.
    return hash.equals(Optional.of(far.hash()));
  }
}
