package org.anonymouscloud.core.noise;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.Aead;
import org.anonymouscloud.core.crypto.noise.MlKem768;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.wire.Malformed;
import org.jspecify.annotations.Nullable;

/**
 * One side of one handshake (Noise, section 5.3; hybrid forward secrecy, section 4). The two sides
 * take turns in {@link #write} and {@link #read}, the initiator writing first, until {@link
 * #finished}; then {@link #split} gives the keys. A message that fails ends the handshake. Not
 * thread-safe.
 */
public final class Handshake implements AutoCloseable {
  /** Bytes in a message at most (Noise, section 3). */
  public static final int MAX_MESSAGE = CipherState.MAX_MESSAGE;

  private static final int PRE_SHARED_LENGTH = 32;

  private final boolean initiator;
  private final HandshakePattern pattern;
  private final SymmetricState symmetric;
  private final Ephemerals ephemerals;
  private final @Nullable X25519KeyPair ownStatic;
  private final Iterator<Secret> preShared;

  private byte @Nullable [] remoteStatic;
  private @Nullable X25519KeyPair ownEphemeral;
  private byte @Nullable [] remoteEphemeral;
  private @Nullable MlKem768 ownKem;
  private byte @Nullable [] remoteKem;
  private int done;
  private boolean closed;

  private Handshake(
      boolean initiator,
      Protocol protocol,
      byte[] prologue,
      HandshakeKeys keys,
      Ephemerals ephemerals) {
    this.initiator = initiator;
    this.pattern = protocol.pattern();
    this.ephemerals = ephemerals;
    this.ownStatic = keys.ownStatic();
    this.remoteStatic = keys.remoteStatic();
    this.preShared = keys.preShared().iterator();
    requireFitting(keys);
    this.symmetric = new SymmetricState(protocol);
    symmetric.mixHash(prologue);
    if (pattern.initiatorIsKnown()) {
      symmetric.mixHash(initiator ? ownStatic().publicKey() : remoteStatic());
    }
    if (pattern.responderIsKnown()) {
      symmetric.mixHash(initiator ? remoteStatic() : ownStatic().publicKey());
    }
  }

  /**
   * The side that speaks first.
   *
   * @param prologue what both sides believe beforehand; if they differ the handshake fails
   * @throws IllegalArgumentException if the keys are not those the protocol needs
   */
  public static Handshake initiator(Protocol protocol, byte[] prologue, HandshakeKeys keys) {
    return new Handshake(true, protocol, prologue, keys, Ephemerals.FRESH);
  }

  /** The side that answers; otherwise as {@link #initiator}. */
  public static Handshake responder(Protocol protocol, byte[] prologue, HandshakeKeys keys) {
    return new Handshake(false, protocol, prologue, keys, Ephemerals.FRESH);
  }

  /** With ephemeral keys that are given, for vectors alone. */
  static Handshake withEphemerals(
      boolean initiator,
      Protocol protocol,
      byte[] prologue,
      HandshakeKeys keys,
      Ephemerals ephemerals) {
    return new Handshake(initiator, protocol, prologue, keys, ephemerals);
  }

  private void requireFitting(HandshakeKeys keys) {
    if (pattern.needsStatic(initiator) && ownStatic == null) {
      throw new IllegalArgumentException("This side needs a static key pair.");
    }
    boolean known = initiator ? pattern.responderIsKnown() : pattern.initiatorIsKnown();
    // A key that the pattern would not compare with the one it receives gives false comfort.
    if (known != (remoteStatic != null)) {
      throw new IllegalArgumentException(
          known
              ? "This side needs the other's static key."
              : "The pattern does not use the other's static key.");
    }
    if (keys.preShared().size() != pattern.pskCount()
        || keys.preShared().stream().anyMatch(key -> key.length() != PRE_SHARED_LENGTH)) {
      throw new IllegalArgumentException(
          "The pattern needs " + pattern.pskCount() + " pre-shared keys of 32 bytes.");
    }
  }

  /**
   * Bytes that the next message has besides its payload, whoever writes it.
   *
   * @throws IllegalStateException if the handshake is over
   */
  public int nextOverhead() {
    requireOpen();
    if (finished()) {
      throw new IllegalStateException("The handshake is finished.");
    }
    boolean keyed = symmetric.hasKey();
    int length = 0;
    for (Token token : pattern.messages().get(done)) {
      int tag = keyed ? Aead.TAG_LENGTH : 0;
      switch (token) {
        case E -> {
          length += X25519KeyPair.LENGTH;
          keyed |= pattern.pskCount() > 0;
        }
        case S -> length += X25519KeyPair.LENGTH + tag;
        case E1 -> length += MlKem768.PUBLIC_KEY_LENGTH + tag;
        case EKEM1 -> length += MlKem768.CIPHERTEXT_LENGTH + tag;
        case EE, ES, SE, SS, PSK -> keyed = true;
      }
    }
    return length + (keyed ? Aead.TAG_LENGTH : 0);
  }

  /**
   * The next message of this side.
   *
   * @param payload goes along; how well it is protected depends on the pattern and the message
   *     (Noise, section 7.7)
   * @throws IllegalArgumentException if the message would be longer than {@link #MAX_MESSAGE}
   * @throws IllegalStateException if it is the other side's turn or the handshake is over
   */
  public byte[] write(byte[] payload) {
    requireTurn(true);
    int length = nextOverhead() + payload.length;
    if (length > MAX_MESSAGE) {
      throw new IllegalArgumentException("A payload of " + payload.length + " bytes is too long.");
    }
    byte[] message = new byte[length];
    int end = 0;
    try {
      for (Token token : pattern.messages().get(done)) {
        end += write(token, message, end);
      }
    } catch (Malformed e) {
      throw new IllegalStateException("A key that was checked has been refused.", e);
    }
    symmetric.encryptAndHash(payload, message, end);
    done++;
    return message;
  }

  /** Returns bytes written. */
  private int write(Token token, byte[] out, int offset) throws Malformed {
    return switch (token) {
      case E -> {
        X25519KeyPair pair = ephemerals.keyPair();
        ownEphemeral = pair;
        byte[] key = pair.publicKey();
        System.arraycopy(key, 0, out, offset, key.length);
        mixEphemeral(key);
        yield key.length;
      }
      case S -> symmetric.encryptAndHash(ownStatic().publicKey(), out, offset);
      case E1 -> {
        MlKem768 pair = ephemerals.kemKeyPair();
        ownKem = pair;
        yield symmetric.encryptAndHash(pair.publicKey(), out, offset);
      }
      case EKEM1 -> {
        MlKem768.Encapsulated encapsulated = ephemerals.encapsulate(present(remoteKem));
        try (Secret secret = encapsulated.secret()) {
          int written = symmetric.encryptAndHash(encapsulated.ciphertext(), out, offset);
          symmetric.mixKey(secret.bytes());
          yield written;
        }
      }
      case EE, ES, SE, SS, PSK -> {
        mix(token);
        yield 0;
      }
    };
  }

  /**
   * Takes in the next message of the other side.
   *
   * @return its payload
   * @throws NotAuthentic whatever is wrong with the message; the handshake is then over
   * @throws IllegalStateException if it is this side's turn or the handshake is over
   */
  public byte[] read(byte[] message) throws NotAuthentic {
    requireTurn(false);
    try {
      if (message.length > MAX_MESSAGE || message.length < nextOverhead()) {
        throw new NotAuthentic();
      }
      ByteBuffer in = ByteBuffer.wrap(message);
      for (Token token : pattern.messages().get(done)) {
        read(token, in);
      }
      byte[] payload = symmetric.decryptAndHash(take(in, in.remaining()));
      done++;
      return payload;
    } catch (NotAuthentic | Malformed e) {
      close();
      throw new NotAuthentic();
    }
  }

  private void read(Token token, ByteBuffer in) throws NotAuthentic, Malformed {
    switch (token) {
      case E -> {
        byte[] key = take(in, X25519KeyPair.LENGTH);
        X25519KeyPair.check(key);
        remoteEphemeral = key;
        mixEphemeral(key);
      }
      case S -> {
        byte[] key = decrypt(in, X25519KeyPair.LENGTH);
        X25519KeyPair.check(key);
        remoteStatic = key;
      }
      case E1 -> {
        byte[] key = decrypt(in, MlKem768.PUBLIC_KEY_LENGTH);
        MlKem768.check(key);
        remoteKem = key;
      }
      case EKEM1 -> {
        byte[] ciphertext = decrypt(in, MlKem768.CIPHERTEXT_LENGTH);
        try (Secret secret = present(ownKem).decapsulate(ciphertext)) {
          symmetric.mixKey(secret.bytes());
        }
      }
      case EE, ES, SE, SS, PSK -> mix(token);
    }
  }

  private byte[] decrypt(ByteBuffer in, int length) throws NotAuthentic {
    return symmetric.decryptAndHash(
        take(in, symmetric.hasKey() ? length + Aead.TAG_LENGTH : length));
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private void mixEphemeral(byte[] key) {
    symmetric.mixHash(key);
    if (pattern.pskCount() > 0) {
      symmetric.mixKey(key); // Noise, section 9.2
    }
  }

  /** The tokens that send nothing. */
  private void mix(Token token) throws Malformed {
    if (token == Token.PSK) {
      symmetric.mixKeyAndHash(preShared.next().bytes());
      return;
    }
    boolean ownIsStatic = token == Token.SS || token == (initiator ? Token.SE : Token.ES);
    boolean remoteIsStatic = token == Token.SS || token == (initiator ? Token.ES : Token.SE);
    X25519KeyPair own = ownIsStatic ? ownStatic() : present(ownEphemeral);
    try (Secret shared = own.agree(remoteIsStatic ? remoteStatic() : present(remoteEphemeral))) {
      symmetric.mixKey(shared.bytes());
    }
  }

  /** Whether all messages have been exchanged. */
  public boolean finished() {
    return done == pattern.messages().size();
  }

  /**
   * What both sides agree to have said, for binding other protocols to this channel (A14): 32 bytes
   * with SHA256 and BLAKE2s, 64 with the others.
   *
   * @throws IllegalStateException before the handshake is finished
   */
  public byte[] hash() {
    requireFinished();
    return symmetric.hash();
  }

  /**
   * The other side's static public key. Only a finished handshake proves that the other side holds
   * its private half.
   *
   * @throws IllegalStateException if the other side has none or has not sent it yet
   */
  public byte[] remoteStatic() {
    return present(remoteStatic).clone();
  }

  /**
   * The keys of the finished handshake, once; the caller closes them. The handshake's own secrets
   * are given up.
   *
   * @throws IllegalStateException before the handshake is finished, or the second time
   */
  public Transport split() {
    requireFinished();
    requireOpen();
    List<CipherState> directions = symmetric.split();
    close();
    if (pattern.isOneWay()) {
      directions.get(1).close();
    }
    return initiator
        ? new Transport(directions.get(0), directions.get(1))
        : new Transport(directions.get(1), directions.get(0));
  }

  private void requireTurn(boolean writing) {
    requireOpen();
    boolean initiatorWrites = done % 2 == 0;
    if (finished() || writing != (initiator == initiatorWrites)) {
      throw new IllegalStateException("The handshake is finished or it is the other side's turn.");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The handshake is over.");
    }
  }

  private void requireFinished() {
    if (!finished()) {
      throw new IllegalStateException("The handshake is not finished.");
    }
  }

  private X25519KeyPair ownStatic() {
    return present(ownStatic);
  }

  private static <T> T present(@Nullable T key) {
    if (key == null) {
      throw new IllegalStateException("This key is not there.");
    }
    return key;
  }

  /** Gives up the secrets of the handshake. */
  @Override
  public void close() {
    closed = true;
    symmetric.close();
    if (ownEphemeral != null) {
      ownEphemeral.close();
    }
    if (ownKem != null) {
      ownKem.close();
    }
  }
}
