package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.xor;

import java.util.Arrays;
import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.opaque.oprf.Blinded;
import org.anonymouscloud.core.opaque.oprf.Oprf;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The client's part of OPAQUE-3DH (RFC 9807) with Argon2id. Each registration and each login is an
 * object of its own, used once. Thread-safe.
 */
public final class OpaqueClient {
  private final KeyStretching stretching;

  /** The only cost there is: the server has no say in it (A7). */
  public OpaqueClient() {
    this(KeyStretching.ARGON2ID);
  }

  OpaqueClient(KeyStretching stretching) {
    this.stretching = stretching;
  }

  /**
   * Begins a registration.
   *
   * @param password read during the registration, closed by the caller
   */
  public Registration register(Secret password) {
    return register(password, P256Scalar.random(), RandomBytes.next(Sizes.NONCE));
  }

  Registration register(Secret password, P256Scalar blind, byte[] envelopeNonce) {
    return new Registration(Oprf.blind(password.bytes(), blind), envelopeNonce);
  }

  /**
   * Begins a login.
   *
   * @param password read during the login, closed by the caller
   */
  public Login login(Secret password) {
    return login(
        password, P256Scalar.random(), RandomBytes.next(Sizes.NONCE), RandomBytes.next(Sizes.SEED));
  }

  Login login(Secret password, P256Scalar blind, byte[] nonce, byte[] keyShareSeed) {
    return new Login(
        Oprf.blind(password.bytes(), blind), nonce, KeyExchange.deriveKey(keyShareSeed));
  }

  private Credentials credentials(Blinded password, P256Point evaluated) {
    try (Secret output = Secret.of(Oprf.finish(password, evaluated))) {
      return new Credentials(output, stretching);
    }
  }

  /** A registration that waits for the server. */
  public final class Registration {
    private final Blinded password;
    private final byte[] envelopeNonce;

    private Registration(Blinded password, byte[] envelopeNonce) {
      this.password = password;
      this.envelopeNonce = envelopeNonce;
    }

    public RegistrationRequest request() {
      return new RegistrationRequest(password.element());
    }

    /** Makes what the server stores and the key that the user keeps. */
    public Registered finish(RegistrationResponse response, Identities identities) {
      try (Credentials credentials = credentials(password, response.evaluated())) {
        P256Scalar key = credentials.privateKey(envelopeNonce);
        Envelope envelope = credentials.seal(envelopeNonce, response.serverKey(), identities);
        return new Registered(
            new RegistrationRecord(
                P256Point.generator().times(key), credentials.maskingKey(), envelope.encode()),
            credentials.exportKey(envelopeNonce));
      }
    }
  }

  /**
   * A finished registration.
   *
   * @param exportKey 32 bytes that only the password gives back; the receiver closes it
   */
  public record Registered(RegistrationRecord record, Secret exportKey) {}

  /** A login that waits for the server. */
  public final class Login {
    private final Blinded password;
    private final LoginRequest request;
    private final P256Scalar ephemeral;

    private Login(Blinded password, byte[] nonce, P256Scalar ephemeral) {
      this.password = password;
      this.ephemeral = ephemeral;
      this.request =
          new LoginRequest(password.element(), nonce, P256Point.generator().times(ephemeral));
    }

    public LoginRequest request() {
      return request;
    }

    /**
     * Checks the server's answer and proves the password.
     *
     * @param context what both sides say about the channel (A14)
     * @throws PasswordRefused if the password is wrong, the user unknown, the channel another, or
     *     the server not the one of the registration: nobody can tell which
     */
    public LoggedIn finish(LoginResponse response, Identities identities, byte[] context)
        throws PasswordRefused {
      LoginResponse.Credential credential = response.credential();
      try (Credentials credentials = credentials(password, credential.evaluated())) {
        byte[] plain = unmask(credentials, credential);
        P256Point serverKey =
            P256Point.decode(Arrays.copyOf(plain, Sizes.KEY)).orElseThrow(PasswordRefused::new);
        Envelope envelope = Envelope.decode(Arrays.copyOfRange(plain, Sizes.KEY, plain.length));
        if (!credentials.opens(envelope, serverKey, identities)) {
          throw new PasswordRefused();
        }
        P256Scalar key = credentials.privateKey(envelope.nonce());
        KeyExchange keys = exchange(response, identities, context, serverKey, key);
        if (!ConstantTime.equal(keys.serverMac(), response.serverMac())) {
          throw new PasswordRefused();
        }
        return new LoggedIn(
            new LoginProof(keys.clientMac()),
            Secret.of(keys.sessionKey()),
            credentials.exportKey(envelope.nonce()));
      } catch (Malformed e) {
        throw new PasswordRefused();
      }
    }

    private byte[] unmask(Credentials credentials, LoginResponse.Credential credential) {
      byte[] pad =
          Hkdf.SHA256.expand(
              credentials.maskingKey(),
              concat(credential.maskingNonce(), ascii("CredentialResponsePad")),
              credential.masked().length);
      return xor(pad, credential.masked());
    }

    private KeyExchange exchange(
        LoginResponse response,
        Identities identities,
        byte[] context,
        P256Point serverKey,
        P256Scalar clientKey) {
      var preamble =
          new KeyExchange.Preamble(
              context,
              identities.clientOr(P256Point.generator().times(clientKey)),
              request,
              identities.serverOr(serverKey),
              response.credential(),
              response.nonce(),
              response.keyShare());
      return KeyExchange.of(
          preamble,
          response.keyShare().times(ephemeral),
          serverKey.times(ephemeral),
          response.keyShare().times(clientKey));
    }
  }

  /**
   * A login that the client has finished.
   *
   * @param proof for the server
   * @param sessionKey 32 bytes shared with the server; the receiver closes it
   * @param exportKey the same 32 bytes as at registration; the receiver closes it
   */
  public record LoggedIn(LoginProof proof, Secret sessionKey, Secret exportKey) {}
}
