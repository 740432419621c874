package org.anonymouscloud.core.opaque;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OpaqueTest {
  private static final byte[] CONTEXT = {1, 2, 3};
  private static final byte[] NAME = "alice".getBytes(UTF_8);

  private final OpaqueServer server = new OpaqueServer(Secret.random(32), P256Scalar.random());
  private final OpaqueClient client = new OpaqueClient(Secret::copy);
  private final Secret password = Secret.of("correct horse".getBytes(UTF_8));
  private final Secret wrongPassword = Secret.of("battery staple".getBytes(UTF_8));

  @Test
  @Tag("A7")
  void productionStretchesWithArgon2id() throws Exception {
    OpaqueClient slow = new OpaqueClient();
    RegistrationRecord record = register(slow).record();
    OpaqueClient.Login login = slow.login(password);
    LoginResponse answer = answer(login.request(), record, CONTEXT).response();

    assertThat(login.finish(answer, Identities.ofClient(NAME), CONTEXT)).isNotNull();
    OpaqueClient.Login quick = client.login(password);
    LoginResponse second = answer(quick.request(), record, CONTEXT).response();
    assertThatThrownBy(() -> quick.finish(second, Identities.ofClient(NAME), CONTEXT))
        .isInstanceOf(PasswordRefused.class);
  }

  /** Whoever has stolen the record plays the server and tries passwords out, in peace. */
  @Test
  @Tag("A12")
  void aStolenRecordConfirmsNoGuessWithoutTheServersSecrets() throws Exception {
    RegistrationRecord stolen = register(client).record();
    OpaqueServer thief = new OpaqueServer(Secret.random(32), P256Scalar.random());

    assertThat(confirmed(thief, stolen)).isEmpty();
    // Only the secrets stand between: who has them finds the password, and still no account key.
    assertThat(confirmed(server, stolen)).containsExactly("correct horse");
  }

  private List<String> confirmed(OpaqueServer with, RegistrationRecord record) {
    List<String> confirmed = new ArrayList<>();
    for (String guess : List.of("123456", "password", "correct horse", "Correct horse", "")) {
      try (Secret secret = Secret.of(guess.getBytes(UTF_8))) {
        OpaqueClient.Login login = client.login(secret);
        OpaqueServer.Login answer =
            with.login(login.request(), record, NAME, Identities.ofClient(NAME), CONTEXT);
        login.finish(answer.response(), Identities.ofClient(NAME), CONTEXT).exportKey().close();
        confirmed.add(guess);
      } catch (PasswordRefused e) {
        // As the guess is wrong, or cannot be told to be right.
      }
    }
    return confirmed;
  }

  @Test
  @Tag("A14")
  void anotherChannelIsRefused() throws Exception {
    RegistrationRecord record = register(client).record();
    OpaqueClient.Login login = client.login(password);
    LoginResponse answer = answer(login.request(), record, new byte[] {9}).response();

    assertThatThrownBy(() -> login.finish(answer, Identities.ofClient(NAME), CONTEXT))
        .isInstanceOf(PasswordRefused.class);
  }

  @Test
  @Tag("A13")
  void anotherUsersRecordIsRefused() throws Exception {
    RegistrationRecord record = register(client).record();
    OpaqueClient.Login login = client.login(password);
    LoginResponse answer = answer(login.request(), record, CONTEXT).response();

    assertThatThrownBy(
            () -> login.finish(answer, Identities.ofClient("bob".getBytes(UTF_8)), CONTEXT))
        .isInstanceOf(PasswordRefused.class);
  }

  @Test
  void aWrongPasswordIsRefusedByTheClient() throws Exception {
    RegistrationRecord record = register(client).record();
    OpaqueClient.Login login = client.login(wrongPassword);
    LoginResponse answer = answer(login.request(), record, CONTEXT).response();

    assertThatThrownBy(() -> login.finish(answer, Identities.ofClient(NAME), CONTEXT))
        .isInstanceOf(PasswordRefused.class);
  }

  @Test
  void aWrongProofIsRefusedByTheServer() throws Exception {
    RegistrationRecord record = register(client).record();
    OpaqueClient.Login login = client.login(password);
    OpaqueServer.Login waiting = answer(login.request(), record, CONTEXT);
    var loggedIn = login.finish(waiting.response(), Identities.ofClient(NAME), CONTEXT);
    byte[] wrong = loggedIn.proof().encode();
    wrong[31] ^= 1;

    assertThat(waiting.finish(LoginProof.decode(wrong))).isFalse();
    assertThat(waiting.finish(loggedIn.proof())).isTrue();
  }

  @Test
  @Tag("A3")
  void everyFlippedByteOfAnAnswerMeetsTheSameError() throws Exception {
    RegistrationRecord record = register(client).record();
    OpaqueClient.Login login = client.login(password);
    byte[] answer = answer(login.request(), record, CONTEXT).response().encode();

    for (int i = 0; i < answer.length; i += 3) {
      byte[] flipped = answer.clone();
      flipped[i] ^= 1;
      LoginResponse response;
      try {
        response = LoginResponse.decode(flipped);
      } catch (Malformed notAPoint) {
        continue;
      }
      assertThatThrownBy(() -> login.finish(response, Identities.ofClient(NAME), CONTEXT))
          .as("byte %d", i)
          .isInstanceOf(PasswordRefused.class)
          .hasMessage("The user name or the password is wrong.");
    }
  }

  @Test
  @Tag("A11")
  void anUnknownUserLooksLikeAKnownOne() throws Exception {
    RegistrationRecord record = register(client).record();
    try (Secret seed = Secret.random(32)) {
      RegistrationRecord first = RegistrationRecord.fake(seed, "nobody");
      RegistrationRecord again = RegistrationRecord.fake(seed, "nobody");
      RegistrationRecord other = RegistrationRecord.fake(seed, "somebody");

      assertThat(first.encode()).hasSameSizeAs(record.encode()).isEqualTo(again.encode());
      assertThat(first.encode()).isNotEqualTo(other.encode());
      LoginRequest request = client.login(password).request();
      assertThat(answer(request, first, CONTEXT).response().encode())
          .hasSize(LoginResponse.LENGTH)
          .hasSameSizeAs(answer(request, record, CONTEXT).response().encode());
      assertThat(answer(request, first, CONTEXT).response().credential().evaluated())
          .isEqualTo(answer(request, again, CONTEXT).response().credential().evaluated());
    }
  }

  @Test
  @Tag("A17")
  void messagesOfAnotherSizeOrWithoutAPointAreRefused() {
    assertThatThrownBy(() -> RegistrationRequest.decode(new byte[33]))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> RegistrationResponse.decode(new byte[65]))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> RegistrationRecord.decode(new byte[129]))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> LoginRequest.decode(new byte[98])).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> LoginResponse.decode(new byte[259])).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> LoginProof.decode(new byte[33])).isInstanceOf(Malformed.class);
  }

  private OpaqueClient.Registered register(OpaqueClient with) {
    var registration = with.register(password);
    return registration.finish(
        server.register(registration.request(), NAME), Identities.ofClient(NAME));
  }

  private OpaqueServer.Login answer(
      LoginRequest request, RegistrationRecord record, byte[] context) {
    return server.login(request, record, NAME, Identities.ofClient(NAME), context);
  }
}
