package org.anonymouscloud.core.crypto.noise;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.DecapsulateException;
import javax.crypto.KEM;
import javax.security.auth.DestroyFailedException;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.Malformed;

/**
 * A key pair of ML-KEM-768 (FIPS 203), with the encapsulation that its public half allows anyone. A
 * ciphertext that was not made for this key gives a secret nobody knows, not an error. Not
 * thread-safe while it is closed.
 */
public final class MlKem768 implements AutoCloseable {
  /** Bytes in an encapsulation key. */
  public static final int PUBLIC_KEY_LENGTH = 1184;

  /** Bytes in an encapsulated secret. */
  public static final int CIPHERTEXT_LENGTH = 1088;

  /** Bytes in a secret. */
  public static final int SECRET_LENGTH = 32;

  /** Bytes in a seed: d and z of FIPS 203, one after the other. */
  public static final int SEED_LENGTH = 64;

  private static final String ALGORITHM = "ML-KEM-768";
  private static final String PROVIDER = "SunJCE";

  /** What stands before the key in X.509's SubjectPublicKeyInfo. */
  private static final byte[] PUBLIC_KEY_PREFIX =
      HexFormat.of().parseHex("308204b2300b0609608648016503040402038204a100");

  private final PrivateKey privateKey;
  private final byte[] publicKey;

  /** For vectors alone, some of which give the private key in its long form. */
  MlKem768(PrivateKey privateKey, byte[] publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /**
   * A secret and what carries it to the owner of the key.
   *
   * @param ciphertext {@link #CIPHERTEXT_LENGTH} bytes, for the owner of the key
   * @param secret {@link #SECRET_LENGTH} bytes; whoever holds this closes it
   */
  public record Encapsulated(byte[] ciphertext, Secret secret) {}

  /** A fresh pair. */
  public static MlKem768 generate() {
    try (Secret seed = Secret.random(SEED_LENGTH)) {
      return fromSeed(seed);
    }
  }

  /**
   * The pair of a seed, which stays the caller's.
   *
   * @param seed uniformly random, {@link #SEED_LENGTH} bytes
   */
  public static MlKem768 fromSeed(Secret seed) {
    if (seed.length() != SEED_LENGTH) {
      throw new IllegalArgumentException("A seed has 64 bytes, not " + seed.length() + ".");
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM, PROVIDER);
      GivenBytes random = new GivenBytes(seed);
      generator.initialize(NamedParameterSpec.ML_KEM_768, random);
      KeyPair pair = generator.generateKeyPair();
      random.assertUsed();
      byte[] encoded = pair.getPublic().getEncoded();
      return new MlKem768(
          pair.getPrivate(), Arrays.copyOfRange(encoded, PUBLIC_KEY_PREFIX.length, encoded.length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java runtime has no " + ALGORITHM + ".", e);
    }
  }

  /** A copy of the public half, {@link #PUBLIC_KEY_LENGTH} bytes. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** The private half in its long form, for vectors alone. */
  PrivateKey privateKey() {
    return privateKey;
  }

  /**
   * A fresh secret for the owner of a key that someone sent.
   *
   * @throws Malformed if the key has another length or a coefficient that is not reduced (A47)
   */
  public static Encapsulated encapsulate(byte[] publicKey) throws Malformed {
    try (Secret random = Secret.random(SECRET_LENGTH)) {
      return encapsulate(publicKey, random);
    }
  }

  /** With m of FIPS 203 chosen, for vectors alone. */
  static Encapsulated encapsulate(byte[] publicKey, Secret random) throws Malformed {
    try {
      GivenBytes source = new GivenBytes(random);
      KEM.Encapsulated made = kem().newEncapsulator(decode(publicKey), source).encapsulate();
      source.assertUsed();
      return new Encapsulated(made.encapsulation(), Secret.of(made.key().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw notAKey();
    }
  }

  /**
   * Refuses a key that {@link #encapsulate(byte[])} would refuse.
   *
   * @throws Malformed if the key has another length or a coefficient that is not reduced (A47)
   */
  public static void check(byte[] publicKey) throws Malformed {
    try {
      kem().newEncapsulator(decode(publicKey));
    } catch (GeneralSecurityException e) {
      throw notAKey();
    }
  }

  /**
   * The secret that was encapsulated for this key, or an unpredictable one if none was.
   *
   * @return {@link #SECRET_LENGTH} bytes; the caller closes them
   * @throws Malformed if the ciphertext has another length
   */
  public Secret decapsulate(byte[] ciphertext) throws Malformed {
    try {
      return Secret.of(kem().newDecapsulator(privateKey).decapsulate(ciphertext).getEncoded());
    } catch (DecapsulateException e) {
      throw new Malformed("This is not an encapsulated secret.");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This private key is damaged or has been wiped.", e);
    }
  }

  private static KEM kem() throws GeneralSecurityException {
    return KEM.getInstance(ALGORITHM, PROVIDER);
  }

  private static PublicKey decode(byte[] publicKey) throws GeneralSecurityException, Malformed {
    if (publicKey.length != PUBLIC_KEY_LENGTH) {
      throw notAKey();
    }
    byte[] encoded = Arrays.copyOf(PUBLIC_KEY_PREFIX, PUBLIC_KEY_PREFIX.length + PUBLIC_KEY_LENGTH);
    System.arraycopy(publicKey, 0, encoded, PUBLIC_KEY_PREFIX.length, PUBLIC_KEY_LENGTH);
    return KeyFactory.getInstance(ALGORITHM, PROVIDER)
        .generatePublic(new X509EncodedKeySpec(encoded));
  }

  private static Malformed notAKey() {
    return new Malformed("This is not a public key.");
  }

  @Override
  public void close() {
    try {
      privateKey.destroy();
    } catch (DestroyFailedException e) {
      throw new IllegalStateException("This Java runtime cannot wipe an ML-KEM key.", e);
    }
  }

  @Override
  public String toString() {
    return "MlKem768[]";
  }

  /**
   * A random source that gives exactly the bytes of a secret. The JDK takes seeds in no other way;
   * production and vectors use this one, so that a change in what the JDK draws is noticed.
   */
  private static final class GivenBytes extends SecureRandom {
    private static final long serialVersionUID = 1;

    private final transient Secret from;
    private int used;

    GivenBytes(Secret from) {
      super(null, null);
      this.from = from;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(from.bytes(), used, bytes, 0, bytes.length);
      used += bytes.length;
    }

    void assertUsed() {
      if (used != from.length()) {
        throw new IllegalStateException("This Java runtime draws other ML-KEM seeds than known.");
      }
    }
  }
}
