package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.ChosenSalt;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.vault.client.format.Place.Kind;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.RosterHead;
import org.junit.jupiter.api.Test;

/** Makes the drive of docs/formats/vault.md from fixed keys, salts, names and times. */
final class VaultVectorsTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Instant TIME = Instant.parse("2026-11-01T08:00:00.000000001Z");

  private static final byte[] SPARSE_END = "end".getBytes(UTF_8);

  private static final KeptStates STATES =
      new KeptStates(
          TIME.plusSeconds(30),
          7,
          4,
          1,
          List.of(
              new KeptStates.Earlier(0, TIME.minusSeconds(60)), new KeptStates.Earlier(1, TIME)));

  private final byte[] secret = filled(32, 0x11);
  private final DriveKeys keys = DriveKeys.of(Secret.of(secret.clone()));
  private final KeyRing ring =
      new KeyRing(() -> 0, generation -> Optional.of(Secret.of(secret.clone())));
  private final DriveId drive = DriveKeys.home(Secret.of(secret.clone()));
  private final AccountId account = AccountId.of(filled(AccountId.LENGTH, 0xcc));
  private final DeviceId device = DeviceId.of(filled(DeviceId.LENGTH, 0x22));
  private final SigningKey deviceKey = SigningKey.fromSeed(Secret.of(filled(32, 0x33)));
  private final ObjectNode vectors = JSON.createObjectNode();
  private int salts;

  @Test
  void theDriveOfTheDocumentIsMadeByteForByte() throws Exception {
    build();
    Path made = Files.createDirectories(Path.of("target", "vault-vectors")).resolve("drive.json");
    Files.writeString(made, JSON.writeValueAsString(vectors) + "\n");

    JsonNode published;
    try (var in = VaultVectorsTest.class.getResourceAsStream("/vault-vectors/drive.json")) {
      published = JSON.readTree(in);
    }
    assertThat(published).as("what is published, against %s", made).isEqualTo(vectors);
  }

  @Test
  void theDocumentsExampleIsOneOfTheVectors() throws Exception {
    build();
    String document = Files.readString(Path.of("../../docs/formats/vault.md"));

    for (JsonNode line : vectors.path("example")) {
      assertThat(document).contains(line.asText());
    }
  }

  @Test
  void whatWasMadeIsOpenedByTheClassesThatReadDrives() throws Exception {
    build();
    SignedRoot signed = SignedRoot.decode(HEX.parseHex(vectors.path("roots").get(1).asText()));

    assertThat(
            Signatures.verify(
                deviceKey.verifyKey(),
                SignedRoot.SIGNATURE_LABEL,
                signed.signed(drive),
                signed.signature()))
        .isTrue();
    Root root = signed.open(drive, ring);
    assertThat(root.number()).isEqualTo(1);
    assertThat(root.chain()).isEqualTo(new ChainFloor(3, Digest.of(filled(32, 0x88))));
    Ref top = root.top().top();
    byte[] pack = HEX.parseHex(vectors.path("packs").path(top.pack().text()).asText());
    byte[] plain = new byte[top.length()];
    new Sealing(ring)
        .open(
            new Place(drive, Kind.PAGE, 1, ItemId.top(drive), 1, 0),
            top,
            pack,
            top.offset(),
            plain);
    Page page = Page.decode(plain, 1);
    assertThat(page.encode()).isEqualTo(plain);
    assertThat(((Page.Leaf) page).entries())
        .extracting(entry -> entry.name().text())
        .containsExactly("docs", "latest", "run.sh", "sparse", "ä empty");
  }

  private void build() {
    ItemId docs = ItemId.of(filled(16, 0x44));
    ItemId hello = ItemId.of(filled(16, 0x55));
    ItemId run = ItemId.of(filled(16, 0x66));
    byte[] helloText = "Hello, vault.\n".getBytes(UTF_8);
    byte[] runText = new byte[20_000];
    for (int i = 0; i < runText.length; i++) {
      runText[i] = (byte) ((i * i) >> 3);
    }
    vectors.put("drive_secret", HEX.formatHex(secret));
    vectors.put("account", HEX.formatHex(account.bytes()));
    vectors.put("device", HEX.formatHex(device.bytes()));
    vectors.put("device_public_key", HEX.formatHex(deviceKey.verifyKey().bytes()));
    vectors.put("drive_id", HEX.formatHex(drive.bytes()));
    vectors.put("segment_key", HEX.formatHex(keys.segment().bytes()));
    vectors.put("node_key", HEX.formatHex(keys.node().bytes()));
    vectors.put("root_key", HEX.formatHex(keys.root().bytes()));
    vectors.put("digest_key", HEX.formatHex(keys.digest().bytes()));

    Building first = new Building(0xa0);
    Place helloPlace = new Place(drive, Kind.CONTENT, 0, hello, 1, 0);
    Ref helloRef = first.add(helloPlace, helloText);
    example(helloPlace, helloText, helloRef);
    Entry.File helloEntry =
        new Entry.File(
            Name.of("hello.txt"),
            hello,
            TIME,
            false,
            1,
            new Content(helloText.length, 0, List.of(helloRef)));
    Ref docsPage =
        first.add(
            new Place(drive, Kind.PAGE, 1, docs, 0, 0),
            new Page.Leaf(List.of(helloEntry)).encode());
    Entry.Folder docsEntry =
        new Entry.Folder(Name.of("docs"), docs, TIME, new Pages(1, List.of(docsPage)));
    Pages firstTop =
        new Pages(
            1,
            List.of(
                first.add(
                    new Place(drive, Kind.PAGE, 1, ItemId.top(drive), 0, 0),
                    new Page.Leaf(List.of(docsEntry)).encode())));
    first.close(4096);
    Root root =
        new Root(
            drive,
            0,
            account,
            device,
            TIME,
            new Trees(firstTop, Pages.NONE),
            new RosterHead(0, Digest.of(filled(32, 0x99))),
            new ChainFloor(0, Digest.of(filled(32, 0x77))),
            RootHeader.NOTHING);
    SignedRoot firstSigned = sign(root, RootHeader.NOTHING);

    Building second = new Building(0xb0);
    Ref runRef = second.add(new Place(drive, Kind.CONTENT, 0, run, 1, 0), runText);
    Entry.File runEntry =
        new Entry.File(
            Name.of("run.sh"), run, TIME, true, 1, new Content(runText.length, 0, List.of(runRef)));
    Entry.Folder emptyEntry =
        new Entry.Folder(Name.of("a\u0308 empty"), ItemId.of(filled(16, 0x77)), TIME, Pages.NONE);
    Entry.Link link =
        new Entry.Link(
            Name.of("latest"), ItemId.of(filled(16, 0x88)), TIME, new LinkTarget("docs/hello.txt"));
    int sparseLength = 5 * Ref.MAX_LENGTH + 3;
    ItemId sparse = ItemId.of(filled(16, 0xbb));
    List<Extent> extents = new ArrayList<>(Collections.nCopies(6, Hole.ZEROS));
    extents.set(5, second.add(new Place(drive, Kind.CONTENT, 0, sparse, 1, 5), SPARSE_END));
    Ref list =
        second.add(
            new Place(drive, Kind.LIST, 1, sparse, 1, 0), new SegmentList(1, extents).encode());
    Entry.File sparseEntry =
        new Entry.File(
            Name.of("sparse"), sparse, TIME, false, 1, new Content(sparseLength, 1, List.of(list)));
    byte[] sparseBytes = new byte[sparseLength];
    System.arraycopy(SPARSE_END, 0, sparseBytes, 5 * Ref.MAX_LENGTH, SPARSE_END.length);
    Pages secondTop =
        new Pages(
            1,
            List.of(
                second.add(
                    new Place(drive, Kind.PAGE, 1, ItemId.top(drive), 1, 0),
                    new Page.Leaf(List.of(docsEntry, link, runEntry, sparseEntry, emptyEntry))
                        .encode())));
    Pages aside = aside(second, helloEntry);
    second.close(32_768);
    sign(
        new Root(
            drive,
            1,
            account,
            device,
            TIME.plusSeconds(60),
            new Trees(secondTop, aside),
            new RosterHead(2, Digest.of(filled(32, 0xaa))),
            new ChainFloor(3, Digest.of(filled(32, 0x88))),
            firstSigned.hash()),
        firstSigned.hash());
    ObjectNode tree = vectors.putObject("tree");
    tree.put("/docs/", "");
    tree.put("/docs/hello.txt", Digest.sha256(helloText).toString());
    tree.put("/run.sh", Digest.sha256(runText).toString());
    tree.put("/ä empty/", "");
    tree.put("/latest", "-> docs/hello.txt");
    tree.put("/sparse", Digest.sha256(sparseBytes).toString());
    ObjectNode hidden = vectors.putObject("aside");
    hidden.put("/states", Digest.sha256(STATES.encode()).toString());
    hidden.put("/trash/", "");
    hidden.put("/trash/20261101T080000.000Z-0badcafe/", "");
    hidden.put("/trash/20261101T080000.000Z-0badcafe/old/", "");
    hidden.put(
        "/trash/20261101T080000.000Z-0badcafe/old/hello.txt", Digest.sha256(helloText).toString());
  }

  /** /old/hello.txt in the trash, which is the file at /docs/hello.txt once more. */
  private Pages aside(Building pack, Entry.File file) {
    vectors.put("aside_id", HEX.formatHex(ItemId.aside(drive).bytes()));
    ItemId removal = ItemId.of(filled(16, 0x99));
    ItemId old = removal.holding(Name.of("old"));
    vectors.put("holder_id", HEX.formatHex(old.bytes()));
    Entry.Folder oldEntry = new Entry.Folder(Name.of("old"), old, TIME, leaf(pack, old, file));
    Entry.Folder removalEntry =
        new Entry.Folder(
            Name.of("20261101T080000.000Z-0badcafe"), removal, TIME, leaf(pack, removal, oldEntry));
    ItemId trash = ItemId.of(filled(16, 0xaa));
    Entry.Folder trashEntry =
        new Entry.Folder(Name.of("trash"), trash, TIME, leaf(pack, trash, removalEntry));
    return leaf(pack, ItemId.aside(drive), statesEntry(pack), trashEntry);
  }

  private Entry.File statesEntry(Building pack) {
    ItemId id = ItemId.of(filled(16, 0xbb));
    byte[] encoded = STATES.encode();
    Ref ref = pack.add(new Place(drive, Kind.CONTENT, 0, id, 1, 0), encoded);
    vectors.put("states", HEX.formatHex(encoded));
    return new Entry.File(
        Name.of("states"), id, TIME, false, 1, new Content(encoded.length, 0, List.of(ref)));
  }

  private Pages leaf(Building pack, ItemId folder, Entry... entries) {
    Place place = new Place(drive, Kind.PAGE, 1, folder, 1, 0);
    return new Pages(1, List.of(pack.add(place, new Page.Leaf(List.of(entries)).encode())));
  }

  private void example(Place place, byte[] plain, Ref ref) {
    ArrayNode lines = vectors.putArray("example");
    lines.add("context  " + HEX.formatHex(place.context(), 0, 32));
    lines.add("         " + HEX.formatHex(place.context(), 32, place.context().length));
    lines.add("plain    " + HEX.formatHex(plain));
    lines.add("digest   " + ref.digest());
    lines.add("pack     " + ref.pack());
  }

  private SignedRoot sign(Root root, Digest previous) {
    byte[] sealed =
        ChosenSalt.seal(
            keys.root(), salt(), SignedRoot.context(drive, root.number()), root.encode());
    SignedRoot signed =
        SignedRoot.sign(
            root,
            0,
            previous,
            sealed,
            (label, message) -> Signatures.sign(deviceKey, label, message));
    vectors.withArray("roots").add(HEX.formatHex(signed.encode()));
    return signed;
  }

  private byte[] salt() {
    byte[] salt = new byte[24];
    salt[23] = (byte) ++salts;
    return salt;
  }

  private static byte[] filled(int length, int octet) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) octet);
    return bytes;
  }

  /** A pack that is being filled. */
  private final class Building {
    private final PackName name;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Building(int octet) {
      byte[] encoded = filled(PackName.LENGTH, octet);
      encoded[PackName.LENGTH - 1] = (byte) (octet % PackName.EXTENSIONS.size());
      try {
        this.name = PackName.decode(encoded, 0);
      } catch (org.anonymouscloud.core.wire.Malformed e) {
        throw new AssertionError(e);
      }
    }

    Ref add(Place place, byte[] plain) {
      Secret key = place.kind() == Kind.CONTENT ? keys.segment() : keys.node();
      Digest digest = Hmac.sha256(keys.digest(), plain, 0, plain.length);
      Ref ref = new Ref(name, bytes.size(), plain.length, 0, place.version(), digest);
      bytes.writeBytes(ChosenSalt.seal(key, salt(), place.context(), plain));
      return ref;
    }

    /** In a real pack the rest is like sealed segments; here it says what it is. */
    void close(int length) {
      while (bytes.size() < length) {
        bytes.write(0xee);
      }
      vectors.withObject("/packs").put(name.text(), HEX.formatHex(bytes.toByteArray()));
    }
  }
}
