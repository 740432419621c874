package org.anonymouscloud.vault.client.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RosterHead;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What decoders take, they would write the same way; all else is malformed and nothing worse. */
final class DecoderTest {
  private static final ChainFloor CHAIN = new ChainFloor(9, Digest.sha256());

  private static final long SEED = 7_654_321;

  private final Random random = new Random(SEED);

  @FunctionalInterface
  private interface Recoding {
    byte[] of(byte[] encoded) throws IOException;
  }

  @Test
  @Tag("A36")
  void bentPagesAreMalformedOrCanonical() throws Exception {
    for (Page page : List.of(leaf(60), leaf(1), inner(100))) {
      int height = page instanceof Page.Inner(int above, List<Page.Child> _) ? above : 1;
      assertBentIsHandled(page.encode(), encoded -> Page.decode(encoded, height).encode());
    }
  }

  @Test
  @Tag("A36")
  void bentListsAreMalformedOrCanonical() throws Exception {
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      extents.add(i % 3 == 2 ? Hole.ZEROS : ref(Ref.MAX_LENGTH));
    }
    assertBentIsHandled(
        new SegmentList(1, extents).encode(), encoded -> SegmentList.decode(encoded).encode());
    assertBentIsHandled(
        new SegmentList(3, extents.subList(0, 2)).encode(),
        encoded -> SegmentList.decode(encoded).encode());
  }

  @Test
  @Tag("A36")
  void bentStatesAreMalformedOrCanonical() throws Exception {
    List<KeptStates.Earlier> earlier = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      earlier.add(new KeptStates.Earlier(3L * i, Instant.ofEpochSecond(100L * i, i)));
    }
    for (KeptStates states :
        List.of(KeptStates.ALL, new KeptStates(Instant.EPOCH, 0, 5_200, 147, earlier))) {
      assertBentIsHandled(states.encode(), encoded -> KeptStates.decode(encoded).encode());
      assertThat(KeptStates.decode(states.encode())).isEqualTo(states);
    }
  }

  @Test
  @Tag("A36")
  void statesThatDoNotRiseOrSayMoreThanThereAreAreMalformed() {
    Instant time = Instant.EPOCH;
    List<KeptStates.Earlier> two =
        List.of(new KeptStates.Earlier(4, time), new KeptStates.Earlier(5, time.plusNanos(1)));
    byte[] sound = new KeptStates(time, 1, 1, 5, two).encode();
    assertThatThrownBy(() -> KeptStates.decode(with(sound, 28, 4))).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> KeptStates.decode(with(sound, 40, 5))).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> KeptStates.decode(with(sound, 72, 0))).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> KeptStates.decode(with(sound, 29, 0x7f)))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> KeptStates.decode(with(sound, 32, 1))).isInstanceOf(Malformed.class);
  }

  private static byte[] with(byte[] sound, int at, int octet) {
    byte[] bent = sound.clone();
    bent[at] = (byte) octet;
    return bent;
  }

  @Test
  @Tag("A36")
  void bentRootsAreMalformedOrCanonical() throws Exception {
    DriveId drive = DriveKeys.home(Secret.of(new byte[32]));
    Root empty = root(drive, 0, Instant.EPOCH, Trees.NONE);
    Root full =
        root(
            drive,
            1,
            Instant.MAX,
            new Trees(new Pages(3, List.of(ref(5000))), new Pages(1, List.of(ref(7)))));
    for (Root root : List.of(empty, full)) {
      assertThat(root.encode()).hasSize(Root.ENCODED);
      assertBentIsHandled(root.encode(), encoded -> Root.decode(encoded).encode());
    }
    SignedRoot signed =
        SignedRoot.seal(
            full,
            Digest.sha256(new byte[0]),
            new KeyRing(() -> 0, generation -> Optional.of(Secret.of(new byte[32]))),
            (label, message) -> new byte[SignedRoot.SIGNATURE]);
    assertBentIsHandled(signed.encode(), encoded -> SignedRoot.decode(encoded).encode());
  }

  private Root root(DriveId drive, long number, Instant time, Trees trees) {
    return new Root(
        drive,
        number,
        AccountId.random(),
        DeviceId.random(),
        time,
        trees,
        new RosterHead(0, CHAIN.hash()),
        CHAIN,
        CHAIN.hash());
  }

  /** Each cut, many flips, and noise: either the same bytes come back, or it is malformed. */
  private void assertBentIsHandled(byte[] honest, Recoding recoding) throws IOException {
    assertThat(recoding.of(honest)).isEqualTo(honest);
    int taken = 0;
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bent = bent(honest);
      try {
        assertThat(recoding.of(bent)).as("seed %s, attempt %s", SEED, i).isEqualTo(bent);
        taken++;
      } catch (Malformed e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
    assertThat(taken).isGreaterThan(100);
  }

  private byte[] bent(byte[] honest) {
    byte[] bent = honest.clone();
    switch (random.nextInt(6)) {
      case 0 -> bent = Arrays.copyOf(bent, random.nextInt(bent.length));
      case 1 -> bent = Arrays.copyOf(bent, bent.length + 1 + random.nextInt(100));
      case 2 -> random.nextBytes(bent);
      case 3 -> bent[random.nextInt(Math.min(16, bent.length))] = (byte) random.nextInt();
      default -> bent[random.nextInt(bent.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bent;
  }

  @Test
  @Tag("S4.20")
  void theLongestFileHasAListOfTheGreatestHeight() throws Exception {
    Content longest = new Content(Content.MAX_LENGTH, 4, List.of(ref(400)));
    SegmentList list = new SegmentList(longest.height(), List.of(ref(400), ref(400)));

    assertThat(SegmentList.covered(3)).isLessThan(Content.segments(Content.MAX_LENGTH));
    assertThat(SegmentList.decode(list.encode())).isEqualTo(list);
  }

  @Test
  void namesSortAsTheirBytesDo() {
    List<Name> names = new ArrayList<>();
    for (String text :
        List.of("a", "A", "ä", "z", "日", "\ue000", "\uff5e", "🎉", "𝔘", "a🎉", "a\ue000")) {
      names.add(Name.of(text));
    }
    List<Name> byBytes = new ArrayList<>(names);
    byBytes.sort((one, other) -> Arrays.compareUnsigned(one.encode(), other.encode()));

    assertThat(names.stream().sorted()).containsExactlyElementsOf(byBytes);
  }

  @Test
  void namesAreComposed() {
    assertThat(Name.of("a\u0308")).isEqualTo(Name.of("\u00e4"));
    assertThat(Name.of("\u212b").text()).isEqualTo("\u00c5");
  }

  @Test
  @Tag("S4.D")
  void aNameComesBackFromWhatIsShownOfIt() {
    for (String text :
        List.of(
            "plain",
            "\u00e4",
            "a\u0308",
            "\u212b",
            "a\u200bb",
            "\u202egnp.exe",
            "a\u001b[2J",
            "tab\there",
            "\\u{61}",
            "\\u{5c}u{61}",
            "back\\slash",
            "\\u{",
            "🏳️‍🌈")) {
      Name name = new Name(text);
      assertThat(Name.typed(name.visible())).as(name.visible()).isEqualTo(name);
      assertThat(name.visible().codePoints()).noneMatch(ForeignText::isTreacherous);
    }
    assertThat(Name.typed("a\u0308")).isEqualTo(Name.of("\u00e4"));
    assertThat(new Name("a\u0308").visible()).isEqualTo("a\\u{308}");
    for (String none : List.of("\\u{2f}", "\\u{0}", "\\u{d800}", "\\u{110000}", "\\u{2e}.")) {
      assertThatThrownBy(() -> Name.typed(none))
          .as(none)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Page leaf(int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Name name = Name.of("name %05d ä".formatted(i));
      entries.add(
          i % 3 == 0
              ? new Entry.Folder(
                  name,
                  ItemId.random(),
                  Instant.ofEpochSecond(i, i),
                  i % 2 == 0 ? Pages.NONE : new Pages(2, List.of(ref(100))))
              : new Entry.File(name, ItemId.random(), Instant.MIN, i % 2 == 0, i, content(i)));
    }
    return new Page.Leaf(entries);
  }

  private Content content(int kind) {
    long full = Ref.MAX_LENGTH;
    return switch (kind % 4) {
      case 0 -> Content.EMPTY;
      case 1 -> new Content(77, 0, List.of(ref(77)));
      case 2 -> new Content(full + 3, 0, List.of(ref((int) full), ref(3)));
      default -> new Content(5000 * full, 2, List.of(ref(400)));
    };
  }

  private Page inner(int count) {
    List<Page.Child> children = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      children.add(new Page.Child(Name.of("%08d".formatted(i)), ref(16_000)));
    }
    return new Page.Inner(4, children);
  }

  private Ref ref(int length) {
    byte[] digest = new byte[Digest.LENGTH];
    random.nextBytes(digest);
    return new Ref(
        PackName.random(),
        random.nextInt(1 << 20),
        length,
        random.nextInt(5),
        random.nextInt(1000),
        Digest.of(digest));
  }
}
