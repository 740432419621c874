package org.anonymouscloud.core.opaque;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.testing.Vectors;
import org.junit.jupiter.api.Test;

class OpaqueVectorsTest {
  private static final String FILE = "opaque/rfc9807-vectors.json";

  @Test
  void theP256CasesOfTheRfcComeOutRight() throws Exception {
    int read = 0;
    int real = 0;
    int fake = 0;
    for (JsonNode vector : Vectors.read(FILE)) {
      read++;
      if (vector.get("config").get("OPRF").asText().equals("P256-SHA256")) {
        if (Boolean.parseBoolean(vector.get("config").get("Fake").asText())) {
          checkFake(vector);
          fake++;
        } else {
          checkReal(vector);
          real++;
        }
      }
    }
    Vectors.assertCount(FILE, read);
    assertThat(real).isEqualTo(1);
    assertThat(fake).isEqualTo(1);
  }

  private static void checkReal(JsonNode vector) throws Exception {
    JsonNode in = vector.get("inputs");
    JsonNode out = vector.get("outputs");
    byte[] context = hex(vector.get("config"), "Context");
    byte[] credential = hex(in, "credential_identifier");
    OpaqueServer server = server(in);
    OpaqueClient client = new OpaqueClient(Secret::copy);
    try (Secret password = Secret.of(hex(in, "password"))) {
      var registration =
          client.register(password, scalar(in, "blind_registration"), hex(in, "envelope_nonce"));
      assertThat(registration.request().encode()).isEqualTo(hex(out, "registration_request"));
      var response =
          server.register(RegistrationRequest.decode(registration.request().encode()), credential);
      assertThat(response.encode()).isEqualTo(hex(out, "registration_response"));
      var registered =
          registration.finish(RegistrationResponse.decode(response.encode()), identities(in));
      assertThat(registered.record().encode()).isEqualTo(hex(out, "registration_upload"));
      assertThat(registered.exportKey().bytes()).isEqualTo(hex(out, "export_key"));

      var login =
          client.login(
              password,
              scalar(in, "blind_login"),
              hex(in, "client_nonce"),
              hex(in, "client_keyshare_seed"));
      assertThat(login.request().encode()).isEqualTo(hex(out, "KE1"));
      var answer =
          server.login(
              LoginRequest.decode(login.request().encode()),
              RegistrationRecord.decode(registered.record().encode()),
              credential,
              identities(in),
              context,
              randomness(in));
      assertThat(answer.response().encode()).isEqualTo(hex(out, "KE2"));
      var loggedIn =
          login.finish(LoginResponse.decode(answer.response().encode()), identities(in), context);
      assertThat(loggedIn.proof().encode()).isEqualTo(hex(out, "KE3"));
      assertThat(loggedIn.sessionKey().bytes()).isEqualTo(hex(out, "session_key"));
      assertThat(loggedIn.exportKey().bytes()).isEqualTo(hex(out, "export_key"));
      assertThat(answer.finish(LoginProof.decode(loggedIn.proof().encode()))).isTrue();
      assertThat(answer.sessionKey().sameAs(loggedIn.sessionKey())).isTrue();
    }
  }

  private static void checkFake(JsonNode vector) throws Exception {
    JsonNode in = vector.get("inputs");
    var record =
        new RegistrationRecord(
            P256Point.decode(hex(in, "client_public_key")).orElseThrow(),
            hex(in, "masking_key"),
            new byte[Envelope.LENGTH]);
    var answer =
        server(in)
            .login(
                LoginRequest.decode(hex(in, "KE1")),
                record,
                hex(in, "credential_identifier"),
                identities(in),
                hex(vector.get("config"), "Context"),
                randomness(in));
    assertThat(answer.response().encode()).isEqualTo(hex(vector.get("outputs"), "KE2"));
  }

  private static OpaqueServer server(JsonNode in) {
    return new OpaqueServer(Secret.of(hex(in, "oprf_seed")), scalar(in, "server_private_key"));
  }

  private static OpaqueServer.Randomness randomness(JsonNode in) {
    return new OpaqueServer.Randomness(
        hex(in, "masking_nonce"), hex(in, "server_nonce"), hex(in, "server_keyshare_seed"));
  }

  private static Identities identities(JsonNode in) {
    return new Identities(optional(in, "client_identity"), optional(in, "server_identity"));
  }

  private static Optional<byte[]> optional(JsonNode in, String field) {
    return Optional.ofNullable(in.get(field)).map(node -> HexFormat.of().parseHex(node.asText()));
  }

  private static P256Scalar scalar(JsonNode in, String field) {
    return P256Scalar.decode(hex(in, field)).orElseThrow();
  }

  private static byte[] hex(JsonNode in, String field) {
    return HexFormat.of().parseHex(in.get(field).asText());
  }
}
