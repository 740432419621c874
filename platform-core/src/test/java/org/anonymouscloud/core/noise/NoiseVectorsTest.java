package org.anonymouscloud.core.noise;

import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.GivenEncapsulation;
import org.anonymouscloud.core.crypto.noise.MlKem768;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.testing.Vectors;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Published handshakes, byte by byte from both sides. */
final class NoiseVectorsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "noise/cacophony-25519.json",
        "noise/snow-25519.json",
        "noise/hybrid-25519-mlkem768.json"
      })
  void eachPublishedHandshakeIsSpokenByteForByte(String file) throws Exception {
    int ran = 0;
    for (JsonNode vector : Vectors.read(file).path("vectors")) {
      run(vector);
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  private static void run(JsonNode vector) throws Exception {
    String name = vector.path("protocol_name").asText();
    Protocol protocol = Protocol.named(name);
    assertTokens(protocol, vector.path("tokens"));
    try (Handshake initiator = side(vector, protocol, true);
        Handshake responder = side(vector, protocol, false)) {
      Handshake writer = initiator;
      Handshake reader = responder;
      int next = 0;
      JsonNode messages = vector.path("messages");
      while (!initiator.finished()) {
        JsonNode message = messages.get(next++);
        byte[] payload = hex(message, "payload");
        byte[] sealed = hex(message, "ciphertext");
        assertThat(writer.nextOverhead()).as(name).isEqualTo(sealed.length - payload.length);
        assertThat(writer.write(payload)).as(name).isEqualTo(sealed);
        assertThat(reader.read(sealed)).as(name).isEqualTo(payload);
        Handshake turn = writer;
        writer = reader;
        reader = turn;
      }
      assertThat(responder.finished()).isTrue();
      assertThat(responder.hash()).isEqualTo(initiator.hash());
      if (vector.has("handshake_hash")) {
        assertThat(initiator.hash()).as(name).isEqualTo(hex(vector, "handshake_hash"));
      }
      if (vector.has("init_static") && protocol.pattern().needsStatic(true)) {
        assertThat(responder.remoteStatic()).isEqualTo(pair(vector, "init_static").publicKey());
      }
      if (vector.has("resp_static") && protocol.pattern().needsStatic(false)) {
        assertThat(initiator.remoteStatic()).isEqualTo(pair(vector, "resp_static").publicKey());
      }
      try (Transport ofInitiator = initiator.split();
          Transport ofResponder = responder.split()) {
        if (vector.has("split_k1")) {
          assertSplit(vector, protocol);
        }
        for (; next < messages.size(); next++) {
          boolean fromInitiator = protocol.pattern().isOneWay() || next % 2 == 0;
          JsonNode message = messages.get(next);
          assertPasses(
              fromInitiator ? ofInitiator.send() : ofResponder.send(),
              fromInitiator ? ofResponder.receive() : ofInitiator.receive(),
              hex(message, "payload"),
              hex(message, "ciphertext"));
        }
      }
    }
  }

  private static void assertPasses(
      CipherState send, CipherState receive, byte[] payload, byte[] sealed) throws Exception {
    byte[] written = new byte[payload.length + CipherState.TAG_LENGTH];
    assertThat(send.seal(payload, 0, payload.length, written, 0)).isEqualTo(written.length);
    assertThat(written).isEqualTo(sealed);
    byte[] opened = new byte[payload.length];
    assertThat(receive.open(sealed, 0, sealed.length, opened, 0)).isEqualTo(opened.length);
    assertThat(opened).isEqualTo(payload);
  }

  /**
   * The keys are compared by what they seal, before and after REKEY; so they need not be shown.
   * Handshakes of their own leave the numbers of the main one untouched.
   */
  private static void assertSplit(JsonNode vector, Protocol protocol) throws Exception {
    try (Handshake initiator = replay(vector, protocol);
        Transport transport = initiator.split()) {
      assertSameKey(protocol, transport.send(), hex(vector, "split_k1"));
      assertSameKey(protocol, transport.receive(), hex(vector, "split_k2"));
    }
    try (Handshake initiator = replay(vector, protocol);
        Transport transport = initiator.split()) {
      transport.send().rekey();
      transport.receive().rekey();
      assertSameKey(protocol, transport.send(), hex(vector, "split_k1_after_rekey"));
      assertSameKey(protocol, transport.receive(), hex(vector, "split_k2_after_rekey"));
    }
  }

  /** The initiator's side of a vector, finished. */
  private static Handshake replay(JsonNode vector, Protocol protocol) throws Exception {
    Handshake initiator = side(vector, protocol, true);
    for (int i = 0; !initiator.finished(); i++) {
      JsonNode message = vector.path("messages").get(i);
      if (i % 2 == 0) {
        initiator.write(hex(message, "payload"));
      } else {
        initiator.read(hex(message, "ciphertext"));
      }
    }
    return initiator;
  }

  private static void assertSameKey(Protocol protocol, CipherState state, byte[] key) {
    byte[] zeros = new byte[64];
    byte[] sealed = new byte[zeros.length + CipherState.TAG_LENGTH];
    byte[] expected = new byte[sealed.length];
    state.seal(zeros, 0, zeros.length, sealed, 0);
    new CipherState(protocol.cipher(), Secret.of(key)).seal(zeros, 0, zeros.length, expected, 0);
    assertThat(sealed).as(protocol.toString()).isEqualTo(expected);
  }

  private static void assertTokens(Protocol protocol, JsonNode stated) {
    for (int i = 0; i < stated.size(); i++) {
      List<Token> tokens = protocol.pattern().messages().get(i);
      assertThat(String.join(",", tokens.stream().map(Token::name).toList()))
          .isEqualToIgnoringCase(stated.get(i).asText());
    }
  }

  private static Handshake side(JsonNode vector, Protocol protocol, boolean initiator)
      throws Malformed {
    String side = initiator ? "init_" : "resp_";
    HandshakeKeys keys = HandshakeKeys.none();
    if (vector.has(side + "static")) {
      keys = keys.ownStatic(pair(vector, side + "static"));
    }
    if (vector.has(side + "remote_static")) {
      keys = keys.remoteStatic(hex(vector, side + "remote_static"));
    }
    List<Secret> preShared = new ArrayList<>();
    for (JsonNode key : vector.path(side + "psks")) {
      preShared.add(Secret.of(HexFormat.of().parseHex(key.asText())));
    }
    return Handshake.withEphemerals(
        initiator,
        protocol,
        hex(vector, side + "prologue"),
        keys.preShared(preShared),
        new Given(vector, side));
  }

  private static X25519KeyPair pair(JsonNode vector, String field) {
    return X25519KeyPair.fromSecret(Secret.of(hex(vector, field)));
  }

  private record Given(JsonNode vector, String side) implements Ephemerals {
    @Override
    public X25519KeyPair keyPair() {
      return pair(vector, side + "ephemeral");
    }

    @Override
    public MlKem768 kemKeyPair() {
      return MlKem768.fromSeed(
          Secret.of(
              ByteBuffer.allocate(MlKem768.SEED_LENGTH)
                  .put(hex(vector, side + "mlkem768_keygen_d"))
                  .put(hex(vector, side + "mlkem768_keygen_z"))
                  .array()));
    }

    @Override
    public MlKem768.Encapsulated encapsulate(byte[] publicKey) throws Malformed {
      return GivenEncapsulation.encapsulate(publicKey, hex(vector, side + "mlkem768_encaps_m"));
    }
  }
}
