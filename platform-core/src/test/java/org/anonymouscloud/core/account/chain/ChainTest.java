package org.anonymouscloud.core.account.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ChainTest {
  private final AccountId account = AccountId.random();
  private final SigningKey identity = SigningKey.generate();
  private final SigningKey deviceKey = SigningKey.generate();
  private final ChainLink create = create(identity);

  @Test
  void aChainOfTwoDevicesReplays() throws Exception {
    ChainLink second = add(1, create.hash(), identity, account);
    Chain chain = Chain.replay(List.of(create.encode(), second.encode()));

    assertThat(chain.state().devices()).hasSize(2);
    assertThat(chain.state().head()).isEqualTo(new ChainFloor(1, second.hash()));
    assertThat(chain.atLeast(new ChainFloor(0, create.hash()))).isEqualTo(chain);
  }

  @Test
  @Tag("A5")
  void linksThatDoNotFollowAreRefused() {
    refuses(Reason.GAP, add(2, create.hash(), identity, account));
    refuses(Reason.FORK, add(1, ChainLink.NOTHING, identity, account));
    refuses(Reason.WRONG_SIGNATURE, add(1, create.hash(), SigningKey.generate(), account));
    refuses(Reason.WRONG_ACCOUNT, add(1, create.hash(), identity, AccountId.random()));
    refuses(Reason.WRONG_ACCOUNT, create(SigningKey.generate(), AccountId.random()));
  }

  @Test
  @Tag("A13")
  void anOlderOrAnotherChainIsRefused() throws Exception {
    Chain chain = Chain.replay(List.of(create.encode()));
    Digest other = create(identity).hash();

    for (ChainFloor seen : List.of(new ChainFloor(1, other), new ChainFloor(0, other))) {
      assertThatThrownBy(() -> chain.atLeast(seen))
          .isInstanceOfSatisfying(
              ChainRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.ROLLED_BACK));
    }
  }

  @Test
  @Tag("A1")
  void everyFlippedByteIsRefused() {
    byte[] good = create.encode();
    for (int i = 0; i < good.length; i += 7) {
      byte[] flipped = good.clone();
      flipped[i] ^= 1;
      assertThatThrownBy(() -> Chain.replay(List.of(flipped)))
          .as("byte %d", i)
          .isInstanceOf(ChainRefused.class);
    }
  }

  private void refuses(Reason reason, ChainLink second) {
    assertThatThrownBy(() -> Chain.replay(List.of(create.encode(), second.encode())))
        .isInstanceOfSatisfying(ChainRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private ChainLink create(SigningKey signer) {
    return create(signer, account);
  }

  private ChainLink create(SigningKey signer, AccountId owner) {
    LinkBody body =
        new LinkBody.Create(
            signer.verifyKey(), new byte[1216], new byte[1216], new byte[32], device());
    return sign(new ChainLink.Content(owner, 0, ChainLink.NOTHING, Instant.EPOCH, body), signer);
  }

  private ChainLink add(long seq, Digest previous, SigningKey signer, AccountId owner) {
    LinkBody body = new LinkBody.AddDevice(device());
    return sign(new ChainLink.Content(owner, seq, previous, Instant.EPOCH, body), signer);
  }

  private NewDevice device() {
    return new NewDevice(DeviceId.random(), deviceKey.verifyKey(), new byte[1216], new byte[136]);
  }

  private ChainLink sign(ChainLink.Content content, SigningKey signer) {
    byte[] bytes = content.encode();
    return ChainLink.of(
        content,
        Signatures.sign(signer, ChainLink.IDENTITY_LABEL, bytes),
        Signatures.sign(deviceKey, ChainLink.DEVICE_LABEL, bytes));
  }
}
