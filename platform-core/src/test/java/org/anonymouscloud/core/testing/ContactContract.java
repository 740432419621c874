package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.account.server.ServerSecrets;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.session.Network;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users learn of each other from a server, on the database that a storage plugin brings. */
public abstract class ContactContract {
  private static final UserName ALICE = new UserName("alice");
  private static final UserName BOB = new UserName("bob");
  private static final UserName NOBODY = new UserName("nobody");
  private static final int HASH = 32;
  private static final int NAMES = 60;
  private static final Network HERE = Network.of(InetAddress.getLoopbackAddress());

  @TempDir private Path folder;
  private final ServerSecrets secrets = ServerSecrets.random();
  private final TestClock clock = new TestClock(Instant.parse("2026-11-24T12:00:00Z"));
  private final BareAccount alice = new BareAccount(ALICE);
  private final BareAccount bob = new BareAccount(BOB);
  private @Nullable OpenDatabase database;
  private @Nullable AccountService service;

  /**
   * A database that nobody has used yet, open.
   *
   * @param folder empty
   */
  protected abstract OpenDatabase newDatabase(Path folder) throws Exception;

  @BeforeEach
  void registerTwo() throws Exception {
    database = newDatabase(folder);
    service = service();
    for (BareAccount account : List.of(alice, bob)) {
      send(
          stranger(),
          AccountMethod.REGISTER_FINISH,
          account.registration(RegistrationRecord.fake(Secret.random(32), "anybody").encode()));
    }
  }

  @AfterEach
  void closeAll() {
    Objects.requireNonNull(database).close();
    secrets.close();
  }

  @Test
  void aNameLeadsToAnAccountAndItsIdToTheChain() throws Exception {
    ChainLink second = bob.addDevice();
    send(loggedIn(bob), AccountMethod.CHAIN_APPEND, BareAccount.append(second));
    AccountPeer asking = loggedIn(alice);

    assertThat(find(asking, BOB)).isEqualTo(bob.id);
    assertThat(chain(asking, bob.id, 0).links())
        .containsExactly(bob.create.encode(), second.encode());
    assertThat(chain(asking, bob.id, 1).links()).containsExactly(second.encode());
    assertThat(chain(asking, bob.id, 2).links()).isEmpty();
    assertThat(chain(asking, bob.id, 0).more()).isFalse();
    new Administration(Objects.requireNonNull(database), List.of(), clock).setActive(BOB, false);
    assertThat(find(asking, BOB)).as("who is disabled is still who it was").isEqualTo(bob.id);
    assertThat(chain(asking, bob.id, 0).links()).hasSize(2);
  }

  @Test
  void aNameThatNobodyHasAndAnAccountThatIsGoneAreToldSo() throws Exception {
    AccountPeer asking = loggedIn(alice);

    assertThat(refused(asking, NOBODY)).hasMessage("There is no user 'nobody' here.");
    assertThatThrownBy(() -> chain(asking, AccountId.random(), 0))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));

    send(loggedIn(bob), AccountMethod.DELETE, new Messages.Empty());

    assertThat(refused(asking, BOB).code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThatThrownBy(() -> chain(asking, bob.id, 0))
        .isInstanceOf(Refused.class)
        .hasMessage("This account is gone.");
  }

  @Test
  @Tag("A11")
  void namesAreCountedForTheAccountKnownOrNotAlsoAfterARestart() throws Exception {
    AccountPeer asking = loggedIn(alice);
    for (int i = 0; i < NAMES; i += 2) {
      find(asking, BOB);
      refused(asking, NOBODY);
    }

    service = service();
    for (UserName name : List.of(BOB, NOBODY)) {
      Refused refusal = refused(loggedIn(alice), name);
      assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
      assertThat(refusal).hasMessageContaining("30 seconds");
      assertThat(refusal.retryable()).isTrue();
    }
    assertThat(find(loggedIn(bob), ALICE)).as("each account has its own").isEqualTo(alice.id);
    assertThat(chain(loggedIn(alice), bob.id, 0).links()).as("no name").hasSize(1);

    clock.pass(Duration.ofSeconds(31));

    assertThat(find(loggedIn(alice), BOB)).isEqualTo(bob.id);
    assertThat(refused(loggedIn(alice), BOB).code()).isEqualTo(ErrorCode.RATE_LIMITED);
  }

  private AccountService service() {
    return new AccountService(
        Objects.requireNonNull(database),
        secrets,
        clock,
        new AccountPolicy(Registration.OPEN, Long.MAX_VALUE));
  }

  private AccountPeer peer(byte[] handshakeHash) {
    return Objects.requireNonNull(service).peer(handshakeHash, HERE);
  }

  private AccountPeer stranger() {
    return peer(RandomBytes.next(HASH));
  }

  private AccountPeer loggedIn(BareAccount account) throws Refused {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    send(peer, AccountMethod.DEVICE_LOGIN, account.deviceLogin(hash));
    return peer;
  }

  private static AccountId find(AccountPeer peer, UserName name) throws Refused, Malformed {
    byte[] answer = send(peer, AccountMethod.CONTACT_FIND, new Messages.ContactFind(name.text()));
    return AccountId.of(Cbor.decode(answer, Messages.ContactFound.class).account());
  }

  private static Refused refused(AccountPeer peer, UserName name) throws Malformed {
    try {
      find(peer, name);
    } catch (Refused refusal) {
      return refusal;
    }
    throw new AssertionError("'" + name + "' was found.");
  }

  private static Messages.ChainGot chain(AccountPeer peer, AccountId account, long from)
      throws Refused, Malformed {
    return Cbor.decode(
        send(peer, AccountMethod.CONTACT_CHAIN, new Messages.ContactChain(account.bytes(), from)),
        Messages.ChainGot.class);
  }

  private static byte[] send(AccountPeer peer, AccountMethod method, Record question)
      throws Refused {
    return peer.handle(
        new Request(
            method.toString(),
            Cbor.encode(question),
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream()));
  }
}
