package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.ChainForked;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;
import org.anonymouscloud.vault.client.remote.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * Fetches the roots of a drive, each by itself, and says whether it is sound: written as it should
 * be by a device of a member. Which of them count is for {@link Roots}. Thread-safe.
 */
final class RootReader {
  private static final int AT_ONCE = 32;

  private final AccountSession account;
  private final DriveId drive;
  private final Members members;
  private final RemoteVault remote;
  private final boolean needsKeys;

  RootReader(AccountSession account, DriveId drive, Members members, RemoteVault remote) {
    this(account, drive, members, remote, true);
  }

  private RootReader(
      AccountSession account,
      DriveId drive,
      Members members,
      RemoteVault remote,
      boolean needsKeys) {
    this.account = account;
    this.drive = drive;
    this.members = members;
    this.remote = remote;
    this.needsKeys = needsKeys;
  }

  /** One that reads what opens where the newest keys were not given. */
  RootReader withoutNewestKeys() {
    return new RootReader(account, drive, members, remote, false);
  }

  private boolean refresh(long number) throws IOException {
    try {
      return members.refresh(number);
    } catch (KeysNotGiven e) {
      if (needsKeys) {
        throw e;
      }
      return true;
    }
  }

  /**
   * The newest root as the server shows it, when the members are known as they are by then.
   *
   * @return none if there is no root, or no drive
   */
  Optional<SignedRoot> newest() throws IOException {
    Optional<VaultMessages.RootGot> got = remote.root(VaultMessages.NEWEST);
    if (got.isEmpty()) {
      members.refresh();
      return Optional.empty();
    }
    boolean there = refresh(got.get().roster());
    if (!there) {
      throw new RootNotSigned();
    }
    return Optional.of(decode(got.get()));
  }

  /**
   * A root as the server shows it; nothing of it is proven.
   *
   * @param number counted from 0, or {@link VaultMessages#NEWEST}
   */
  Optional<SignedRoot> at(long number) throws IOException {
    Optional<VaultMessages.RootGot> got = remote.root(number);
    return got.isEmpty() ? Optional.empty() : Optional.of(decode(got.get()));
  }

  /**
   * Some roots from a number down, at least one, as the server shows them.
   *
   * @param lowest none below this one
   */
  List<SignedRoot> down(long high, long lowest) throws IOException {
    long low = Math.min(high, Math.max(lowest, high - AT_ONCE + 1));
    return all(LongStream.rangeClosed(low, high).map(down -> high - (down - low)).boxed().toList());
  }

  /** The roots of some numbers, as the server shows them. */
  List<SignedRoot> all(List<Long> numbers) throws IOException {
    List<SignedRoot> roots = new ArrayList<>();
    for (Optional<VaultMessages.RootGot> got : remote.roots(numbers)) {
      roots.add(decode(got.orElseThrow(RootForked::new)));
    }
    return roots;
  }

  /**
   * The hash of an earlier root, as the roots between say it: each names the one before, and one
   * further back, so that there are few of them.
   *
   * @param from whose word counts
   * @param number less than that of {@code from}
   * @return none if one of those between does not open, or does not say it
   * @throws Untrusted if the server shows other roots than they name
   */
  Optional<Digest> ancestor(SignedRoot from, long number) throws IOException {
    List<Long> way = new ArrayList<>();
    for (long at = next(from.number(), number); at > number; at = next(at, number)) {
      way.add(at);
    }
    SignedRoot at = from;
    for (SignedRoot below : all(way)) {
      Optional<Digest> named = named(at, below.number());
      if (named.isEmpty()) {
        return named;
      }
      if (!below.hash().equals(named.get())) {
        throw new RootForked();
      }
      at = below;
    }
    return named(at, number);
  }

  /** The root after {@code at} on the way down to a number. */
  private static long next(long at, long number) {
    return Root.skipped(at) >= number ? Root.skipped(at) : at - 1;
  }

  private Optional<Digest> named(SignedRoot by, long number) {
    if (number == by.number() - 1) {
      return Optional.of(by.previous());
    }
    try {
      return Optional.of(opened(by).skip()).filter(hash -> !hash.equals(RootHeader.NOTHING));
    } catch (DataNotAuthentic e) {
      return Optional.empty();
    }
  }

  private static SignedRoot decode(VaultMessages.RootGot got) throws RootNotSigned {
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

  /** The root inside, if this one is sound. */
  Optional<Root> sound(SignedRoot signed) throws IOException {
    try {
      return Optional.of(open(signed));
    } catch (Untrusted e) {
      return Optional.empty();
    }
  }

  /**
   * Opens a root that a device of a member has written.
   *
   * @throws Untrusted if none has, or not as it should
   */
  Root open(SignedRoot signed) throws IOException {
    if (!members.isSigned(signed)) {
      throw new RootNotSigned();
    }
    Root root = opened(signed);
    if (root.account().equals(account.account()) && !account.isInChain(root.chain())) {
      throw new ChainForked();
    }
    boolean _ = refresh(root.roster().number());
    if (!members.knows(root.roster())) {
      throw new RosterRolledBack();
    }
    return root;
  }

  /** Whether who wrote it, as it should be, might write still, or has only left. */
  boolean isByOneWhoStays(SignedRoot signed) throws IOException {
    return members.isSigned(signed) && members.stays(signed);
  }

  /** Opens a root whose signature needs no check, as a later one names it by its hash. */
  Root opened(SignedRoot signed) throws DataNotAuthentic {
    try {
      return signed.open(drive, members.keys());
    } catch (NotAuthentic | Malformed e) {
      throw new DataNotAuthentic();
    }
  }
}
