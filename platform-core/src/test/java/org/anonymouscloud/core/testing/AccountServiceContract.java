package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.opaque.LoginProof;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Key bags, several nodes of one server, and what is no message. */
public abstract class AccountServiceContract extends AccountServiceFixture {
  @Test
  @Tag("S4.1")
  void aDeviceHasNoMethodThatChangesTheKeyBag() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] junk = new byte[AccountMessages.KeyBag.LENGTH];
    byte[] bag = Cbor.encode(Map.of("version", 1, "sealed", junk, "keyBag", junk));

    assertThatThrownBy(() -> send(loggedIn(alice), "account/key-bag-put", bag))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_METHOD));
    for (AccountMethod method : AccountMethod.values()) {
      try {
        send(loggedIn(alice), method.toString(), bag);
      } catch (Refused expected) {
        assertThat(expected.code()).isIn(ErrorCode.BAD_REQUEST, ErrorCode.NOT_LOGGED_IN);
      }
    }
    refuses(
        ErrorCode.NAME_TAKEN,
        loggedIn(alice),
        AccountMethod.REGISTER_FINISH,
        alice.registration(anyRecord()));

    assertThat(keyBag(loggedIn(alice)).sealed()).isEqualTo(alice.keyBag);
  }

  @Test
  void whatOneNodeStoresTheOtherServes() throws Exception {
    AccountService other = service(Registration.OPEN);
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = new AccountPeer(other, hash, HERE);

    tell(peer, AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));

    assertThat(keyBag(peer).sealed()).isEqualTo(alice.keyBag);
  }

  @Test
  void aDatabaseThatIsAwayIsToldAsSuch() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    AccountPeer peer = loggedIn(alice);
    database().close();

    for (AccountMethod method : List.of(AccountMethod.KEY_BAG_GET, AccountMethod.PAIR_OPEN)) {
      assertThatThrownBy(() -> tell(peer, method, new AccountMessages.Empty()))
          .isInstanceOfSatisfying(
              DatabaseUnavailable.class,
              away -> {
                assertThat(away.forClient().code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(away.forClient().retryable()).isTrue();
              });
    }
  }

  @Test
  void aMethodThatThereIsNotIsRefused() {
    for (String method : List.of("account/", "account/register", "account/LOGOUT", "")) {
      assertThatThrownBy(() -> send(stranger(), method, Cbor.encode(Map.of())))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_METHOD));
    }
  }

  @Test
  @Tag("A36")
  void whatIsNotAMessageIsRefusedAsSuch() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    BareAccount bob = new BareAccount(BOB);
    List<Object> questions =
        List.of(
            new AccountMessages.RegisterStart(BOB.text(), registrationRequest(), NO_INVITE),
            bob.registration(anyRecord()),
            new AccountMessages.LoginStart(BOB.text(), loginRequest(), new byte[64]),
            new AccountMessages.LoginFinish(new byte[LoginProof.LENGTH]),
            alice.deviceLogin(new byte[HASH]),
            new AccountMessages.RecoveryLogin(BOB.text(), new byte[64]),
            new AccountMessages.PasswordStart(registrationRequest()),
            new AccountMessages.ChainGet(0),
            BareAccount.append(alice.addDevice()),
            new AccountMessages.SlotGet(new SlotId.Password().encode(), 0),
            nullsIn("link", "slots", "record", "keyBag"),
            nullsIn("userName", "request", "proof", "account"),
            Map.of("link", alice.addDevice().encode(), "slots", Arrays.asList(new byte[3], null)),
            Map.of(
                "userName",
                "bob",
                "record",
                anyRecord(),
                "link",
                bob.create.encode(),
                "slots",
                Arrays.asList(null, null, null),
                "keyBag",
                new byte[1]),
            Map.of("userName", "\u0000", "request", loginRequest()),
            Map.of("userName", "x".repeat(100_000), "request", loginRequest()),
            List.of(),
            "text",
            7);
    for (AccountMethod method : AccountMethod.values()) {
      for (Object question : questions) {
        byte[] whole = Cbor.encode(question);
        for (int i = 0; i < 12; i++) {
          byte[] changed = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
          if (i == 0) {
            changed = whole;
          } else if (i % 2 == 0) {
            changed = whole.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
          }
          // Deleting is no message that could be malformed, and would end this.
          boolean asAlice = i % 3 == 0 && method != AccountMethod.DELETE;
          AccountPeer peer = asAlice ? loggedIn(alice) : stranger();
          try {
            send(peer, method.toString(), changed);
          } catch (Refused refused) {
            assertThat(refused.getMessage()).isNotBlank();
          } catch (RuntimeException e) {
            throw new AssertionError(
                method + " with seed " + seed + " at " + question + ", " + i, e);
          }
        }
      }
    }
  }

  private static Map<String, Object> nullsIn(String... fields) {
    Map<String, Object> message = new java.util.HashMap<>();
    for (String field : fields) {
      message.put(field, null);
    }
    return message;
  }
}
