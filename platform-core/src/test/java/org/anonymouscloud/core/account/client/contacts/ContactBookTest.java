package org.anonymouscloud.core.account.client.contacts;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class ContactBookTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final Random NOISE = new Random(7);

  @Test
  void whateverTwoDevicesKnowTheyAgreeOnAfterwards() {
    for (int round = 0; round < 2_000; round++) {
      ContactBook one = book();
      ContactBook other = book();
      ContactBook third = book();

      assertThat(one.merge(other)).isEqualTo(other.merge(one));
      assertThat(one.merge(one)).isEqualTo(one);
      assertThat(one.merge(other).merge(other)).isEqualTo(one.merge(other));
      assertThat(one.merge(other.merge(third)).entries().keySet())
          .isEqualTo(one.merge(other).merge(third).entries().keySet());
    }
  }

  @Test
  @Tag("A6")
  void noMergeTakesSomebodyForSomebodyElse() {
    KnownContact bob = contact("bob", 1, 5, Trust.VERIFIED, 0);
    KnownContact evil = contact("bob", 2, 5, Trust.VERIFIED, 0);
    assertThat(bob.merge(evil).trust()).isEqualTo(Trust.DISPUTED);
    assertThat(bob.merge(evil)).isEqualTo(evil.merge(bob));

    KnownContact fork = contact("bob", 1, 5, Trust.ACCEPTED, 0);
    fork =
        new KnownContact(
            fork.name(),
            fork.account(),
            fork.genesis(),
            new ChainFloor(5, digest(99)),
            fork.trust(),
            0);
    assertThat(bob.merge(fork).trust()).isEqualTo(Trust.DISPUTED);
  }

  @Test
  void floorAndTrustOnlyRiseAndARemovalIsNotUndoneByAnOlderWord() {
    KnownContact seen = contact("bob", 1, 9, Trust.ACCEPTED, 0);
    KnownContact compared = contact("bob", 1, 5, Trust.VERIFIED, 0);
    assertThat(seen.merge(compared)).isEqualTo(contact("bob", 1, 9, Trust.VERIFIED, 0));

    ContactBook with = ContactBook.EMPTY.with(seen);
    ContactBook without = with.with(seen.removed());
    assertThat(without.find(seen.name())).isEmpty();
    assertThat(without.merge(with.with(compared)).find(seen.name())).isEmpty();
    KnownContact again = contact("bob", 3, 2, Trust.ACCEPTED, 0);
    assertThat(without.with(again).merge(without).find(seen.name()).orElseThrow().account())
        .isEqualTo(again.account());
  }

  @Test
  @Tag("S4.3")
  void nobodyUsesUpTheRevisionsOfAName() {
    ContactBook known = ContactBook.EMPTY.with(contact("bob", 1, 5, Trust.ACCEPTED, 0));
    SortedMap<UserName, KnownContact> entries = new TreeMap<>(known.entries());
    UserName bob = new UserName("bob");
    entries.put(bob, contact("bob", 1, 5, Trust.ACCEPTED, Integer.MAX_VALUE));
    ContactBook last = new ContactBook(entries);

    assertThat(last.mayFollow(known)).isFalse();
    assertThat(known.with(known.find(bob).orElseThrow().removed()).mayFollow(known)).isTrue();
    assertThat(last.with(last.find(bob).orElseThrow().removed()).entries().get(bob).revision())
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  @Tag("S4.3")
  void aBookOfMoreContactsThanAnAccountMayHaveIsRefused() {
    SortedMap<UserName, KnownContact> entries = new TreeMap<>(ContactBook.EMPTY.entries());
    for (int i = 0; i <= ContactBook.MAX_CONTACTS; i++) {
      KnownContact one = contact("u" + i, i, 1, Trust.ACCEPTED, 0);
      entries.put(one.name(), one);
    }
    ContactBook book = new ContactBook(entries);
    ByteBuffer out = ByteBuffer.allocate(book.length());
    book.encode(out);
    assertThat(book.isTooLarge()).isTrue();
    assertThatThrownBy(() -> ContactBook.decode(out.flip())).isInstanceOf(Malformed.class);
  }

  @Test
  @Tag("S4.3")
  void countsThatNoStatesCanHaveMadeAreNoneOfAState() throws Exception {
    for (byte[] plain : List.of(new byte[0], new byte[1], new byte[100])) {
      assertThatThrownBy(() -> SignedBook.Content.decode(plain)).isInstanceOf(Malformed.class);
    }
    SortedMap<DeviceId, Long> counts = changes();
    assertThat(new SignedBook.Content(counts, ContactBook.EMPTY).isPossibleAt(2)).isTrue();
    assertThat(new SignedBook.Content(counts, ContactBook.EMPTY).isPossibleAt(1)).isFalse();
    counts.put(DeviceId.of(count(0x40, 16)), Long.MAX_VALUE);
    assertThat(new SignedBook.Content(counts, ContactBook.EMPTY).isPossibleAt(9)).isFalse();
  }

  @Test
  void removedNamesAreKeptUpToABound() {
    ContactBook book = ContactBook.EMPTY;
    for (int i = 0; i < ContactBook.MAX_REMOVED + 5; i++) {
      KnownContact one = contact("u" + i, i, 1, Trust.ACCEPTED, 0);
      book = book.with(one).with(one.removed());
    }
    assertThat(book.entries()).hasSize(ContactBook.MAX_REMOVED);
    assertThat(book.contacts()).isEmpty();
  }

  @Test
  @Tag("A3")
  void whatIsNoBookIsRefusedAtEachByte() throws Exception {
    ContactBook book = ContactBook.EMPTY.with(contact("bob", 1, 5, Trust.VERIFIED, 0));
    ByteBuffer out = ByteBuffer.allocate(book.length());
    book.encode(out);
    assertThat(ContactBook.decode(ByteBuffer.wrap(out.array()))).isEqualTo(book);
    for (int length = 0; length < out.capacity(); length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(out.array(), length));
      assertThatThrownBy(() -> ContactBook.decode(cut)).isInstanceOf(Malformed.class);
    }
    ByteBuffer many = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).flip();
    assertThatThrownBy(() -> ContactBook.decode(many)).isInstanceOf(Malformed.class);
  }

  /** The vector is opened by the program's classes, and once more by the document alone. */
  @Test
  void theVectorOpensByTheClassesAndByTheDocument() throws Exception {
    JsonNode vector;
    try (InputStream in = ContactBookTest.class.getResourceAsStream("contacts-v1.json")) {
      vector = new ObjectMapper().readTree(in);
    }
    byte[] state = HEX.parseHex(vector.get("state").asText());
    byte[] account = HEX.parseHex(vector.get("account").asText());
    byte[] root = HEX.parseHex(vector.get("rootSecret").asText());
    SigningKey device =
        SigningKey.fromSeed(Secret.of(HEX.parseHex(vector.get("deviceKey").asText())));

    SignedBook signed = SignedBook.decode(state);
    assertThat(signed.isSignedBy(device.verifyKey(), AccountId.of(account))).isTrue();
    try (RootSecret secret = RootSecret.of(Secret.of(root.clone()));
        Secret key = secret.contactsKey()) {
      SignedBook.Content content = signed.open(AccountId.of(account), key);
      assertThat(content.book()).isEqualTo(sample());
      assertThat(content.changes()).isEqualTo(changes());
    }
    assertThat(signed.encode()).isEqualTo(state);
    assertThat(signed.hash().toString()).isEqualTo(vector.get("hash").asText());

    byte[] label = "anonymouscloud/account/v1/contacts\0".getBytes(US_ASCII);
    ByteBuffer in = ByteBuffer.wrap(state);
    assertThat(in.get()).isEqualTo((byte) 1);
    long number = in.getLong();
    assertThat(number).isEqualTo(7);
    assertThat(in.getInt()).isEqualTo(0);
    in.position(in.position() + 16);
    byte[] sealed = Arrays.copyOfRange(state, 29, state.length - 64);
    byte[] covered = new byte[16 + state.length - 64];
    System.arraycopy(account, 0, covered, 0, 16);
    System.arraycopy(state, 0, covered, 16, state.length - 64);
    assertThat(
            Signatures.verify(
                device.verifyKey(),
                "anonymouscloud/account/v1/contacts",
                covered,
                Arrays.copyOfRange(state, state.length - 64, state.length)))
        .isTrue();
    byte[] context =
        ByteBuffer.allocate(label.length + 25)
            .put(label)
            .put((byte) 1)
            .put(account)
            .putLong(number)
            .array();
    byte[] plain =
        ChunkedEncryption.open(
            Secret.of(Hkdf.SHA256.derive(new byte[0], root, label, 32)), context, sealed);
    assertThat(plain).hasSize(4_096).startsWith(HEX.parseHex(vector.get("begins").asText()));
  }

  private static ContactBook sample() {
    KnownContact gone = contact("carol", 2, 3, Trust.ACCEPTED, 0);
    return ContactBook.EMPTY
        .with(contact("bob", 1, 5, Trust.VERIFIED, 0))
        .with(gone)
        .with(gone.removed());
  }

  private static SortedMap<DeviceId, Long> changes() {
    SortedMap<DeviceId, Long> changes = SignedBook.byDevice();
    changes.put(DeviceId.of(count(0x20, 16)), 3L);
    return changes;
  }

  private static ContactBook book() {
    List<KnownContact> some = new ArrayList<>();
    for (String name : List.of("ann", "bob", "carol")) {
      if (NOISE.nextBoolean()) {
        some.add(
            contact(
                name,
                NOISE.nextInt(2),
                NOISE.nextInt(3),
                List.of(Trust.NEW, Trust.ACCEPTED, Trust.VERIFIED).get(NOISE.nextInt(3)),
                NOISE.nextInt(2)));
      }
    }
    SortedMap<UserName, KnownContact> all = new TreeMap<>(ContactBook.EMPTY.entries());
    some.forEach(contact -> all.put(contact.name(), contact));
    return new ContactBook(all);
  }

  private static KnownContact contact(String name, int who, long seq, Trust trust, int revision) {
    return new KnownContact(
        new UserName(name),
        AccountId.of(count(who, 16)),
        digest(who),
        new ChainFloor(seq, digest((int) seq + 10 * who)),
        trust,
        revision);
  }

  private static Digest digest(int first) {
    return Digest.of(count(first, Digest.LENGTH));
  }

  private static byte[] count(int first, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }
}
