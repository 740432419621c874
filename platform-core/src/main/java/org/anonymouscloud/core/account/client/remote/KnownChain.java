package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;

/** The checked chain of an account's keys, as one of its devices sees it. Thread-safe. */
public interface KnownChain {
  /** As far as this device has seen it; asks the server only if it has seen nothing yet. */
  Chain known() throws IOException;

  /**
   * As the server has it now.
   *
   * @throws AccountTampered if the server shows another
   */
  Chain refreshed() throws IOException;

  /** The root secrets that this device has, one for each generation from the first on. */
  List<RootSecret> roots();

  /** The newest generation of the root secret whose keys this device has. */
  default int generation() {
    return roots().size() - 1;
  }

  /**
   * A feature's own secret of 32 bytes. The caller closes it.
   *
   * @param feature its full name: 1 to 96 of a-z, 0-9 and hyphens, a letter first
   * @param generation from 0 to {@link #generation}
   */
  default Secret featureSecret(String feature, int generation) {
    return roots().get(generation).feature(feature);
  }

  /**
   * Whether a device of the account made a signature, with what it knew in a generation of the root
   * secret. Asks the server when the device or the generation is a new one.
   *
   * @return false for a wrong signature, for a device that is not in the chain, and for one that
   *     was removed before that generation (A16)
   * @throws IOException if the chain cannot be had
   */
  default boolean verify(
      DeviceId signer, int generation, String label, byte[] message, byte[] signature)
      throws IOException {
    Optional<VerifyKey> key = with(signer, generation).deviceKey(signer, generation);
    return key.isPresent() && Signatures.verify(key.get(), label, message, signature);
  }

  /** The chain, asked for anew if a device or a generation is not in what this device has seen. */
  default ChainState with(DeviceId device, int generation) throws IOException {
    ChainState chain = known().state();
    return generation > chain.generation() || !chain.hasHad(device) ? refreshed().state() : chain;
  }

  /** Whether a link is one of the chain's. Asks the server when it is a newer one. */
  default boolean contains(ChainFloor link) throws IOException {
    Chain known = known();
    return known.contains(link)
        || (link.seq() > known.state().head().seq() && refreshed().contains(link));
  }
}
