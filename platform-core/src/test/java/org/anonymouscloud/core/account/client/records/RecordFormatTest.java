package org.anonymouscloud.core.account.client.records;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.Secret;
import org.junit.jupiter.api.Test;

/** The worked example of a row in docs/formats/account.md, "Records". */
final class RecordFormatTest {
  private static final JsonNode EXAMPLE = example();

  private static JsonNode example() {
    try (InputStream in = RecordFormatTest.class.getResourceAsStream("records-v1.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] hex(String field) {
    return HexFormat.of().parseHex(EXAMPLE.path(field).asText());
  }

  @Test
  void theProgramOpensTheExample() throws Exception {
    try (Secret secret = Secret.of(hex("deviceSecret"));
        RecordKeys keys = new RecordKeys(secret)) {
      Digest place = keys.place("chat", "group/1");
      assertThat(keys.owner("chat").bytes()).isEqualTo(hex("owner"));
      assertThat(place.bytes()).isEqualTo(hex("place"));
      assertThat(keys.openKey("chat", place, hex("key"))).isEqualTo("group/1");
      assertThat(keys.openValue("chat", place, hex("value"))).isEqualTo(ascii("forty-two"));
      SealedRecord row = new SealedRecord(place, keys.owner("chat"), hex("key"), hex("value"));
      assertThat(keys.code(row).bytes()).isEqualTo(hex("code"));
      RecordState state = keys.openState(hex("state"));
      assertThat(state.changes()).isEqualTo(12);
      assertThat(state.sum()).isEqualTo(hex("code"));
      assertThat(state.settled()).isEqualTo(hex("settled"));
      assertThat(state.sent()).isEqualTo(hex("sent"));
      assertThat(state.stale()).isEqualTo(Set.of(keys.owner("notes")));
      assertThat(keys.openMark(state.settled())).isEqualTo(7);
      assertThat(keys.openMark(state.sent())).isEqualTo(9);
    }
  }

  /** From here on nothing of this package is used, only what the document says. */
  @Test
  void theDocumentAloneOpensTheExample() throws Exception {
    byte[] owner = hmac("record-place", ascii("chat"));
    byte[] place = hmac("record-place", ascii("chat\0group/1"));
    assertThat(owner).isEqualTo(hex("owner"));
    assertThat(place).isEqualTo(hex("place"));
    byte[] context = join(ascii("\0chat\0"), place);
    assertThat(open("record-key", context, hex("key"))).isEqualTo(ascii("group/1"));
    assertThat(open("record-value", context, hex("value"))).isEqualTo(ascii("forty-two"));
    byte[] code =
        hmac(
            "record-sum",
            join(
                place,
                owner,
                Digest.sha256(hex("key")).bytes(),
                Digest.sha256(hex("value")).bytes()));
    assertThat(code).isEqualTo(hex("code"));
    assertThat(open("record-mark", new byte[0], hex("settled")))
        .isEqualTo(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 7});
    assertThat(open("record-state", new byte[0], hex("state")))
        .isEqualTo(
            join(
                new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 12},
                code,
                new byte[] {81},
                hex("settled"),
                new byte[] {81},
                hex("sent"),
                new byte[] {0, 1},
                hmac("record-place", ascii("notes"))));
  }

  @Test
  void theNumbersInTheDocumentAreThoseOfTheExample() throws Exception {
    String document = Files.readString(Path.of("..", "docs", "formats", "account.md"));
    for (String field : List.of("owner", "place", "code")) {
      assertThat(document).contains(" " + EXAMPLE.path(field).asText());
    }
  }

  private static Secret key(String name) {
    try (Secret secret = Secret.of(hex("deviceSecret"))) {
      return Hkdf.SHA256.key(secret, "anonymouscloud/account/v1/local-" + name);
    }
  }

  private static byte[] hmac(String name, byte[] data) {
    return Hmac.sha256(key(name), data, 0, data.length).bytes();
  }

  private static byte[] open(String name, byte[] place, byte[] sealed) throws Exception {
    byte[] context = join(ascii("anonymouscloud/account/v1/local-" + name), place);
    return ChunkedEncryption.open(key(name), context, sealed);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
