package org.anonymouscloud.vault.client.members;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.ChosenSalt;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Makes the members of docs/formats/drive.md from fixed keys, salts and times: alice's drive, which
 * bob and carol may use, and carol no more.
 */
final class RosterVectorsTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final long TIME = 1_793_520_000_000L;
  private static final Name NAME = new Name("plans");
  private static final DriveId DRIVE = DriveId.of(filled(DriveId.LENGTH, 0xd0));

  private static final Person ALICE = new Person("alice", 0xa0, Right.OWN);
  private static final Person BOB = new Person("bob", 0xb0, Right.WRITE);
  private static final Person CAROL = new Person("carol", 0xc0, Right.READ);

  private final ObjectNode vectors = JSON.createObjectNode();
  private final List<SignedRoster> rosters = new ArrayList<>();
  private JsonNode published = JSON.missingNode();

  /** An account with one device, all of whose keys follow from a number. */
  private record Person(String name, int number, Right right) {
    AccountId account() {
      return AccountId.of(filled(AccountId.LENGTH, number));
    }

    DeviceId device() {
      return DeviceId.of(filled(DeviceId.LENGTH, number + 1));
    }

    byte[] deviceSeed() {
      return filled(SigningKey.SEED_LENGTH, number + 2);
    }

    SigningKey deviceKey() {
      return SigningKey.fromSeed(Secret.of(deviceSeed()));
    }

    byte[] rootSecret() {
      return filled(32, number + 3);
    }

    /** As account.md derives it from the root secret. */
    OpeningKey shareKey() {
      byte[] label = "anonymouscloud/account/v1/share-key\0".getBytes(US_ASCII);
      byte[] info =
          ByteBuffer.allocate(label.length + AccountId.LENGTH + 4)
              .put(label)
              .put(account().bytes())
              .putInt(0)
              .array();
      return OpeningKey.fromSeed(
          Secret.of(Hkdf.SHA256.derive(new byte[0], rootSecret(), info, OpeningKey.SEED_LENGTH)));
    }

    Member member() {
      ChainFloor link = new ChainFloor(number & 0xf, Digest.of(filled(Digest.LENGTH, number + 4)));
      return new Member(account(), right, 0, link);
    }
  }

  @BeforeEach
  void everythingIsMade() throws Exception {
    try (var in = RosterVectorsTest.class.getResourceAsStream("/vault-vectors/drives.json")) {
      published = in == null ? JSON.createObjectNode() : JSON.readTree(in);
    }
    vectors.put("drive_id", HEX.formatHex(DRIVE.bytes()));
    vectors.put("name", NAME.text());
    for (Person person : List.of(ALICE, BOB, CAROL)) {
      vectors
          .withObject("/accounts")
          .putObject(person.name())
          .put("account", HEX.formatHex(person.account().bytes()))
          .put("device", HEX.formatHex(person.device().bytes()))
          .put("device_key_seed", HEX.formatHex(person.deviceSeed()))
          .put("device_public_key", HEX.formatHex(person.deviceKey().verifyKey().bytes()))
          .put("root_secret", HEX.formatHex(person.rootSecret()))
          .put("share_key_seed", HEX.formatHex(person.shareKey().seed().bytes()));
    }
    for (int generation = 0; generation < 2; generation++) {
      vectors.withArray("generations").add(keys(generation));
    }
    add(0, -1, List.of(ALICE));
    add(0, 4, List.of(ALICE, BOB, CAROL));
    add(1, 5, List.of(ALICE, BOB));
    grants(0, List.of(ALICE, BOB, CAROL));
    grants(1, List.of(ALICE, BOB));
    example();
  }

  private static byte[] secret(int generation) {
    return filled(DriveKeys.SECRET, 0x11 * (generation + 1));
  }

  private static ObjectNode keys(int generation) {
    try (Secret secret = Secret.of(secret(generation));
        DriveKeys keys = DriveKeys.of(secret)) {
      return JSON.createObjectNode()
          .put("drive_secret", HEX.formatHex(secret.bytes()))
          .put("commitment", DriveKeys.commitment(secret).toString())
          .put("roster_key", HEX.formatHex(keys.roster().bytes()));
    }
  }

  /** Alice makes the next roster. */
  private void add(int generation, long root, List<Person> members) throws Exception {
    int number = rosters.size();
    Digest nothing = Roster.NOTHING;
    Roster list =
        new Roster(
            DRIVE,
            number,
            number == 0 ? nothing : rosters.getLast().head().hash(),
            ALICE.account(),
            ALICE.device(),
            TIME + number * 60_000L,
            generation,
            DriveKeys.commitment(Secret.of(secret(generation))),
            root,
            root == -1 ? nothing : Digest.of(filled(Digest.LENGTH, (int) (0x70 + root))),
            ALICE.account(),
            number == 0 ? Long.MAX_VALUE : 1L << 30,
            members.stream().map(Person::member).toList());
    byte[] inside =
        ByteBuffer.allocate(102)
            .put((byte) 1)
            .put((byte) NAME.encode().length)
            .put(Arrays.copyOf(NAME.encode(), 64))
            .putInt(0)
            .put(generation == 0 ? new byte[32] : secret(0))
            .array();
    byte[] label = "anonymouscloud/vault/v1/roster\0".getBytes(US_ASCII);
    byte[] context =
        ByteBuffer.allocate(label.length + DriveId.LENGTH + 8)
            .put(label)
            .put(DRIVE.bytes())
            .putLong(number)
            .array();
    byte[] salt = new byte[24];
    salt[23] = (byte) (number + 1);
    try (DriveKeys keys = DriveKeys.of(Secret.of(secret(generation)))) {
      byte[] sealed = ChosenSalt.seal(keys.roster(), salt, context, inside);
      byte[] signed = joined(list.encode(), sealed);
      byte[] signature =
          Signatures.sign(ALICE.deviceKey(), "anonymouscloud/vault/v1/roster", signed);
      SignedRoster roster = SignedRoster.decode(joined(signed, signature));
      rosters.add(roster);
      vectors
          .withArray("rosters")
          .addObject()
          .put("roster", HEX.formatHex(roster.encode()))
          .put("hash", roster.head().hash().toString())
          .put("context", HEX.formatHex(context))
          .put("inside", HEX.formatHex(inside));
    }
  }

  /** What is sealed with HPKE is random: what is published is kept, and must open. */
  private void grants(int generation, List<Person> members) {
    for (Person person : members) {
      ArrayNode grants = vectors.withArray("grants");
      JsonNode kept = published.path("grants").path(grants.size()).path("sealed");
      String sealed =
          kept.isTextual()
              ? kept.asText()
              : HEX.formatHex(
                  person
                      .shareKey()
                      .sealingKey()
                      .seal(info(), aad(person, generation), secret(generation)));
      grants
          .addObject()
          .put("account", person.name())
          .put("generation", generation)
          .put("sealed", sealed);
    }
  }

  private static byte[] info() {
    return "anonymouscloud/vault/v1/grant".getBytes(US_ASCII);
  }

  private static byte[] aad(Person person, int generation) {
    return ByteBuffer.allocate(36)
        .put(DRIVE.bytes())
        .put(person.account().bytes())
        .putInt(generation)
        .array();
  }

  /** Roster 2, cut into its fields, and what opens what is sealed in it. */
  private void example() {
    byte[] whole = rosters.getLast().encode();
    ByteBuffer in = ByteBuffer.wrap(whole);
    line("version", in, 1);
    line("drive id", in, 16);
    line("number", in, 8);
    line("hash before", in, 32);
    line("maker", in, 16);
    line("its device", in, 16);
    line("time", in, 8);
    line("generation", in, 4);
    line("commitment", in, 32);
    line("head", in, 40);
    line("payer", in, 16);
    line("limit", in, 8);
    line("members", in, 2);
    line("first member", in, 61);
    line("second member", in, 61);
    line("sealed", in, 174);
    line("signature", in, 64);
    assertThat(in.hasRemaining()).isFalse();
    JsonNode made = vectors.path("rosters").path(rosters.size() - 1);
    JsonNode keys = vectors.path("generations").path(rosters.getLast().list().generation());
    line("hash", made.path("hash").asText());
    line("drive secret", keys.path("drive_secret").asText());
    line("roster key", keys.path("roster_key").asText());
    line("context", made.path("context").asText());
    line("plain", made.path("inside").asText());
  }

  private void line(String name, ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    line(name, HEX.formatHex(field));
  }

  private void line(String name, String value) {
    vectors.withArray("example").add(String.format("%-13s  %s", name, value));
  }

  @Test
  void theRostersOfTheDocumentAreMadeByteForByte() throws Exception {
    Path made = Files.createDirectories(Path.of("target", "vault-vectors")).resolve("drives.json");
    Files.writeString(made, JSON.writeValueAsString(vectors) + "\n");

    assertThat(published).as("what is published, against %s", made).isEqualTo(vectors);
  }

  @Test
  void theDocumentsExampleIsOneOfTheVectors() throws Exception {
    String document = Files.readString(Path.of("../../docs/formats/drive.md"));

    assertThat(vectors.path("example")).hasSize(22);
    for (JsonNode line : vectors.path("example")) {
      assertThat(document).contains(line.asText());
    }
  }

  @Test
  void eachRosterFollowsAndOpensToTheClassesThatReadThem() throws Exception {
    for (int number = 0; number < rosters.size(); number++) {
      SignedRoster roster = rosters.get(number);
      int generation = roster.list().generation();

      assertThat(
              Signatures.verify(
                  ALICE.deviceKey().verifyKey(),
                  SignedRoster.SIGNATURE_LABEL,
                  roster.signed(),
                  roster.signature()))
          .isTrue();
      assertThat(
              number == 0
                  ? roster.list().isFirst()
                  : roster.list().mayFollow(rosters.get(number - 1).list()))
          .isTrue();
      try (DriveKeys keys = DriveKeys.of(Secret.of(secret(generation)));
          SignedRoster.Inside inside = roster.sealed().open(keys)) {
        assertThat(inside.name()).isEqualTo(NAME);
        assertThat(inside.before()).isZero();
        assertThat(inside.earlier().bytes()).isEqualTo(generation == 0 ? new byte[32] : secret(0));
      }
    }
  }

  @Test
  void eachGrantOpensToTheSecretToWhichItsRosterCommits() throws Exception {
    assertThat(vectors.path("grants")).hasSize(5);
    for (JsonNode grant : vectors.path("grants")) {
      Person person =
          List.of(ALICE, BOB, CAROL).stream()
              .filter(one -> one.name().equals(grant.path("account").asText()))
              .findFirst()
              .orElseThrow();
      int generation = grant.path("generation").asInt();
      Optional<SignedRoster> roster =
          rosters.stream().filter(one -> one.list().generation() == generation).findFirst();

      byte[] sealed = HEX.parseHex(grant.path("sealed").asText());
      byte[] opened = person.shareKey().open(info(), aad(person, generation), sealed);

      assertThat(sealed).hasSize(1168);
      assertThat(DriveKeys.commitment(Secret.of(opened)))
          .isEqualTo(roster.orElseThrow().list().commitment());
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] filled(int length, int octet) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) octet);
    return bytes;
  }
}
