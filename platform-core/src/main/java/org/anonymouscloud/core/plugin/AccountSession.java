package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Link;

/**
 * A logged-in account, as far as one feature may use it: the feature's own keys, a link to the
 * server, signatures of this device. Never the root secret or another feature's keys. Thread-safe.
 */
public interface AccountSession {
  AccountId account();

  /** The name under which the account is registered on its server. */
  UserName user();

  DeviceId device();

  /** The account's devices, as far as this one has seen the chain of the account's keys. */
  Set<DeviceId> devices() throws IOException;

  /** Whether a device was one of the account's and is none any more. */
  boolean wasRemoved(DeviceId device) throws IOException;

  /** The newest generation of this account's root secret, counted from 0. */
  int generation();

  /**
   * The feature's own secret of 32 bytes in a generation, at most {@link #generation}. The caller
   * closes it.
   */
  Secret featureSecret(int generation);

  /**
   * A logged-in link. It reconnects by itself; a request cut on the way fails with an IOException.
   * Methods and topics that do not begin with {@code FEATURE/} are refused with an
   * IllegalArgumentException.
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

  /**
   * Certifies a public key of the feature as this device's own, in the newest {@link #generation}.
   *
   * @param purpose 1 to 64 of a-z, 0-9 and hyphens, a letter first
   * @param key 1 to 4,096 bytes
   */
  byte[] certify(String purpose, byte[] key);

  /** Whether a device of this account certified a key of the feature as its own. */
  boolean isCertified(
      DeviceId device, int generation, String purpose, byte[] key, byte[] certificate)
      throws IOException;

  /** The names of the account's contacts as this device knows them, without asking the server. */
  List<UserName> contacts() throws IOException;

  /**
   * A contact's account as it is now: its chain is asked for and checked against what this device
   * knows of it.
   *
   * @throws Problem of kind {@link Problem.Kind#NOT_FOUND} if it is not one of {@link #contacts}
   * @throws IOException if the server does not give the chain, or one that is not the contact's:
   *     nothing of that is used
   */
  KnownAccount contact(UserName name) throws Problem, IOException;

  /** This account as others see it, as far as this device has seen its chain. */
  KnownAccount self() throws IOException;

  /**
   * An account as it is now, or was when it was deleted, that need not be a contact, at somebody's
   * word for one link of its chain: whoever may say who belongs to something that is shared vouches
   * for its members. From that link on the chain proves itself. One that is a contact is held to
   * what this device knows of it besides.
   *
   * @param link the word: a chain without it is refused
   * @throws IOException if the server does not give the chain, or another one: nothing of that is
   *     used
   */
  KnownAccount vouched(AccountId account, ChainFloor link) throws IOException;

  /**
   * Opens what somebody has sealed to this account ({@link KnownAccount#seal}). It does not say who
   * has.
   *
   * @param generation that was the newest when it was sealed
   * @throws NotAuthentic if it was not sealed to this account, label and context, or was changed
   */
  byte[] openShared(int generation, String label, byte[] context, byte[] sealed)
      throws NotAuthentic;

  /** The newest link of the chain of the account's keys that this device has seen. */
  ChainFloor chainHead() throws IOException;

  /**
   * Whether a link is one of the account's chain, so that what names it was made with the chain
   * that this device sees. Asks the server if the link is newer than all seen so far.
   */
  boolean isInChain(ChainFloor link) throws IOException;

  /**
   * How far something of the feature has come by the word of each of the account's devices, in the
   * last link of the chain that it has made, as far as that says it: no older state counts. A
   * device that was stolen may have lied; its word counts no more once it was removed.
   */
  Map<DeviceId, Head> heads(ObjectId object) throws IOException;

  /** Small values of the feature kept on this machine. */
  StateStore state();

  /** Records of the feature kept on this machine: many, changed together, gone when deleted. */
  RecordStore records();

  /**
   * Opens an empty file on this machine's disk, to write and read, for what is too long to be held
   * in memory. It is gone once it is closed. What goes into it must be sealed: a disk forgets late.
   */
  FileChannel scratch() throws IOException;

  /** Says what has changed to whoever follows the agent. */
  EventLog events();
}
