package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.DriveId;
import org.anonymouscloud.vault.client.format.KeyRing;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.store.Untrusted.ChainForked;
import org.anonymouscloud.vault.client.store.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.store.Untrusted.RootForked;
import org.anonymouscloud.vault.client.store.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * Fetches the roots of a drive, each by itself, and says whether it is sound: written as it should
 * be by a device of the account. Which of them count is for {@link Roots}. Thread-safe.
 */
final class RootReader {
  private static final int AT_ONCE = 32;

  private final AccountSession account;
  private final DriveId drive;
  private final KeyRing keys;
  private final RemoteVault remote;

  RootReader(AccountSession account, DriveId drive, KeyRing keys, RemoteVault remote) {
    this.account = account;
    this.drive = drive;
    this.keys = keys;
    this.remote = remote;
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
    List<SignedRoot> roots = new ArrayList<>();
    for (Optional<VaultMessages.RootGot> got : remote.roots(high, low)) {
      roots.add(decode(got.orElseThrow(RootForked::new)));
    }
    return roots;
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
   * Opens a root that a device of the account has written.
   *
   * @throws Untrusted if none has, or not as it should
   */
  Root open(SignedRoot signed) throws IOException {
    if (!isSigned(signed, signed.generation())) {
      throw new RootNotSigned();
    }
    Root root = opened(signed);
    if (!account.isInChain(root.chain())) {
      throw new ChainForked();
    }
    return root;
  }

  /** Whether a device has signed a root that the account had in a generation. */
  boolean isSigned(SignedRoot signed, int generation) throws IOException {
    return account.verify(
        signed.device(),
        generation,
        SignedRoot.SIGNATURE_LABEL,
        signed.signed(drive),
        signed.signature());
  }

  /** Opens a root whose signature needs no check, as a later one names it by its hash. */
  Root opened(SignedRoot signed) throws DataNotAuthentic {
    try {
      return signed.open(drive, keys);
    } catch (NotAuthentic | Malformed e) {
      throw new DataNotAuthentic();
    }
  }
}
