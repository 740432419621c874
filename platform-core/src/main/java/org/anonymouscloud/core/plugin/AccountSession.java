package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.chain.ChainFloor;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Link;

/**
 * A logged-in account, as far as one feature may use it: the feature's own keys, a link to the
 * server, signatures of this device. Never the root secret or another feature's keys. Thread-safe.
 */
public interface AccountSession {
  AccountId account();

  DeviceId device();

  /** The account's devices, as far as this one has seen the chain of the account's keys. */
  Set<DeviceId> devices() throws IOException;

  /** The newest generation of this account's root secret, counted from 0. */
  int generation();

  /**
   * The feature's own secret of 32 bytes in a generation, at most {@link #generation}. The caller
   * closes it.
   */
  Secret featureSecret(int generation);

  /**
   * A logged-in link. It reconnects by itself; a request cut on the way fails with an IOException.
   */
  Link link();

  /**
   * Signs with this device's key.
   *
   * @param label what is signed, a constant of the format's document: {@code
   *     anonymouscloud/FEATURE/} and more, so that no feature can be talked into the signature of
   *     another
   * @throws IllegalArgumentException if the label is not the feature's
   */
  byte[] sign(String label, byte[] message);

  /**
   * Whether a device of this account made the signature, with what it knew in a generation of the
   * root secret.
   *
   * @param generation of the keys of what is signed, which the signature must cover
   * @return false for a wrong signature, for a device that is not in the account's chain, and for
   *     one that was removed before that generation (A16)
   */
  boolean verify(DeviceId signer, int generation, String label, byte[] message, byte[] signature)
      throws IOException;

  /** The newest link of the chain of the account's keys that this device has seen. */
  ChainFloor chainHead() throws IOException;

  /**
   * Whether a link is one of the account's chain, so that what names it was made with the chain
   * that this device sees. Asks the server if the link is newer than all seen so far.
   */
  boolean isInChain(ChainFloor link) throws IOException;

  /**
   * How far something of the feature had come when the newest link of the chain was made: no older
   * state counts. None if the link does not say it.
   */
  Optional<Head> head(ObjectId object) throws IOException;

  /** Small values of the feature kept on this machine. */
  StateStore state();
}
