package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.DriveId;
import org.anonymouscloud.vault.client.format.KeyRing;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.store.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.store.Untrusted.RootForked;
import org.anonymouscloud.vault.client.store.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.store.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.protocol.Messages;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * The roots of a drive. A root counts only if a device of the account has signed it and if it is,
 * or follows from, the newest one this device has seen (A22, A23); before it is given to anybody,
 * it is remembered durably as the newest. Thread-safe.
 */
public final class Roots {
  private static final int ANCESTORS_AT_ONCE = 32;

  private final AccountSession account;
  private final DriveId drive;
  private final KeyRing keys;
  private final RemoteVault remote;
  private final StateStore state;
  private final Clock clock;

  // Guarded by this, and held while the server is asked: an answer that is overtaken by a later one
  // must not look like a step back.
  private Optional<Known> known = Optional.empty();
  private Optional<RootFloor> floor = Optional.empty();
  private boolean floorLoaded;

  /** A root that counts, and the hash by which the next one names it. */
  public record Known(Root root, Digest hash) {}

  public Roots(
      AccountSession account, DriveId drive, KeyRing keys, RemoteVault remote, Clock clock) {
    this.account = account;
    this.drive = drive;
    this.keys = keys;
    this.remote = remote;
    this.state = account.state();
    this.clock = clock;
  }

  /**
   * Asks the server for the newest root.
   *
   * @return none if the drive has never been written to
   * @throws Untrusted if what the server shows must not be used
   */
  public synchronized Optional<Known> newest() throws IOException {
    loadFloor();
    Optional<Messages.RootGot> got = remote.root(Messages.NEWEST);
    if (got.isEmpty()) {
      if (floor.isPresent()) {
        throw new RootRolledBack();
      }
      return Optional.empty();
    }
    SignedRoot signed = decode(got.get());
    Digest hash = signed.hash();
    if (floor.isPresent()
        && (signed.number() < floor.get().number()
            || signed.generation() < floor.get().generation())) {
      throw new RootRolledBack();
    }
    if (known.isPresent() && known.get().hash().equals(hash)) {
      return known;
    }
    Root root = open(signed);
    if (floor.isPresent()) {
      follow(root, hash, floor.get());
    }
    return Optional.of(remember(signed.generation(), root, hash));
  }

  /** The newest root that was seen since this was made, without asking the server. */
  public synchronized Optional<Known> known() {
    return known;
  }

  /**
   * Makes a new root the newest.
   *
   * @param before the root it follows; none for the drive's first
   * @param top the pages of the topmost folder
   * @param live packs that it needs and the root before did not
   * @param frees whether it only deletes, for which there is space beyond the quota
   * @return false if meanwhile another device has moved the root
   */
  public synchronized boolean move(
      Optional<Known> before, Pages top, List<PackName> live, boolean frees) throws IOException {
    Root root =
        before
            .map(
                known ->
                    known
                        .root()
                        .next(
                            known.hash(), account.device(), clock.instant(), top, Optional.empty()))
            .orElseGet(
                () -> Root.first(drive, account.device(), clock.instant(), top, Optional.empty()));
    loadFloor();
    SignedRoot signed = SignedRoot.seal(root, keys, account::sign);
    byte[] encoded = signed.encode();
    if (!remote.move(root.number(), encoded, live, frees) && !isThere(root.number(), encoded)) {
      return false;
    }
    remember(signed.generation(), root, signed.hash());
    return true;
  }

  /** Whether an attempt that seemed cut off has arrived. */
  private boolean isThere(long number, byte[] encoded) throws IOException {
    Optional<Messages.RootGot> got = remote.root(number);
    return got.isPresent() && java.util.Arrays.equals(got.get().root(), encoded);
  }

  private Known remember(int generation, Root root, Digest hash) throws IOException {
    RootFloor risen = new RootFloor(generation, root.number(), hash);
    risen.store(state);
    floor = Optional.of(risen);
    Known newest = new Known(root, hash);
    known = Optional.of(newest);
    return newest;
  }

  private void loadFloor() throws IOException {
    if (!floorLoaded) {
      floor = RootFloor.load(state);
      floorLoaded = true;
    }
  }

  /** Goes back from a root to the newest one seen before; it must be among its ancestors. */
  private void follow(Root root, Digest hash, RootFloor seen) throws IOException {
    if (root.number() == seen.number()) {
      if (!hash.equals(seen.hash())) {
        throw new RootForked();
      }
      return;
    }
    Digest expected = root.previous();
    for (long high = root.number() - 1; high > seen.number(); high -= ANCESTORS_AT_ONCE) {
      long low = Math.max(seen.number() + 1, high - ANCESTORS_AT_ONCE + 1);
      for (Optional<Messages.RootGot> got : remote.roots(high, low)) {
        // Its successor names it by its hash, so a signature of its own would prove nothing more.
        SignedRoot ancestor = decode(got.orElseThrow(RootForked::new));
        if (!ancestor.hash().equals(expected)) {
          throw new RootForked();
        }
        expected = opened(ancestor).previous();
      }
    }
    if (!expected.equals(seen.hash())) {
      throw new RootForked();
    }
  }

  private static SignedRoot decode(Messages.RootGot got) throws RootNotSigned {
    try {
      SignedRoot signed = SignedRoot.decode(got.root());
      if (signed.number() != got.number()) {
        throw new RootNotSigned();
      }
      return signed;
    } catch (Malformed e) {
      throw new RootNotSigned();
    }
  }

  private Root open(SignedRoot signed) throws IOException {
    if (!account.verify(
        signed.device(),
        signed.generation(),
        SignedRoot.SIGNATURE_LABEL,
        signed.signed(drive),
        signed.signature())) {
      throw new RootNotSigned();
    }
    return opened(signed);
  }

  private Root opened(SignedRoot signed) throws DataNotAuthentic {
    try {
      return signed.open(drive, keys);
    } catch (NotAuthentic | Malformed e) {
      throw new DataNotAuthentic();
    }
  }
}
