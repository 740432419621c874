package org.anonymouscloud.core.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.MlKem768;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.testing.Vectors;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The product's handshake in the hands of someone on the network. */
final class HandshakeTest {
  private static final Protocol PRODUCT =
      Protocol.named("Noise_NXhfs_25519+MLKEM768_AESGCM_SHA256");
  private static final Protocol CLASSICAL = Protocol.named("Noise_NX_25519_AESGCM_SHA256");
  private static final byte[] PROLOGUE = "AnonymousCloud/1".getBytes(US_ASCII);
  private static final byte[] NOTHING = {};
  private static final int FIRST_LENGTH = 1216;
  private static final int SECOND_LENGTH = 1200;

  private final X25519KeyPair server = X25519KeyPair.generate();

  @AfterEach
  void wipe() {
    server.close();
  }

  @Test
  void bothSidesEndWithTheSameHashAndKeysAndTheClientWithTheServersKey() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering()) {
      byte[] first = client.write(NOTHING);
      assertThat(first).hasSize(FIRST_LENGTH);
      assertThat(answering.read(first)).isEmpty();
      byte[] second = answering.write(new byte[] {1, 2, 3});
      assertThat(second).hasSize(SECOND_LENGTH + 3);
      assertThat(client.read(second)).containsExactly(1, 2, 3);
      assertThat(client.finished()).isTrue();
      assertThat(answering.finished()).isTrue();
      assertThat(client.hash()).hasSize(32).isEqualTo(answering.hash());
      assertThat(client.remoteStatic()).isEqualTo(server.publicKey());
      try (Transport ofClient = client.split();
          Transport ofServer = answering.split()) {
        assertSameKey(ofClient.send(), ofServer.receive());
        assertSameKey(ofServer.send(), ofClient.receive());
        assertOtherKey(ofClient.send(), ofClient.receive());
      }
    }
  }

  @Test
  @Tag("A38")
  void noTwoHandshakesShareAHashOrAMessage() throws Exception {
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 10; i++) {
      try (Handshake client = client();
          Handshake answering = answering()) {
        byte[] first = client.write(NOTHING);
        answering.read(first);
        byte[] second = answering.write(NOTHING);
        client.read(second);
        for (byte[] value : List.of(first, second, client.hash())) {
          assertThat(seen.add(HexFormat.of().formatHex(value))).isTrue();
        }
      }
    }
  }

  @Test
  @Tag("A41")
  void aByteFlippedAnywhereInEitherMessageEndsTheHandshakeWithTheOneError() throws Exception {
    Secret key = Secret.random(X25519KeyPair.LENGTH);
    Secret seed = Secret.random(MlKem768.SEED_LENGTH);
    byte[] first;
    byte[] second;
    try (Handshake client = clientWith(key, seed);
        Handshake answering = answering()) {
      first = client.write(NOTHING);
      answering.read(first);
      second = answering.write(NOTHING);
    }
    for (int i = 0; i < first.length; i++) {
      assertRefusedByOneSide(key, seed, flipped(first, i));
    }
    for (int i = 0; i < second.length; i++) {
      try (Handshake client = clientWith(key, seed)) {
        client.write(NOTHING);
        assertRefused(client, flipped(second, i));
      }
    }
    try (Handshake client = clientWith(key, seed)) {
      client.write(NOTHING);
      assertThatCode(() -> client.read(second)).doesNotThrowAnyException();
    }
  }

  /** The first message is not authenticated yet: the server may notice, the client must. */
  private void assertRefusedByOneSide(Secret key, Secret seed, byte[] changed) throws Exception {
    try (Handshake answering = answering();
        Handshake client = clientWith(key, seed)) {
      client.write(NOTHING);
      byte[] answer;
      try {
        answering.read(changed);
        answer = answering.write(NOTHING);
      } catch (NotAuthentic e) {
        return;
      }
      assertRefused(client, answer);
    }
  }

  @Test
  void aMessageThatIsCutOrLengthenedIsRefused() throws Exception {
    try (Handshake client = client()) {
      byte[] first = client.write(NOTHING);
      for (int length = 0; length < first.length; length++) {
        try (Handshake answering = answering()) {
          assertRefused(answering, Arrays.copyOf(first, length));
        }
      }
    }
    for (int length :
        new int[] {0, 1, 32, SECOND_LENGTH - 1, SECOND_LENGTH + 1, Handshake.MAX_MESSAGE + 1}) {
      try (Handshake client = client();
          Handshake answering = answering()) {
        answering.read(client.write(NOTHING));
        assertRefused(client, Arrays.copyOf(answering.write(NOTHING), length));
      }
    }
  }

  @Test
  void whateverArrivesTheOneErrorIsAllThatHappens() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(3 * FIRST_LENGTH)];
      random.nextBytes(noise);
      try (Handshake client = client()) {
        client.write(NOTHING);
        assertThatThrownBy(() -> client.read(noise))
            .as("seed %d, message %d", seed, i)
            .isInstanceOf(NotAuthentic.class);
      }
      try (Handshake answering = answering()) {
        // Random coefficients are hardly ever all reduced, so this does not reach an answer.
        assertThatThrownBy(() -> answering.read(noise))
            .as("seed %d, message %d", seed, i)
            .isInstanceOf(NotAuthentic.class);
      }
    }
  }

  @Test
  @Tag("A38")
  void aMessageOfAnotherHandshakeIsRefused() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering();
        Handshake laterClient = client();
        Handshake laterAnswering = answering()) {
      byte[] first = client.write(NOTHING);
      answering.read(first);
      byte[] second = answering.write(NOTHING);
      client.read(second);

      laterClient.write(NOTHING);
      assertRefused(laterClient, second);

      // Whoever repeats a client's first message is answered, but cannot use the answer.
      laterAnswering.read(first);
      laterAnswering.write(NOTHING);
      try (Transport transport = client.split();
          Transport later = laterAnswering.split()) {
        assertOtherKey(transport.send(), later.receive());
        assertOtherKey(later.send(), transport.receive());
      }
    }
  }

  @Test
  @Tag("A38")
  void allEphemeralKeysOfOneSessionOpenThatOneAndNoOther() throws Exception {
    Secret key = Secret.random(X25519KeyPair.LENGTH);
    Secret seed = Secret.random(MlKem768.SEED_LENGTH);
    byte[] second;
    try (Handshake client = clientWith(key, seed);
        Handshake answering = answering();
        Handshake knowing = clientWith(key, seed)) {
      answering.read(client.write(NOTHING));
      second = answering.write(NOTHING);
      knowing.write(NOTHING);
      knowing.read(second);
      try (Transport stolen = knowing.split();
          Transport ofServer = answering.split()) {
        assertSameKey(stolen.send(), ofServer.receive());
      }
    }
    try (Handshake later = client()) {
      later.write(NOTHING);
      assertRefused(later, second);
    }
    try (Handshake later = client();
        X25519KeyPair own = X25519KeyPair.generate();
        Handshake standIn =
            Handshake.responder(PRODUCT, PROLOGUE, HandshakeKeys.none().ownStatic(own))) {
      standIn.read(later.write(NOTHING));
      later.read(standIn.write(NOTHING));
      assertThat(later.remoteStatic()).isNotEqualTo(server.publicKey());
    }
  }

  @Test
  void aMessageIsNotTakenTwiceNorFromTheWrongSide() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering();
        Handshake reflecting = client()) {
      byte[] first = client.write(NOTHING);
      assertRefused(reflecting(reflecting), first);
      assertThatThrownBy(() -> client.write(NOTHING)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> answering.write(NOTHING)).isInstanceOf(IllegalStateException.class);
      answering.read(first);
      assertThatThrownBy(() -> answering.read(first)).isInstanceOf(IllegalStateException.class);
      byte[] second = answering.write(NOTHING);
      assertThatThrownBy(() -> answering.write(NOTHING)).isInstanceOf(IllegalStateException.class);
      client.read(second);
      assertThatThrownBy(() -> client.read(second)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> client.write(NOTHING)).isInstanceOf(IllegalStateException.class);
    }
  }

  private static Handshake reflecting(Handshake client) {
    client.write(NOTHING);
    return client;
  }

  @Test
  void aHandshakeThatFailedIsOver() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering()) {
      answering.read(client.write(NOTHING));
      byte[] second = answering.write(NOTHING);
      assertRefused(client, flipped(second, 40));
      assertThatThrownBy(() -> client.read(second)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(client::split).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(client::hash).isInstanceOf(IllegalStateException.class);
      assertThat(client.finished()).isFalse();
    }
  }

  @Test
  void theKeysAreGivenOutOnceAndNotBeforeTheEnd() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering()) {
      assertThatThrownBy(client::split).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(client::hash).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(client::remoteStatic).isInstanceOf(IllegalStateException.class);
      answering.read(client.write(NOTHING));
      client.read(answering.write(NOTHING));
      assertThatThrownBy(client::nextOverhead).isInstanceOf(IllegalStateException.class);
      client.split().close();
      assertThatThrownBy(client::split).isInstanceOf(IllegalStateException.class);
      assertThat(client.hash()).hasSize(32);
    }
  }

  @Test
  @Tag("A8")
  void twoSidesThatBelieveInDifferentVersionsDoNotMeet() throws Exception {
    String own = new String(PROLOGUE, US_ASCII);
    for (String other :
        List.of("", "AnonymousCloud/0", "AnonymousCloud/2", own + own, own + "\0")) {
      try (Handshake client =
              Handshake.initiator(PRODUCT, other.getBytes(US_ASCII), HandshakeKeys.none());
          Handshake answering = answering()) {
        answering.read(client.write(NOTHING));
        assertRefused(client, answering.write(NOTHING));
      }
    }
  }

  @Test
  @Tag("A47")
  void aFirstMessageWithoutTheHybridKeyIsRefused() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering()) {
      assertRefused(answering, Arrays.copyOf(client.write(NOTHING), X25519KeyPair.LENGTH));
    }
    try (Handshake client = Handshake.initiator(CLASSICAL, PROLOGUE, HandshakeKeys.none());
        Handshake answering = answering()) {
      assertRefused(answering, client.write(NOTHING));
    }
  }

  @Test
  @Tag("A47")
  void anAnswerWithoutTheHybridSecretIsRefused() throws Exception {
    try (Handshake client = client();
        Handshake answering = classicallyAnswering()) {
      // A server that was led to take the hybrid key for a payload.
      answering.read(client.write(NOTHING));
      assertRefused(client, answering.write(NOTHING));
    }
    try (Handshake client = client();
        Handshake answering = classicallyAnswering()) {
      answering.read(client.write(NOTHING));
      assertRefused(client, answering.write(new byte[SECOND_LENGTH - 96]));
    }
  }

  @Test
  @Tag("A47")
  void aHybridKeyThatIsNotReducedIsRefused() throws Exception {
    for (String line : Vectors.lines("mlkem/cctv-modulus-invalid-ek-mlkem768.txt")) {
      byte[] key = HexFormat.of().parseHex(line);
      try (Handshake client = client();
          Handshake answering = answering()) {
        byte[] first = client.write(NOTHING);
        System.arraycopy(key, 0, first, X25519KeyPair.LENGTH, key.length);
        assertRefused(answering, first);
      }
    }
  }

  @Test
  @Tag("A17")
  void aPointOfSmallOrderIsRefusedWhereverAKeyEnters() throws Exception {
    Set<String> points = new TreeSet<>();
    for (JsonNode group : Vectors.read("wycheproof/x25519_test.json").path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        if (test.path("shared").asText().matches("0{64}")) {
          points.add(test.path("public").asText());
        }
      }
    }
    assertThat(points).hasSizeGreaterThan(6);
    for (String text : points) {
      byte[] point = HexFormat.of().parseHex(text);
      refuseAsEphemeralOfTheClient(point);
      refuseAsEphemeralOfTheServer(point);
      refuseAsStaticInTheClear(point);
      refuseAsStaticOfTheServer(point);
      assertThatThrownBy(() -> HandshakeKeys.none().remoteStatic(point))
          .isInstanceOf(Malformed.class);
    }
  }

  private void refuseAsEphemeralOfTheClient(byte[] point) {
    try (Handshake client = client();
        Handshake answering = answering()) {
      byte[] first = client.write(NOTHING);
      System.arraycopy(point, 0, first, 0, point.length);
      assertRefused(answering, first);
    }
  }

  private void refuseAsEphemeralOfTheServer(byte[] point) throws Exception {
    try (Handshake client = client();
        Handshake answering = answering()) {
      answering.read(client.write(NOTHING));
      byte[] second = answering.write(NOTHING);
      System.arraycopy(point, 0, second, 0, point.length);
      assertRefused(client, second);
    }
  }

  private static void refuseAsStaticInTheClear(byte[] point) {
    Protocol sendsStaticFirst = Protocol.named("Noise_IN_25519_ChaChaPoly_BLAKE2s");
    try (X25519KeyPair pair = X25519KeyPair.generate();
        Handshake client =
            Handshake.initiator(sendsStaticFirst, NOTHING, HandshakeKeys.none().ownStatic(pair));
        Handshake answering =
            Handshake.responder(sendsStaticFirst, NOTHING, HandshakeKeys.none())) {
      byte[] first = client.write(NOTHING);
      System.arraycopy(point, 0, first, X25519KeyPair.LENGTH, point.length);
      assertRefused(answering, first);
    }
  }

  /** A server that seals such a point in all form, with the secrets that anyone then knows. */
  private void refuseAsStaticOfTheServer(byte[] point) throws Exception {
    try (Handshake client = client();
        SymmetricState evil = new SymmetricState(PRODUCT);
        X25519KeyPair ephemeral = X25519KeyPair.generate()) {
      byte[] first = client.write(NOTHING);
      byte[] clientKey = Arrays.copyOf(first, X25519KeyPair.LENGTH);
      byte[] clientKem = Arrays.copyOfRange(first, X25519KeyPair.LENGTH, first.length);
      evil.mixHash(PROLOGUE);
      evil.mixHash(clientKey);
      evil.mixHash(clientKem);
      evil.mixHash(NOTHING);
      byte[] second = new byte[SECOND_LENGTH];
      System.arraycopy(ephemeral.publicKey(), 0, second, 0, X25519KeyPair.LENGTH);
      int end = X25519KeyPair.LENGTH;
      evil.mixHash(ephemeral.publicKey());
      evil.mixKey(ephemeral.agree(clientKey).bytes());
      MlKem768.Encapsulated encapsulated = MlKem768.encapsulate(clientKem);
      end += evil.encryptAndHash(encapsulated.ciphertext(), second, end);
      evil.mixKey(encapsulated.secret().bytes());
      end += evil.encryptAndHash(point, second, end);
      evil.mixKey(new byte[X25519KeyPair.LENGTH]);
      end += evil.encryptAndHash(NOTHING, second, end);
      assertThat(end).isEqualTo(SECOND_LENGTH);
      assertRefused(client, second);
    }
  }

  @Test
  void aPayloadThatIsTooLongIsRefusedAndTheHandshakeGoesOn() throws Exception {
    try (Handshake client = client();
        Handshake answering = answering()) {
      int most = Handshake.MAX_MESSAGE - client.nextOverhead();
      assertThatThrownBy(() -> client.write(new byte[most + 1]))
          .isInstanceOf(IllegalArgumentException.class);
      byte[] first = client.write(new byte[most]);
      assertThat(first).hasSize(Handshake.MAX_MESSAGE);
      assertThat(answering.read(first)).hasSize(most);
      client.read(answering.write(NOTHING));
      assertThat(client.finished()).isTrue();
    }
  }

  @Test
  void inAOneWayPatternNothingGoesBack() throws Exception {
    Protocol oneWay = Protocol.named("Noise_N_25519_AESGCM_SHA256");
    try (Handshake sender =
            Handshake.initiator(
                oneWay, NOTHING, HandshakeKeys.none().remoteStatic(server.publicKey()));
        Handshake receiver =
            Handshake.responder(oneWay, NOTHING, HandshakeKeys.none().ownStatic(server))) {
      receiver.read(sender.write(NOTHING));
      try (Transport ofSender = sender.split();
          Transport ofReceiver = receiver.split()) {
        assertSameKey(ofSender.send(), ofReceiver.receive());
        assertThatThrownBy(() -> ofReceiver.send().seal(NOTHING, 0, 0, new byte[16], 0))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ofSender.receive().open(new byte[16], 0, 16, new byte[16], 0))
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void keysThatDoNotFitThePatternAreRefused() throws Exception {
    assertThatThrownBy(() -> Handshake.responder(PRODUCT, PROLOGUE, HandshakeKeys.none()))
        .isInstanceOf(IllegalArgumentException.class);
    // A key that the pattern would not compare must not look as if it were pinned.
    HandshakeKeys pinned = HandshakeKeys.none().remoteStatic(server.publicKey());
    assertThatThrownBy(() -> Handshake.initiator(PRODUCT, PROLOGUE, pinned))
        .isInstanceOf(IllegalArgumentException.class);
    Protocol shared = Protocol.named("Noise_NNpsk0_25519_AESGCM_SHA256");
    for (List<Secret> keys :
        List.of(
            List.<Secret>of(),
            List.of(Secret.random(31)),
            List.of(Secret.random(32), Secret.random(32)))) {
      assertThatThrownBy(
              () -> Handshake.initiator(shared, NOTHING, HandshakeKeys.none().preShared(keys)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Noise",
        "Noise_NX_25519_AESGCM",
        "Noise_NX_25519_AESGCM_SHA256_",
        "noise_NX_25519_AESGCM_SHA256",
        "Noise_NQ_25519_AESGCM_SHA256",
        "Noise_nx_25519_AESGCM_SHA256",
        "Noise_NX_448_AESGCM_SHA256",
        "Noise_NX_25519_AESCCM_SHA256",
        "Noise_NX_25519_AESGCM_SHA3",
        "Noise_NXhfs_25519_AESGCM_SHA256",
        "Noise_NX_25519+MLKEM768_AESGCM_SHA256",
        "Noise_NXhfs_25519+ML-KEM-768_AESGCM_SHA256",
        "Noise_NXhfs_25519+MLKEM512_AESGCM_SHA256",
        "Noise_Nhfs_25519+MLKEM768_AESGCM_SHA256",
        "Noise_NXpsk3_25519_AESGCM_SHA256",
        "Noise_NXpsk_25519_AESGCM_SHA256",
        "Noise_NXpsk0+psk0_25519_AESGCM_SHA256",
        "Noise_NXpsk0+_25519_AESGCM_SHA256",
        "Noise_NXfallback_25519_AESGCM_SHA256",
      })
  void aNameOfNoProtocolIsRefused(String name) {
    assertThatThrownBy(() -> Protocol.named(name)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Handshake client() {
    return Handshake.initiator(PRODUCT, PROLOGUE, HandshakeKeys.none());
  }

  private Handshake answering() {
    return Handshake.responder(PRODUCT, PROLOGUE, HandshakeKeys.none().ownStatic(server));
  }

  private Handshake classicallyAnswering() {
    return Handshake.responder(CLASSICAL, PROLOGUE, HandshakeKeys.none().ownStatic(server));
  }

  /** A client whose ephemeral keys are known, so that one recorded answer fits many of them. */
  private static Handshake clientWith(Secret key, Secret seed) {
    return Handshake.withEphemerals(
        true,
        PRODUCT,
        PROLOGUE,
        HandshakeKeys.none(),
        new Ephemerals() {
          @Override
          public X25519KeyPair keyPair() {
            return X25519KeyPair.fromSecret(key);
          }

          @Override
          public MlKem768 kemKeyPair() {
            return MlKem768.fromSeed(seed);
          }

          @Override
          public MlKem768.Encapsulated encapsulate(byte[] publicKey) {
            throw new AssertionError("A client encapsulates nothing.");
          }
        });
  }

  private static byte[] flipped(byte[] message, int place) {
    byte[] changed = message.clone();
    changed[place] ^= 1;
    return changed;
  }

  private static void assertRefused(Handshake side, byte[] message) {
    assertThatThrownBy(() -> side.read(message))
        .isInstanceOf(NotAuthentic.class)
        .hasMessage(new NotAuthentic().getMessage())
        .hasNoCause();
  }

  private static void assertSameKey(CipherState send, CipherState receive) throws Exception {
    byte[] sealed = new byte[CipherState.TAG_LENGTH];
    send.seal(NOTHING, 0, 0, sealed, 0);
    assertThat(receive.open(sealed, 0, sealed.length, new byte[0], 0)).isZero();
  }

  private static void assertOtherKey(CipherState send, CipherState receive) {
    byte[] sealed = new byte[CipherState.TAG_LENGTH];
    send.seal(NOTHING, 0, 0, sealed, 0);
    assertThatThrownBy(() -> receive.open(sealed, 0, sealed.length, new byte[0], 0))
        .isInstanceOf(NotAuthentic.class);
  }
}
