package org.anonymouscloud.core.account.chain;

import static org.anonymouscloud.core.account.chain.Author.add;
import static org.anonymouscloud.core.account.chain.Author.created;
import static org.anonymouscloud.core.account.chain.Author.device;
import static org.anonymouscloud.core.account.chain.Author.id;
import static org.anonymouscloud.core.account.chain.Author.key;
import static org.anonymouscloud.core.account.chain.Author.recover;
import static org.anonymouscloud.core.account.chain.Author.recoverKeys;
import static org.anonymouscloud.core.account.chain.Author.revoke;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.SigningKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What follows from good chains; bad ones are in {@link ChainCorpusTest}. */
final class ChainTest {
  private final ChainLink create = created();
  private final ChainLink second = add(create, device(10), key(10), 11);

  @Test
  void aChainOfTwoDevicesReplays() throws Exception {
    Chain chain = replay(create, second);

    assertThat(chain.state().devices().keySet()).containsExactly(id(10), id(11));
    assertThat(chain.state().head()).isEqualTo(new ChainFloor(1, second.hash()));
    assertThat(chain.state().slots()).hasSize(4);
    assertThat(chain.state().sealedWith(second.content().body())).containsExactly(device(11));
    assertThat(chain.atLeast(new ChainFloor(0, create.hash()))).isEqualTo(chain);
  }

  @Test
  @Tag("A16")
  void aRemovedDeviceIsHeardForItsOwnGenerationsOnly() throws Exception {
    ChainLink gone = revoke(second, 10, 1, 11);
    ChainLink third = add(gone, device(10), key(10), 12);
    ChainState state = replay(create, second, gone, third).state();

    assertThat(state.generation()).isEqualTo(1);
    assertThat(state.sealedWith(gone.content().body())).isEqualTo(state.slots());
    assertThat(state.device(id(11))).isEmpty();
    assertThat(state.deviceKey(id(11), 0)).contains(key(11).verifyKey());
    assertThat(state.deviceKey(id(11), 1)).isEmpty();
    assertThat(state.deviceKey(id(10), 0)).contains(key(10).verifyKey());
    assertThat(state.deviceKey(id(10), 1)).contains(key(10).verifyKey());
    assertThat(state.deviceKey(id(10), 2)).isEmpty();
    assertThat(state.deviceKey(id(12), 0)).as("before it came").isEmpty();
    assertThat(state.deviceKey(id(99), 0)).isEmpty();
  }

  @Test
  @Tag("S4.1")
  void aRemovalEndsThePasswordThatTheRemovedDeviceHadSetAndNamesWhatItBroughtIn() throws Exception {
    SlotId password = new SlotId.Password();
    ChainLink set =
        Author.link(
            second,
            device(11),
            key(11),
            new LinkBody.ChangePassword(Author.slot(key(7), 7)),
            key(7));
    ChainLink byPassword = add(set, password, key(7), 12);
    ChainLink byThat = add(byPassword, device(12), key(12), 13);
    ChainLink ended = revoke(byThat, 10, 1, 11);
    ChainState state = replay(create, second, set, byPassword, byThat, ended).state();

    assertThat(state.passwordHasEnded()).isTrue();
    assertThat(state.slots()).doesNotContain(password).hasSize(4);
    assertThat(state.sealedWith(ended.content().body())).isEqualTo(state.slots());
    assertThat(state.sealingKey(password)).isEmpty();
    assertThat(state.signingKey(password)).isEmpty();
    assertThat(state.cameInBy(id(12), List.of(id(11)))).isTrue();
    assertThat(state.cameInBy(id(13), List.of(id(11)))).isTrue();
    assertThat(state.cameInBy(id(10), List.of(id(11)))).isFalse();
    // Another device's removal ends nothing.
    assertThat(
            replay(create, second, set, byPassword, revoke(byPassword, 10, 1, 12))
                .state()
                .passwordHasEnded())
        .isFalse();
  }

  @Test
  void aRecoveryLeavesOnlyTheNewDeviceUnlessOthersAreKept() throws Exception {
    for (boolean keeps : new boolean[] {false, true}) {
      ChainLink recovered =
          Author.link(
              second,
              new SlotId.Recovery(),
              Author.RECOVERY,
              recover(keeps, 1, 13),
              recoverKeys(13).toArray(SigningKey[]::new));
      ChainState state = replay(create, second, recovered).state();

      assertThat(state.devices()).hasSize(keeps ? 3 : 1).containsKey(id(13));
      assertThat(state.former()).hasSize(keeps ? 0 : 2);
      assertThat(state.password().signing()).isEqualTo(key(5).verifyKey());
      assertThat(state.recovery().signing()).isEqualTo(key(6).verifyKey());
      assertThat(state.generation()).isEqualTo(1);
    }
  }

  @Test
  @Tag("S4.20")
  void aRecoveringDeviceSignsFromTheNewGenerationAndIsNamedInTheOneBefore() throws Exception {
    ChainLink recovered =
        Author.link(
            second,
            new SlotId.Recovery(),
            Author.RECOVERY,
            recover(true, 1, 13),
            recoverKeys(13).toArray(SigningKey[]::new));
    ChainState state = replay(create, second, recovered).state();

    assertThat(state.deviceKey(id(13), 0)).as("before it came").isEmpty();
    assertThat(state.deviceKey(id(13), 1)).contains(key(13).verifyKey());
    assertThat(state.device(id(13)).orElseThrow().nameGeneration()).isZero();
  }

  @Test
  @Tag("A13")
  void anOlderOrAnotherChainIsRefused() throws Exception {
    Chain chain = replay(create);
    Digest other = created(AccountId.random()).hash();

    for (ChainFloor seen : List.of(new ChainFloor(1, other), new ChainFloor(0, other))) {
      assertThatThrownBy(() -> chain.atLeast(seen))
          .isInstanceOfSatisfying(
              ChainRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.ROLLED_BACK));
    }
  }

  @Test
  @Tag("A1")
  void everyFlippedByteIsRefused() {
    for (ChainLink link : List.of(create, revoke(second, 10, 1, 11))) {
      byte[] good = link.encode();
      for (int i = 0; i < good.length; i += 7) {
        byte[] flipped = good.clone();
        flipped[i] ^= 1;
        List<byte[]> links = new ArrayList<>(List.of(create.encode(), second.encode(), flipped));
        List<byte[]> chain = link == create ? List.of(flipped) : links;
        assertThatThrownBy(() -> ChainReader.replay(chain))
            .as("byte %d", i)
            .isInstanceOf(ChainRefused.class);
      }
    }
  }

  @Test
  @Tag("A17")
  void aKeyThatNobodyCanSealToIsRefused() {
    // X25519's part of the password slot's key, made a point of small order.
    byte[] weak = create.encode();
    Arrays.fill(weak, 83 + 32 + 1184, 83 + 32 + 1216, (byte) 0);
    // A coefficient of ML-KEM's part that is not reduced.
    byte[] large = create.encode();
    ByteBuffer.wrap(large).putShort(83 + 32, (short) -1);

    // The same of the share key, to which others seal.
    byte[] weakShare = create.encode();
    Arrays.fill(weakShare, 2643 + 1184, 2643 + 1216, (byte) 0);

    for (byte[] bad : List.of(weak, large, weakShare)) {
      assertThatThrownBy(() -> ChainReader.replay(List.of(bad)))
          .isInstanceOfSatisfying(
              ChainRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }
  }

  @Test
  @Tag("S4.3")
  void aChainHasAMostNumberOfLinksAndALinkOfEachTypeALength() throws Exception {
    byte[] name = Author.bytes(ChainLink.SEALED_NAME, 1);
    ChainReader reader = new ChainReader();
    reader.add(create.encode());
    ChainLink last = create;
    while (reader.links() < ChainReader.MAX_LINKS) {
      last = Author.link(last, device(10), key(10), new LinkBody.Rename(id(10), name));
      reader.add(last.encode());
    }
    ChainLink more = Author.link(last, device(10), key(10), new LinkBody.Rename(id(10), name));

    assertThat(reader.chain().hashes()).hasSize(ChainReader.MAX_LINKS);
    assertThat(reader.chain().newest()).hasSize(Chain.NEWEST).last().isEqualTo(last.encode());
    assertThatThrownBy(() -> reader.add(more.encode()))
        .isInstanceOfSatisfying(
            ChainRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    for (ChainLink link : List.of(create, second, revoke(second, 10, 1, 11), more)) {
      byte[] longer = Arrays.copyOf(link.encode(), 20_000);
      assertThatThrownBy(() -> ChainLink.decode(longer)).hasMessageContaining("longer");
    }
  }

  private static Chain replay(ChainLink... links) throws ChainRefused {
    return ChainReader.replay(Arrays.stream(links).map(ChainLink::encode).toList());
  }
}
