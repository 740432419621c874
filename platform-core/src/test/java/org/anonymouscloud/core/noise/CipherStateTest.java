package org.anonymouscloud.core.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.Aead;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One direction of a channel: order, limits and the renewal of keys. */
final class CipherStateTest {
  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  @Tag("A40")
  void aMessageThatIsNotTheNextIsRefusedAndTheNextStillOpens(Aead.Algorithm algorithm)
      throws Exception {
    Secret key = Secret.random(Aead.KEY_LENGTH);
    try (CipherState sender = new CipherState(algorithm, key);
        CipherState receiver = new CipherState(algorithm, key)) {
      byte[] first = seal(sender, "first");
      byte[] second = seal(sender, "second");
      byte[] third = seal(sender, "third");
      assertThat(open(receiver, first)).isEqualTo("first");
      assertRefused(receiver, first);
      assertRefused(receiver, third);
      assertThat(open(receiver, second)).isEqualTo("second");
      assertRefused(receiver, second);
      assertThat(open(receiver, third)).isEqualTo("third");
    }
  }

  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  void aMessageWithAnyBitChangedIsRefusedAndNothingOfItIsGivenOut(Aead.Algorithm algorithm)
      throws Exception {
    Secret key = Secret.random(Aead.KEY_LENGTH);
    try (CipherState sender = new CipherState(algorithm, key);
        CipherState receiver = new CipherState(algorithm, key)) {
      byte[] sealed = seal(sender, "a message");
      for (int bit = 0; bit < 8 * sealed.length; bit++) {
        byte[] changed = sealed.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        byte[] out = new byte[sealed.length];
        assertThatThrownBy(() -> receiver.open(changed, 0, changed.length, out, 0))
            .isInstanceOf(NotAuthentic.class);
        assertThat(out).containsOnly(0);
      }
      assertThat(open(receiver, sealed)).isEqualTo("a message");
    }
  }

  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  void aMessageOfAnImpossibleLengthIsRefused(Aead.Algorithm algorithm) {
    try (CipherState state = new CipherState(algorithm, Secret.random(Aead.KEY_LENGTH))) {
      for (int length : new int[] {0, 1, CipherState.TAG_LENGTH - 1, CipherState.MAX_MESSAGE + 1}) {
        assertRefused(state, new byte[length]);
      }
      int tooLong = CipherState.MAX_MESSAGE - CipherState.TAG_LENGTH + 1;
      byte[] out = new byte[CipherState.MAX_MESSAGE + 1];
      assertThatThrownBy(() -> state.seal(new byte[tooLong], 0, tooLong, out, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(state.seal(new byte[tooLong], 0, tooLong - 1, out, 0))
          .isEqualTo(CipherState.MAX_MESSAGE);
    }
  }

  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  void aMessageIsSealedAndOpenedWhereItLies(Aead.Algorithm algorithm) throws Exception {
    Secret key = Secret.random(Aead.KEY_LENGTH);
    try (CipherState sender = new CipherState(algorithm, key);
        CipherState receiver = new CipherState(algorithm, key)) {
      byte[] work = new byte[1000];
      Arrays.fill(work, (byte) 7);
      int offset = 5;
      int length = 900;
      assertThat(sender.seal(work, offset, length, work, offset))
          .isEqualTo(length + CipherState.TAG_LENGTH);
      assertThat(work[offset - 1]).isEqualTo((byte) 7);
      assertThat(work[offset + length + CipherState.TAG_LENGTH]).isEqualTo((byte) 7);
      assertThat(receiver.open(work, offset, length + CipherState.TAG_LENGTH, work, offset))
          .isEqualTo(length);
      assertThat(Arrays.copyOf(work, offset + length)).containsOnly(7);
    }
  }

  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  @Tag("A45")
  void aKeyServesItsNumberOfMessagesAndNoMoreUntilItIsRenewed(Aead.Algorithm algorithm)
      throws Exception {
    int limit = 4;
    Secret key = Secret.random(Aead.KEY_LENGTH);
    try (CipherState sender = new CipherState(algorithm, key, limit);
        CipherState receiver = new CipherState(algorithm, key, limit)) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < limit; i++) {
          assertThat(open(receiver, seal(sender, "message " + i))).isEqualTo("message " + i);
        }
        assertThatThrownBy(() -> seal(sender, "one more"))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> open(receiver, new byte[99]))
            .isInstanceOf(IllegalStateException.class);
        sender.rekey();
        receiver.rekey();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  @Tag("A45")
  void aMessageUnderTheOldKeyIsRefusedAfterRenewal(Aead.Algorithm algorithm) {
    Secret key = Secret.random(Aead.KEY_LENGTH);
    try (CipherState sender = new CipherState(algorithm, key);
        CipherState receiver = new CipherState(algorithm, key)) {
      receiver.rekey();
      assertRefused(receiver, seal(sender, "old"));
    }
  }

  @ParameterizedTest
  @EnumSource(Aead.Algorithm.class)
  void aClosedKeyDoesNothing(Aead.Algorithm algorithm) {
    CipherState state = new CipherState(algorithm, Secret.random(Aead.KEY_LENGTH));
    state.close();
    assertThatThrownBy(() -> seal(state, "late")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> open(state, new byte[99])).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(state::rekey).isInstanceOf(IllegalStateException.class);
  }

  private static byte[] seal(CipherState state, String text) {
    byte[] plain = text.getBytes(US_ASCII);
    byte[] sealed = new byte[plain.length + CipherState.TAG_LENGTH];
    state.seal(plain, 0, plain.length, sealed, 0);
    return sealed;
  }

  private static String open(CipherState state, byte[] sealed) throws NotAuthentic {
    byte[] plain = new byte[sealed.length];
    int length = state.open(sealed, 0, sealed.length, plain, 0);
    return new String(plain, 0, length, US_ASCII);
  }

  private static void assertRefused(CipherState state, byte[] sealed) {
    assertThatThrownBy(() -> open(state, sealed)).isInstanceOf(NotAuthentic.class);
  }
}
