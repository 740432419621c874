package org.anonymouscloud.core.account.client.pairing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.List;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.noise.CipherState;
import org.anonymouscloud.core.noise.Handshake;
import org.anonymouscloud.core.noise.HandshakeKeys;
import org.anonymouscloud.core.noise.Protocol;
import org.anonymouscloud.core.noise.Transport;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.wire.Refused;

/**
 * What two devices say to each other through the server's letter box, with a key that only the code
 * gives them: Noise NNpsk2. Letters 1 and 2 are the handshake. Not thread-safe.
 */
public final class PairingChannel implements AutoCloseable {
  private static final Protocol PROTOCOL = Protocol.named("Noise_NNpsk2_25519_AESGCM_SHA256");
  private static final byte[] PROLOGUE = "anonymouscloud/account/v1/pairing".getBytes(US_ASCII);
  private static final byte[] NOTHING = {};
  private static final byte[] NO_CODE = {0};

  private final LetterBox box;
  private final Transport transport;
  private final byte[] greeting;
  private int step;

  private PairingChannel(LetterBox box, Transport transport, byte[] greeting) {
    this.box = box;
    this.transport = transport;
    this.greeting = greeting;
    this.step = 2;
  }

  /** The new device's side. */
  static PairingChannel join(LetterBox box, PairingCode code, Fingerprint server)
      throws Refused, IOException {
    try (Secret key = code.preShared(server);
        Handshake handshake =
            Handshake.initiator(PROTOCOL, PROLOGUE, HandshakeKeys.none().preShared(List.of(key)))) {
      box.put(1, handshake.write(NOTHING));
      byte[] greeting = handshake.read(box.take(2));
      return new PairingChannel(box, handshake.split(), greeting);
    } catch (NotAuthentic e) {
      // So that the other side need not wait for a letter that never comes.
      box.put(3, NO_CODE);
      throw new PairingFailed();
    }
  }

  /**
   * The side of the device that is the account's.
   *
   * @param greeting for the new device, in letter 2
   */
  public static PairingChannel invite(
      LetterBox box, PairingCode code, Fingerprint server, byte[] greeting)
      throws Refused, IOException {
    try (Secret key = code.preShared(server);
        Handshake handshake =
            Handshake.responder(PROTOCOL, PROLOGUE, HandshakeKeys.none().preShared(List.of(key)))) {
      handshake.read(box.take(1));
      box.put(2, handshake.write(greeting));
      return new PairingChannel(box, handshake.split(), greeting);
    } catch (NotAuthentic e) {
      throw new PairingFailed();
    }
  }

  /** What the account's device said in letter 2. */
  byte[] greeting() {
    return greeting;
  }

  /** Says something; it is this side's turn. */
  public void say(byte[] plain) throws Refused, IOException {
    byte[] letter = new byte[plain.length + CipherState.TAG_LENGTH];
    transport.send().seal(plain, 0, plain.length, letter, 0);
    box.put(++step, letter);
  }

  /**
   * Hears what the other side says.
   *
   * @throws PairingFailed if it does not have the code
   */
  public byte[] hear() throws Refused, IOException {
    byte[] letter = box.take(++step);
    byte[] plain = new byte[Math.max(0, letter.length - CipherState.TAG_LENGTH)];
    try {
      transport.receive().open(letter, 0, letter.length, plain, 0);
      return plain;
    } catch (NotAuthentic e) {
      throw new PairingFailed();
    }
  }

  @Override
  public void close() {
    transport.close();
  }
}
