package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.xor;

import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.opaque.oprf.Oprf;
import org.anonymouscloud.core.opaque.oprf.OprfMode;

/**
 * The server's part of OPAQUE-3DH (RFC 9807). It costs the server a few multiplications and no key
 * stretching. Thread-safe.
 */
public final class OpaqueServer {
  private final Secret oprfSeed;
  private final P256Scalar privateKey;
  private final P256Point publicKey;

  /**
   * @param oprfSeed 32 bytes from which each user's OPRF key comes; owned by this object
   * @param privateKey of the key exchange
   */
  public OpaqueServer(Secret oprfSeed, P256Scalar privateKey) {
    this.oprfSeed = oprfSeed;
    this.privateKey = privateKey;
    this.publicKey = P256Point.generator().times(privateKey);
  }

  /** What the server is known by; clients see it only after they have proven a password. */
  public P256Point publicKey() {
    return publicKey;
  }

  /**
   * Answers a registration.
   *
   * @param credential what identifies the password on this server
   */
  public RegistrationResponse register(RegistrationRequest request, byte[] credential) {
    return new RegistrationResponse(
        Oprf.evaluate(oprfKey(credential), request.blinded()), publicKey);
  }

  /**
   * Answers a login.
   *
   * @param context what both sides say about the channel (A14)
   */
  public Login login(
      LoginRequest request,
      RegistrationRecord record,
      byte[] credential,
      Identities identities,
      byte[] context) {
    return login(
        request,
        record,
        credential,
        identities,
        context,
        new Randomness(
            RandomBytes.next(Sizes.NONCE),
            RandomBytes.next(Sizes.NONCE),
            RandomBytes.next(Sizes.SEED)));
  }

  Login login(
      LoginRequest request,
      RegistrationRecord record,
      byte[] credential,
      Identities identities,
      byte[] context,
      Randomness random) {
    LoginResponse.Credential answer = answer(request, record, credential, random.maskingNonce());
    P256Scalar ephemeral = KeyExchange.deriveKey(random.keyShareSeed());
    P256Point share = P256Point.generator().times(ephemeral);
    var preamble =
        new KeyExchange.Preamble(
            context,
            identities.clientOr(record.clientKey()),
            request,
            identities.serverOr(publicKey),
            answer,
            random.nonce(),
            share);
    KeyExchange keys =
        KeyExchange.of(
            preamble,
            request.keyShare().times(ephemeral),
            request.keyShare().times(privateKey),
            record.clientKey().times(ephemeral));
    return new Login(new LoginResponse(answer, random.nonce(), share, keys.serverMac()), keys);
  }

  private LoginResponse.Credential answer(
      LoginRequest request, RegistrationRecord record, byte[] credential, byte[] maskingNonce) {
    byte[] pad =
        Hkdf.SHA256.expand(
            record.maskingKey(),
            concat(maskingNonce, ascii("CredentialResponsePad")),
            LoginResponse.Credential.MASKED);
    return new LoginResponse.Credential(
        Oprf.evaluate(oprfKey(credential), request.blinded()),
        maskingNonce,
        xor(pad, concat(publicKey.encode(), record.envelope())));
  }

  private P256Scalar oprfKey(byte[] credential) {
    byte[] seed =
        Hkdf.SHA256.expand(oprfSeed.bytes(), concat(credential, ascii("OprfKey")), Sizes.SEED);
    return OprfMode.OPRF.deriveKey(seed, ascii("OPAQUE-DeriveKeyPair"));
  }

  record Randomness(byte[] maskingNonce, byte[] nonce, byte[] keyShareSeed) {}

  /** A login that waits for the client's proof. */
  public static final class Login {
    private final LoginResponse response;
    private final KeyExchange keys;

    private Login(LoginResponse response, KeyExchange keys) {
      this.response = response;
      this.keys = keys;
    }

    public LoginResponse response() {
      return response;
    }

    /** Whether the client knew the password. Compares in constant time. */
    public boolean finish(LoginProof proof) {
      return proof.matches(keys.clientMac());
    }

    /** The 32 bytes shared with a client that {@link #finish} accepted; the caller closes it. */
    Secret sessionKey() {
      return Secret.of(keys.sessionKey().clone());
    }
  }
}
