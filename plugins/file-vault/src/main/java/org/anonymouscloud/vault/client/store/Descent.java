package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.NothingNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;

/**
 * The way back from the newest root through its ancestors, which each names by its hash, to the
 * newest that counts ({@code docs/formats/vault.md}, "Roots").
 */
final class Descent {
  /** A device that has left so many roots unsound has its others passed over, unlooked at. */
  private static final int UNSOUND_LOOKED_AT = 1_000;

  private final RootReader reader;
  private final SignedRoot tip;
  private final int generation;
  private final Vouching vouching;
  private final SortedMap<Long, List<Passed>> points = new TreeMap<>();
  private final Map<DeviceId, Integer> unsound = new HashMap<>();

  /** A root that the way must lead through, and what to say if it does not. */
  private record Passed(Digest hash, Untrusted otherwise) {}

  /** Why a root of an older generation may count, though a device that was removed wrote it. */
  sealed interface Vouching {
    /**
     * It does if it is not beyond this one.
     *
     * @param number -1 if there was none
     */
    record UpTo(long number) implements Vouching {}

    /** Nobody has said how far the drive had come, so it does not. */
    record Nobody() implements Vouching {}

    /** A person has said that it does. */
    record Person() implements Vouching {}
  }

  /**
   * @param generation the newest of the drive's, which nobody has who was removed; -1 if somebody
   *     may have it
   */
  Descent(RootReader reader, SignedRoot tip, int generation, Vouching vouching) {
    this.reader = reader;
    this.tip = tip;
    this.generation = generation;
    this.vouching = vouching;
  }

  /** The way must lead through a root. */
  void mustPass(RootFloor.Point point, Untrusted otherwise) {
    if (point.number() >= 0) {
      points
          .computeIfAbsent(point.number(), number -> new ArrayList<>())
          .add(new Passed(point.hash(), otherwise));
    }
  }

  /**
   * Goes down to the lowest root that must be passed, and as far as it takes to find one that is
   * vouched for: with it come all before it.
   *
   * @return the newest root that counts with all of them before it; none if that is none
   * @throws Untrusted if one that must be passed is not there, or nobody vouches for any
   */
  Optional<SignedRoot> go() throws IOException {
    Ancestors way = new Ancestors(reader, tip);
    Optional<SignedRoot> good = Optional.empty();
    while (true) {
      SignedRoot at = way.at();
      pass(at.number(), at.hash());
      boolean vouched = isVouchedFor(at);
      if (!vouched && !isByOneWhoStays(at)) {
        good = Optional.empty();
      } else if (good.isEmpty()) {
        good = Optional.of(at);
      }
      if (vouched) {
        passAllBelow(at);
        return good;
      }
      if (at.number() == 0) {
        boolean all = good.isPresent() && good.get().number() == tip.number();
        if (!all && vouching instanceof Vouching.Nobody) {
          throw new NothingNamed();
        }
        return good;
      }
      way.down(0);
    }
  }

  /** What a root that is vouched for says of those before it counts. */
  private void passAllBelow(SignedRoot vouched) throws IOException {
    for (long number : points.headMap(vouched.number()).keySet()) {
      Optional<Digest> hash = inFewSteps(vouched, number);
      if (hash.isPresent()) {
        pass(number, hash.get());
      } else {
        passOneByOne(vouched, number);
      }
    }
  }

  private Optional<Digest> inFewSteps(SignedRoot from, long number) throws IOException {
    try {
      return reader.ancestor(from, number);
    } catch (RootForked e) {
      // A thief may have named what there is not; what each names before it decides.
      return Optional.empty();
    }
  }

  /** Where roots do not say more than which one is before each. */
  private void passOneByOne(SignedRoot vouched, long number) throws IOException {
    Ancestors way = new Ancestors(reader, vouched);
    while (way.at().number() > number + 1) {
      way.down(number + 1);
    }
    pass(number, way.at().previous());
  }

  private void pass(long number, Digest hash) throws Untrusted {
    for (Passed point : points.getOrDefault(number, List.of())) {
      if (!point.hash().equals(hash)) {
        throw point.otherwise();
      }
    }
  }

  /** Whether a root counts whoever has written it, and all before it. */
  private boolean isVouchedFor(SignedRoot root) throws IOException {
    boolean said =
        root.generation() == generation
            || switch (vouching) {
              case Vouching.UpTo(long number) -> root.number() <= number;
              case Vouching.Nobody() -> false;
              case Vouching.Person() -> true;
            };
    return said && isSound(root);
  }

  /** Whether a device has written it as it should that is the account's still. */
  private boolean isByOneWhoStays(SignedRoot signed) throws IOException {
    return reader.isByOneWhoStays(signed) && isSound(signed);
  }

  private boolean isSound(SignedRoot signed) throws IOException {
    if (unsound.getOrDefault(signed.device(), 0) >= UNSOUND_LOOKED_AT) {
      return false;
    }
    boolean sound = reader.sound(signed).isPresent();
    if (!sound) {
      unsound.merge(signed.device(), 1, Integer::sum);
    }
    return sound;
  }
}
