package org.anonymouscloud.vault.client.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.drive.Attributes;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document is enough to read a drive: what reads it here knows nothing else. */
final class IndependentDecoderTest {
  private static final Attributes PLAIN = new Attributes(Instant.EPOCH, false);

  @TempDir private Path folder;

  @Test
  void thePublishedDriveIsReadFromTheDocumentAlone() throws Exception {
    JsonNode vectors;
    try (var in = IndependentDecoderTest.class.getResourceAsStream("/vault-vectors/drive.json")) {
      vectors = new ObjectMapper().readTree(in);
    }
    Map<String, byte[]> packs = new HashMap<>();
    vectors
        .path("packs")
        .properties()
        .forEach(pack -> packs.put(pack.getKey(), hex(pack.getValue())));
    IndependentDecoder decoder =
        new IndependentDecoder(
            hex(vectors.path("drive_id")), generation -> hex(vectors.path("drive_secret")), packs);

    byte[] root = hex(vectors.path("roots").get(1));
    byte[] key = hex(vectors.path("device_public_key"));
    assertThat(decoder.tree(root, key)).isEqualTo(texts(vectors.path("tree"))).hasSize(6);
    assertThat(decoder.aside(root, key)).isEqualTo(texts(vectors.path("aside"))).hasSize(5);
    assertThat(decoder.states(root, key))
        .isEqualTo(
            "swept 2026-11-01T08:00:30.000000001Z, 7 days, 4 weeks, from 1, 0 since"
                + " 2026-11-01T07:59:00.000000001Z, 1 since 2026-11-01T08:00:00.000000001Z");
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    object.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
    return texts;
  }

  @Test
  void aDriveThatWasJustWrittenIsReadFromTheDocumentAlone() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    Map<String, String> hidden = new TreeMap<>();
    try (TestServer server = TestServer.start(folder)) {
      fill(server.account(), expected, hidden);
      readAgain(server.line(), server.account(), expected, hidden);
    }
  }

  private static void fill(
      TestAccount account, Map<String, String> expected, Map<String, String> hidden)
      throws IOException {
    try (Drive drive = Drive.home(account, Clock.systemUTC())) {
      try (Batch batch = drive.batch()) {
        folder(batch, "/many", expected);
        for (int i = 0; i < 1_000; i++) {
          file(batch, "/many/file " + i, i, expected);
        }
        file(batch, "/seven segments", 6 * 1_047_488 + 5, expected);
        file(batch, "/Größe", 1_047_488, expected);
        batch.commit();
      }
      account.rotate();
      try (Batch batch = drive.batch()) {
        folder(batch, "/later", expected);
        file(batch, "/later/in another generation", 30_000, expected);
        file(batch, "/seven segments", 6 * 1_047_488 + 6, expected);
        batch.remove(VaultPath.of("/many/file 500"), false, new Precondition.Anything());
        expected.remove("/many/file 500");
        batch.commit();
      }
      try (Batch batch = drive.batch()) {
        batch.discard(
            VaultPath.of("/later/in another generation"), false, new Precondition.Anything());
        hidden.put("/later/in another generation", expected.remove("/later/in another generation"));
        batch.commit();
      }
    }
  }

  private static void readAgain(
      Interposer server,
      TestAccount account,
      Map<String, String> expected,
      Map<String, String> hidden)
      throws Exception {
    RawDrive raw = RawDrive.of(account);
    List<byte[]> secrets = List.of(raw.secret(0), raw.secret(1));
    IndependentDecoder decoder =
        new IndependentDecoder(raw.id().bytes(), secrets::get, server.packs());

    assertThat(decoder.tree(server.roots().getLast(), account.verifyKey())).isEqualTo(expected);
    Map<String, String> aside = decoder.aside(server.roots().getLast(), account.verifyKey());
    hidden.forEach(
        (path, hash) ->
            assertThat(aside)
                .hasEntrySatisfying(
                    new Condition<>(
                        found -> found.matches("/trash/\\d{8}T\\d{6}\\.\\d{3}Z-[0-9a-f]{8}" + path),
                        path),
                    new Condition<>(hash::equals, hash)));
    byte[] forged = server.roots().getLast().clone();
    forged[300] ^= 1;
    assertThatThrownBy(() -> decoder.tree(forged, account.verifyKey()))
        .isInstanceOf(IndependentDecoder.Wrong.class);
  }

  private static void folder(Batch batch, String path, Map<String, String> expected)
      throws IOException {
    batch.makeFolder(VaultPath.of(path), Instant.EPOCH);
    expected.put(path + "/", "");
  }

  private static void file(Batch batch, String path, int size, Map<String, String> expected)
      throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    batch.write(
        VaultPath.of(path), new ByteArrayInputStream(content), PLAIN, new Precondition.Anything());
    expected.put(path, Digest.sha256(content).toString());
  }

  private static byte[] hex(JsonNode text) {
    return HexFormat.of().parseHex(text.asText());
  }
}
