package org.anonymouscloud.core.account.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainFloor;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of docs/formats/account.md. */
final class AccountFormatTest {
  private static final JsonNode EXAMPLE = example();
  private static final JsonNode GIVEN = EXAMPLE.path("given");
  private static final JsonNode MADE = EXAMPLE.path("made");
  private static final byte[] GENERATION_0 = new byte[4];
  private static final byte[] VERSION = {1};

  private final byte[] account = hex(GIVEN, "account");
  private final byte[] root = hex(GIVEN, "root");
  private final byte[] keys = concat(VERSION, hex(GIVEN, "identitySeed"), hex(GIVEN, "shareSeed"));
  private final List<byte[]> links = all("links");
  private final List<byte[]> slots = all("slots");

  private static JsonNode example() {
    try (InputStream in = AccountFormatTest.class.getResourceAsStream("account-v1.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<byte[]> all(String field) {
    List<byte[]> all = new ArrayList<>();
    MADE.path(field).forEach(value -> all.add(HexFormat.of().parseHex(value.asText())));
    return all;
  }

  @Test
  void theProgramMakesWhatTheExampleHas() throws Exception {
    NewAccount example = account();
    AccountId id = example.id();
    NewAccount.Records again =
        example.records(Secret.of(hex(GIVEN, "exportKey")), new DeviceName("laptop"), time());
    ChainLink link = ChainLink.decode(links.getFirst());

    // The sealed name is random, so the rest of the link is compared and signed again.
    byte[] made = again.link().encode();
    assertThat(Arrays.copyOf(made, made.length - 128 - 136))
        .isEqualTo(Arrays.copyOf(links.getFirst(), made.length - 128 - 136));
    ChainLink signed =
        example
            .device()
            .link(
                id,
                new ChainFloor(-1, ChainLink.NOTHING),
                time(),
                link.content().body(),
                example.keyBag().identity());
    assertThat(signed.encode()).isEqualTo(links.getFirst());
    for (SlotSecret secret : slotSecrets()) {
      SealedSlot slot = secret.seal(example.root(), 0, link.hash());
      assertThat(slots)
          .anySatisfy(
              record -> {
                assertThat(Arrays.copyOf(record, 22)).isEqualTo(Arrays.copyOf(slot.encode(), 22));
                assertThat(SealedSlot.decode(record).anchor()).isEqualTo(slot.anchor());
              });
    }
    assertThat(example.root().feature("file-vault").bytes()).isEqualTo(hex(MADE, "featureSecret"));
    byte[] handshake = hex(GIVEN, "handshakeHash");
    assertThat(AccountMethod.loginContext(handshake)).isEqualTo(hex(MADE, "loginContext"));
    assertThat(
            Signatures.sign(
                example.device().key(),
                AccountMethod.DEVICE_LOGIN_LABEL,
                AccountMethod.deviceLogin(id, example.device().id(), handshake)))
        .isEqualTo(hex(MADE, "deviceLoginSignature"));
  }

  @Test
  void theProgramOpensTheExample(@TempDir Path folder) throws Exception {
    List<SealedSlot> records = new ArrayList<>();
    for (byte[] slot : slots) {
      records.add(SealedSlot.decode(slot));
    }
    StoredAccount server =
        new StoredAccount(
            new NewAccount.Records(
                ChainLink.decode(links.getFirst()), records, hex(MADE, "keyBag")));
    server.links.add(links.get(1));
    OpenedAccount opened =
        OpenedAccount.open(
            new AccountQuestions(server), AccountId.of(account), slotSecrets().getFirst());

    assertThat(opened.roots().getFirst().secret().bytes()).isEqualTo(root);
    assertThat(opened.keyBag().encode().bytes()).isEqualTo(keys);
    List<NewDevice> devices = List.copyOf(opened.chain().state().devices().values());
    assertThat(devices).hasSize(2);
    for (int i = 0; i < 2; i++) {
      NewDevice device = devices.get(i);
      assertThat(
              DeviceName.open(
                      device.sealedName(),
                      AccountId.of(account),
                      device.id(),
                      opened.roots().getFirst())
                  .text())
          .isEqualTo(device(i).path("name").asText());
    }
    for (int i = 0; i < slots.size(); i++) {
      assertThat(
              slotSecrets().get(i).open(records.get(i), 0, opened.chain().state()).secret().bytes())
          .isEqualTo(root);
    }

    for (String name : List.of("device-secret", "account", "file-vault.root")) {
      Files.write(folder.resolve(name), hex(MADE.path("files"), name));
    }
    AccountFolder.Kept kept = new AccountFolder(folder).read().orElseThrow();
    LocalState state = kept.state();
    assertThat(state.confirmed()).isTrue();
    assertThat(state.server().toString()).isEqualTo(GIVEN.path("server").asText());
    assertThat(state.user().text()).isEqualTo("alice");
    assertThat(state.floor()).isEqualTo(opened.chain().state().head());
    assertThat(state.accountKey().bytes()).isEqualTo(hex(GIVEN, "accountKey"));
    assertThat(state.roots().getFirst().secret().bytes()).isEqualTo(root);
    assertThat(kept.feature("file-vault").get("root")).hasValue("forty-two".getBytes(UTF_8));
  }

  /** From here on nothing of this package is used, only what the document says. */
  @Test
  void theDocumentAloneOpensTheExample() throws Exception {
    byte[] first = links.getFirst();
    byte[] genesis = Digest.sha256(first).bytes();
    assertThat(first).hasSize(4090).startsWith(concat(VERSION, VERSION, account, new byte[40]));
    assertThat(ByteBuffer.wrap(first).getLong(58)).isEqualTo(GIVEN.path("time").asLong());
    byte[] identity = Arrays.copyOfRange(first, 66, 98);
    assertThat(identity).isEqualTo(publicKey(hex(GIVEN, "identitySeed")));
    List<byte[]> secrets = secretsByTheDocument();
    assertThat(Arrays.copyOfRange(first, 98, 1314)).isEqualTo(slotKey(secrets.get(0)));
    assertThat(Arrays.copyOfRange(first, 1314, 2530)).isEqualTo(slotKey(secrets.get(1)));
    assertThat(Arrays.copyOfRange(first, 2530, 2562))
        .isEqualTo(derive(root, "root-commitment", account, GENERATION_0));
    checkDevice(0, Arrays.copyOfRange(first, 2562, 3962), secrets.get(2));
    checkSignatures(first, identity, Arrays.copyOfRange(first, 2578, 2610));

    byte[] second = links.get(1);
    assertThat(second).hasSize(1594).startsWith(new byte[] {1, 2});
    assertThat(ByteBuffer.wrap(second).getLong(18)).isEqualTo(1);
    assertThat(Arrays.copyOfRange(second, 26, 58)).isEqualTo(genesis);
    checkDevice(1, Arrays.copyOfRange(second, 66, 1466), secrets.get(3));
    checkSignatures(second, identity, Arrays.copyOfRange(second, 82, 114));

    List<byte[]> ids =
        List.of(
            concat(new byte[] {1}, new byte[16]),
            concat(new byte[] {2}, new byte[16]),
            concat(new byte[] {3}, hex(device(0), "id")),
            concat(new byte[] {3}, hex(device(1), "id")));
    for (int i = 0; i < 4; i++) {
      checkSlot(slots.get(i), ids.get(i), secrets.get(i), genesis);
    }
    byte[] bag = hex(MADE, "keyBag");
    assertThat(bag).hasSize(142).startsWith(concat(VERSION, GENERATION_0));
    assertThat(
            open(
                derive(root, "key-bag"),
                concat(label("key-bag"), VERSION, account, GENERATION_0, new byte[8]),
                Arrays.copyOfRange(bag, 5, bag.length)))
        .isEqualTo(keys);
    checkFiles(Digest.sha256(second).bytes());
  }

  private void checkDevice(int number, byte[] device, byte[] secret) throws Exception {
    byte[] id = hex(device(number), "id");
    assertThat(device).startsWith(concat(id, publicKey(hex(device(number), "signingSeed"))));
    assertThat(Arrays.copyOfRange(device, 48, 1264)).isEqualTo(slotKey(secret));
    byte[] name =
        open(
            derive(root, "device-name"),
            concat(label("device-name"), VERSION, account, id),
            Arrays.copyOfRange(device, 1264, 1400));
    byte[] text = device(number).path("name").asText().getBytes(UTF_8);
    assertThat(name).isEqualTo(Arrays.copyOf(concat(new byte[] {(byte) text.length}, text), 64));
  }

  private static void checkSignatures(byte[] link, byte[] identity, byte[] device)
      throws Exception {
    byte[] signed = Arrays.copyOf(link, link.length - 128);
    String name = "anonymouscloud/account/v1/link";
    assertThat(
            VerifyKey.of(identity)
                .verify(
                    concat(ascii(name + "\0"), signed),
                    Arrays.copyOfRange(link, link.length - 128, link.length - 64)))
        .isTrue();
    assertThat(
            VerifyKey.of(device)
                .verify(
                    concat(ascii(name + "-device\0"), signed),
                    Arrays.copyOfRange(link, link.length - 64, link.length)))
        .isTrue();
  }

  private void checkSlot(byte[] record, byte[] id, byte[] secret, byte[] genesis) throws Exception {
    assertThat(record).hasSize(1222).startsWith(concat(VERSION, id, GENERATION_0));
    byte[] opened =
        OpeningKey.fromSeed(Secret.of(derive(secret, "slot-key")))
            .open(
                label("slot"),
                concat(VERSION, account, id, GENERATION_0),
                Arrays.copyOfRange(record, 22, 1190));
    assertThat(opened).isEqualTo(root);
    assertThat(Arrays.copyOfRange(record, 1190, 1222)).isEqualTo(anchor(secret, id, genesis));
  }

  private static byte[] anchor(byte[] secret, byte[] id, byte[] genesis) {
    byte[] message = concat(label("anchor"), VERSION, id, genesis);
    return Hmac.sha256(Secret.of(derive(secret, "anchor")), message, 0, message.length).bytes();
  }

  private void checkFiles(byte[] head) throws Exception {
    byte[] deviceSecret = hex(device(0), "secret");
    byte[] server = GIVEN.path("server").asText().getBytes(UTF_8);
    assertThat(hex(MADE.path("files"), "device-secret"))
        .isEqualTo(concat(ascii("anoncloud-device-1\n"), deviceSecret));
    assertThat(file("account", "anoncloud-account-1\n", "local-account", ""))
        .isEqualTo(
            concat(
                new byte[] {1, 1},
                account,
                hex(device(0), "id"),
                new byte[] {0, 0, 0, 0, 0, 0, 0, 1},
                head,
                new byte[8],
                hex(GIVEN, "accountKey"),
                hex(device(0), "signingSeed"),
                keys,
                new byte[] {0, 1},
                root,
                new byte[] {0, (byte) server.length},
                server,
                new byte[] {0, 5},
                ascii("alice")));
    assertThat(file("file-vault.root", "anoncloud-value-1\n", "local-value", "\0file-vault\0root"))
        .isEqualTo(ascii("forty-two"));
  }

  private static byte[] file(String file, String magic, String name, String place)
      throws Exception {
    byte[] content = hex(MADE.path("files"), file);
    assertThat(content).startsWith(ascii(magic));
    byte[] label = ascii("anonymouscloud/account/v1/" + name);
    return open(
        Hkdf.SHA256.derive(new byte[0], hex(device(0), "secret"), label, 32),
        concat(label, ascii(place)),
        Arrays.copyOfRange(content, magic.length(), content.length));
  }

  @Test
  void theNumbersInTheDocumentAreThoseOfTheExample() throws Exception {
    String document = Files.readString(Path.of("..", "docs", "formats", "account.md"));
    byte[] genesis = Digest.sha256(links.getFirst()).bytes();
    List<byte[]> secrets = secretsByTheDocument();
    byte[] password = secrets.getFirst();
    for (byte[] number :
        List.of(
            password,
            derive(password, "slot-key"),
            Digest.sha256(slotKey(password)).bytes(),
            derive(password, "anchor"),
            anchor(password, concat(new byte[] {1}, new byte[16]), genesis),
            secrets.get(1),
            secrets.get(2),
            derive(root, "root-commitment", account, GENERATION_0),
            derive(root, "key-bag"),
            derive(root, "device-name"),
            derive(root, "feature", ascii("file-vault")),
            genesis,
            Digest.sha256(links.get(1)).bytes())) {
      assertThat(document).contains(" " + HexFormat.of().formatHex(number));
    }
  }

  /** Password, recovery, first and second device. */
  private List<byte[]> secretsByTheDocument() {
    return List.of(
        derive(concat(hex(GIVEN, "exportKey"), hex(GIVEN, "accountKey")), "password-slot", account),
        derive(hex(GIVEN, "recoveryEntropy"), "recovery-slot", account),
        derive(hex(device(0), "secret"), "device-slot", account, hex(device(0), "id")),
        derive(hex(device(1), "secret"), "device-slot", account, hex(device(1), "id")));
  }

  private static byte[] derive(byte[] secret, String name, byte[]... fields) {
    return Hkdf.SHA256.derive(new byte[0], secret, concat(label(name), concat(fields)), 32);
  }

  private static byte[] label(String name) {
    return ascii("anonymouscloud/account/v1/" + name + "\0");
  }

  private static byte[] slotKey(byte[] slotSecret) {
    return OpeningKey.fromSeed(Secret.of(derive(slotSecret, "slot-key"))).sealingKey().bytes();
  }

  private static byte[] open(byte[] key, byte[] context, byte[] sealed) throws Exception {
    return ChunkedEncryption.open(Secret.of(key), context, sealed);
  }

  private static byte[] publicKey(byte[] seed) {
    return SigningKey.fromSeed(Secret.of(seed)).verifyKey().bytes();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static JsonNode device(int number) {
    return GIVEN.path("devices").path(number);
  }

  private static Instant time() {
    return Instant.ofEpochMilli(GIVEN.path("time").asLong());
  }

  private static JoiningDevice joining(int number) {
    return new JoiningDevice(
        DeviceId.of(hex(device(number), "id")),
        Secret.of(hex(device(number), "secret")),
        SigningKey.fromSeed(Secret.of(hex(device(number), "signingSeed"))));
  }

  private NewAccount account() throws Exception {
    return new NewAccount(
        AccountId.of(account),
        RootSecret.of(Secret.of(root.clone())),
        KeyBag.decode(Secret.of(keys.clone())),
        AccountKey.of(Secret.of(hex(GIVEN, "accountKey"))),
        RecoveryWords.parse(Bip39.encode(Secret.of(hex(GIVEN, "recoveryEntropy"))).bytes()),
        joining(0));
  }

  /** Password, recovery, first and second device. */
  private List<SlotSecret> slotSecrets() {
    AccountId id = AccountId.of(account);
    return List.of(
        SlotSecret.password(
            id, Secret.of(hex(GIVEN, "exportKey")), Secret.of(hex(GIVEN, "accountKey"))),
        SlotSecret.recovery(id, Secret.of(hex(GIVEN, "recoveryEntropy"))),
        joining(0).slot(id),
        joining(1).slot(id));
  }
}
