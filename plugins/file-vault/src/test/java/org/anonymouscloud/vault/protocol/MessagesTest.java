package org.anonymouscloud.vault.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The records as docs/formats/vault-wire.md shows them. */
final class MessagesTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "formats", "vault-wire.md");
  private static final String NAME = "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4";
  private static final String OTHER = "aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg";

  private static final byte[] DRIVE = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
  private static final byte[] BYTES = {1, 2, 3};

  private static byte[] listed() {
    return ByteBuffer.allocate(DriveId.LENGTH + 8).put(DRIVE).putLong(6).array();
  }

  private static Map<String, Record> examples() {
    Map<String, Record> examples = new LinkedHashMap<>();
    examples.put("DriveList", new VaultMessages.DriveList(DRIVE));
    examples.put("DriveListed", new VaultMessages.DriveListed(listed(), false));
    examples.put("DriveCreate", new VaultMessages.DriveCreate(BYTES, BYTES));
    examples.put("DriveDelete", new VaultMessages.DriveDelete(DRIVE));
    examples.put("RosterGet", new VaultMessages.RosterGet(DRIVE, 2));
    examples.put("RosterGot", new VaultMessages.RosterGot(List.of(BYTES, new byte[] {4}), true));
    examples.put("RosterPut", new VaultMessages.RosterPut(DRIVE, BYTES, new byte[0]));
    examples.put("GrantGet", new VaultMessages.GrantGet(DRIVE, VaultMessages.NEWEST));
    examples.put("GrantGot", new VaultMessages.GrantGot(5, BYTES));
    examples.put("RootGet", new VaultMessages.RootGet(DRIVE, VaultMessages.NEWEST));
    examples.put("RootGot", new VaultMessages.RootGot(7, BYTES, 2));
    examples.put(
        "RootMove",
        new VaultMessages.RootMove(
            DRIVE,
            8,
            BYTES,
            PackName.encodeAll(List.of(new PackName(NAME))),
            PackName.encodeAll(List.of(new PackName(OTHER))),
            false));
    examples.put("PackPut", new VaultMessages.PackPut(DRIVE, NAME, VaultMessages.MAX_PACK, true));
    examples.put("PackGet", new VaultMessages.PackGet(DRIVE, NAME, 4096, 65_536));
    examples.put(
        "PackDrop",
        new VaultMessages.PackDrop(DRIVE, PackName.encodeAll(List.of(new PackName(OTHER)))));
    examples.put("PackList", new VaultMessages.PackList(DRIVE, new PackName(OTHER).encode()));
    examples.put(
        "PackListed",
        new VaultMessages.PackListed(
            ByteBuffer.allocate(VaultMessages.LISTED_PACK)
                .put(new PackName(NAME).encode())
                .put((byte) 24)
                .array(),
            false));
    examples.put(
        "PackAsk",
        new VaultMessages.PackAsk(DRIVE, PackName.encodeAll(List.of(new PackName(OTHER)))));
    examples.put(
        "PackMissing",
        new VaultMessages.PackMissing(PackName.encodeAll(List.of(new PackName(OTHER)))));
    examples.put("UsageGet", new VaultMessages.UsageGet(DRIVE));
    examples.put(
        "Usage", new VaultMessages.Usage(16_777_216, 1L << 40, 8192, 4096, 1, 1_800_000_000));
    examples.put("Empty", new VaultMessages.Empty());
    return examples;
  }

  @Test
  void theExamplesOfThePageAreWhatIsSent() throws IOException {
    String page = Files.readString(PAGE);
    examples()
        .forEach(
            (name, message) ->
                assertThat(shown(page, name))
                    .isEqualTo(HexFormat.of().formatHex(Cbor.encode(message))));
  }

  /** The hexadecimal text that stands after a name at a line's start, over as many lines. */
  private static String shown(String page, String name) {
    Matcher example =
        Pattern.compile("^" + name + " +((?:[0-9a-f]+\\s+)+)", Pattern.MULTILINE).matcher(page);
    assertThat(example.find()).as(name).isTrue();
    return example.group(1).replaceAll("\\s", "");
  }

  @Test
  void eachMessageComesBack() throws Malformed {
    for (Record message : examples().values()) {
      assertThat(Cbor.decode(Cbor.encode(message), message.getClass()))
          .usingRecursiveComparison()
          .isEqualTo(message);
    }
  }

  @Test
  @Tag("A36")
  void aMessageWithoutOneOfItsFieldsIsMalformed() {
    byte[] nameAlone = HexFormat.of().parseHex("a1646e616d656161");
    assertThatThrownBy(() -> Cbor.decode(nameAlone, VaultMessages.PackPut.class))
        .isInstanceOf(Malformed.class);
  }

  @Test
  void aNewerPeerMaySayMore() throws Malformed {
    byte[] withMore = HexFormat.of().parseHex("a3656472697665420102666e756d62657207636e65770a");
    assertThat(Cbor.decode(withMore, VaultMessages.RootGet.class))
        .usingRecursiveComparison()
        .isEqualTo(new VaultMessages.RootGet(new byte[] {1, 2}, 7));
  }
}
