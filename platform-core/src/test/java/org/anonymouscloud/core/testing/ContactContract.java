package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.anonymouscloud.core.account.AccountChains;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What users learn of each other from a server, on the database that a storage plugin brings. */
public abstract class ContactContract extends AccountServiceFixture {
  private static final UserName NOBODY = new UserName("nobody");
  private static final int NAMES = 30;

  private final BareAccount alice = new BareAccount(ALICE);
  private final BareAccount bob = new BareAccount(BOB);

  @BeforeEach
  void registerTwo() throws Exception {
    register(alice);
    register(bob);
  }

  @Test
  void aNameLeadsToAnAccountAndItsIdToTheChain() throws Exception {
    ChainLink second = bob.addDevice();
    tell(loggedIn(bob), AccountMethod.CHAIN_APPEND, BareAccount.append(second));
    AccountPeer asking = loggedIn(alice);

    assertThat(find(asking, BOB)).isEqualTo(bob.id);
    assertThat(chain(asking, bob.id, 0).links())
        .containsExactly(bob.create.encode(), second.encode());
    assertThat(chain(asking, bob.id, 1).links()).containsExactly(second.encode());
    assertThat(chain(asking, bob.id, 2).links()).isEmpty();
    assertThat(chain(asking, bob.id, 0).more()).isFalse();
    owner().setActive(BOB, false);
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

    tell(loggedInByWords(bob), AccountMethod.DELETE, new AccountMessages.Empty());

    assertThat(refused(asking, BOB).code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThatThrownBy(() -> chain(asking, bob.id, 0))
        .isInstanceOf(Refused.class)
        .hasMessage("This account is gone.");
  }

  @Test
  void theChainOfADeletedAccountIsThereForWhoChecksWhatItHasSigned() throws Exception {
    ChainLink second = bob.addDevice();
    tell(loggedIn(bob), AccountMethod.CHAIN_APPEND, BareAccount.append(second));
    AccountChains chains = AccountService.storedChains();
    AccountPeer asking = loggedIn(alice);

    tell(loggedInByWords(bob), AccountMethod.DELETE, new AccountMessages.Empty());

    assertThat(chain(asking, bob.id, 0, true).links())
        .containsExactly(bob.create.encode(), second.encode());
    assertThat(chain(asking, bob.id, 2, true).links()).as("no more").isEmpty();
    ChainFloor newest = new ChainFloor(1, second.hash());
    ChainFloor other = new ChainFloor(1, bob.create.hash());
    assertThat(had(chains, bob.id, newest, 0)).isTrue();
    assertThat(had(chains, bob.id, newest, 1)).as("never begun").isFalse();
    assertThat(had(chains, bob.id, other, 0)).isFalse();
    assertThat(
            database()
                .<Boolean, RuntimeException>read(rows -> chains.have(rows, bob.id, newest, 0)))
        .isFalse();
    assertThatThrownBy(() -> chain(asking, AccountId.random(), 0, true))
        .hasMessage("This account is gone.");
    calendar.pass(Duration.ofMinutes(1));
    refuses(
        ErrorCode.CONFLICT,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        bob.registration(anyRecord()));
  }

  private boolean had(AccountChains chains, AccountId account, ChainFloor link, int generation) {
    return database().read(rows -> chains.had(rows, account, link, generation));
  }

  @Test
  @Tag("A11")
  void namesAreCountedForTheAccountKnownOrNotAlsoAfterARestart() throws Exception {
    AccountPeer asking = loggedIn(alice);
    for (int i = 0; i < NAMES; i += 2) {
      find(asking, BOB);
      refused(asking, NOBODY);
    }

    restart(Registration.OPEN);
    for (UserName name : List.of(BOB, NOBODY)) {
      Refused refusal = refused(loggedIn(alice), name);
      assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
      assertThat(refusal).hasMessageContaining("60 seconds");
      assertThat(refusal.retryable()).isTrue();
    }
    assertThat(find(loggedIn(bob), ALICE)).as("each account has its own").isEqualTo(alice.id);
    assertThat(chain(loggedIn(alice), bob.id, 0).links()).as("no name").hasSize(1);

    calendar.pass(Duration.ofSeconds(61));

    assertThat(find(loggedIn(alice), BOB)).isEqualTo(bob.id);
    assertThat(refused(loggedIn(alice), BOB).code()).isEqualTo(ErrorCode.RATE_LIMITED);
  }

  private static AccountId find(AccountPeer peer, UserName name) throws Refused, Malformed {
    return AccountId.of(
        ask(
                peer,
                AccountMethod.CONTACT_FIND,
                new AccountMessages.ContactFind(name.text()),
                AccountMessages.ContactFound.class)
            .account());
  }

  private static Refused refused(AccountPeer peer, UserName name) throws Malformed {
    try {
      find(peer, name);
    } catch (Refused refusal) {
      return refusal;
    }
    throw new AssertionError("'" + name + "' was found.");
  }

  private static AccountMessages.ChainGot chain(AccountPeer peer, AccountId account, long from)
      throws Refused, Malformed {
    return chain(peer, account, from, false);
  }

  private static AccountMessages.ChainGot chain(
      AccountPeer peer, AccountId account, long from, boolean alsoGone) throws Refused, Malformed {
    return ask(
        peer,
        AccountMethod.CONTACT_CHAIN,
        new AccountMessages.ContactChain(account.bytes(), from, alsoGone),
        AccountMessages.ChainGot.class);
  }
}
