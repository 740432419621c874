package org.anonymouscloud.core.account.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainReader;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.FeatureKey;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.ListedDevice;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.JoiningDevice;
import org.anonymouscloud.core.account.client.remote.OpenedAccount;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.Bip39;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Argon2id;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.session.ConnectionString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of docs/formats/account.md. */
final class AccountFormatTest {
  private static final JsonNode EXAMPLE = example();
  private static final JsonNode GIVEN = EXAMPLE.path("given");
  private static final JsonNode MADE = EXAMPLE.path("made");
  private static final byte[] GENERATION_0 = new byte[4];
  private static final byte[] GENERATION_1 = {0, 0, 0, 1};
  private static final byte[] VERSION = {1};
  private static final List<SlotId> SLOTS = slotIds();

  private final byte[] account = hex(GIVEN, "account");
  private final byte[] root = hex(GIVEN, "root");
  private final byte[] secondRoot = hex(GIVEN, "secondRoot");
  private final byte[] keys = concat(VERSION, hex(GIVEN, "identitySeed"));
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
    ChainLink first = ChainLink.decode(links.getFirst());

    // The sealed name is random, so the rest of the link is compared and signed again.
    int rest = links.getFirst().length - 4 * 64 - 136;
    assertThat(Arrays.copyOf(again.link().encode(), rest))
        .isEqualTo(Arrays.copyOf(links.getFirst(), rest));
    for (int i = 0; i < links.size(); i++) {
      ChainLink link = ChainLink.decode(links.get(i));
      assertThat(sign(link.content()).encode()).as("link %d", i).isEqualTo(links.get(i));
    }
    for (int i = 0; i < slots.size(); i++) {
      SealedSlot record = SealedSlot.decode(slots.get(i));
      assertThat(record.slot()).isEqualTo(SLOTS.get(i));
      assertThat(record.generation()).isEqualTo(i < 4 ? 0 : 1);
    }
    assertThat(first.content().body().introduces()).hasSize(3);
    assertThat(example.root().feature("vault").bytes()).isEqualTo(hex(MADE, "featureSecret"));
    assertThat(example.accountKey().loginKey().bytes())
        .isEqualTo(publicKey(derive(hex(GIVEN, "accountKey"), "login-key")));
    byte[] handshake = hex(GIVEN, "handshakeHash");
    assertThat(AccountMethod.loginContext(handshake)).isEqualTo(hex(MADE, "loginContext"));
    assertThat(
            Signatures.sign(
                example.device().key(),
                AccountMethod.DEVICE_LOGIN_LABEL,
                AccountMethod.deviceLogin(id, example.device().id(), handshake)))
        .isEqualTo(hex(MADE, "deviceLoginSignature"));
    assertThat(
            new FeatureKey("chat", "mls-leaf", Arrays.copyOf(hex(GIVEN, "handshakeHash"), 32))
                .certify(id, example.device().id(), 0, example.device().key()))
        .isEqualTo(hex(MADE, "featureKeyCertificate"));
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
                ChainLink.decode(links.getFirst()), records.subList(0, 4), hex(MADE, "keyBag")));
    server.links.add(links.get(1));
    ChainState before = new AccountQuestions(server).chain().state();
    for (int i = 0; i < 4; i++) {
      assertThat(
              slotSecrets()
                  .get(i)
                  .open(records.get(i), before, before.generation())
                  .secret()
                  .bytes())
          .isEqualTo(root);
    }
    List<ListedDevice> devices = List.copyOf(before.devices().values());
    assertThat(devices).hasSize(2);
    for (int i = 0; i < 2; i++) {
      ListedDevice device = devices.get(i);
      assertThat(
              DeviceName.open(
                      device.sealedName(), AccountId.of(account), device.id(), account().root())
                  .text())
          .isEqualTo(device(i).path("name").asText());
    }

    server.links.add(links.get(2));
    records.subList(4, 7).forEach(server::put);
    OpenedAccount opened =
        OpenedAccount.openByPassword(new AccountQuestions(server), slotSecrets().getFirst());
    assertThat(opened.roots().getFirst().secret().bytes()).isEqualTo(root);
    assertThat(opened.roots().getLast().secret().bytes()).isEqualTo(secondRoot);
    assertThat(opened.keyBag().encode().bytes()).isEqualTo(keys);
    assertThat(opened.chain().state().devices()).hasSize(1);
    assertThat(
            HeadList.open(
                opened.chain().state().account(),
                opened.chain().said().values().iterator().next(),
                opened.roots().getLast()))
        .isEqualTo(heads());

    for (String name : List.of("device-secret", "account", "vault.root")) {
      PrivateFile.replace(folder.resolve(name), hex(MADE.path("files"), name));
    }
    AccountFolder.Kept kept = new AccountFolder(folder).read().orElseThrow();
    LocalState state = kept.state();
    assertThat(state.confirmed()).isTrue();
    assertThat(state.server().toString()).isEqualTo(GIVEN.path("server").asText());
    assertThat(state.user().text()).isEqualTo("alice");
    assertThat(state.floor()).isEqualTo(opened.chain().state().head());
    assertThat(state.accountKey().bytes()).isEqualTo(hex(GIVEN, "accountKey"));
    assertThat(state.roots().getFirst().secret().bytes()).isEqualTo(root);
    assertThat(state.roots().getLast().secret().bytes()).isEqualTo(secondRoot);
    assertThat(kept.feature("vault").get("root")).hasValue("forty-two".getBytes(UTF_8));

    PrivateFile.replace(
        folder.resolve("device-secret"), hex(MADE.path("files"), "device-secret sealed"));
    kept = new AccountFolder(folder).open(localPassphrase()).orElseThrow();
    assertThat(kept.lockAfter()).hasValue(Duration.ofMinutes(15));
    assertThat(kept.state().user().text()).isEqualTo("alice");
  }

  private static Secret localPassphrase() {
    return Secret.of(ascii(GIVEN.path("localPassphrase").asText()));
  }

  /** From here on nothing of this package is used, only what the document says. */
  @Test
  void theDocumentAloneOpensTheExample() throws Exception {
    byte[] first = links.getFirst();
    List<byte[]> ids =
        List.of(
            concat(new byte[] {1}, new byte[16]),
            concat(new byte[] {2}, new byte[16]),
            concat(new byte[] {3}, hex(device(0), "id")),
            concat(new byte[] {3}, hex(device(1), "id")));
    assertThat(first).hasSize(5515).startsWith(concat(VERSION, VERSION, account, new byte[40]));
    assertThat(ByteBuffer.wrap(first).getLong(58)).isEqualTo(GIVEN.path("time").asLong());
    assertThat(Arrays.copyOfRange(first, 66, 83)).isEqualTo(ids.get(2));
    byte[] identity = Arrays.copyOfRange(first, 83, 115);
    assertThat(identity).isEqualTo(publicKey(hex(GIVEN, "identitySeed")));
    List<byte[]> secrets = secretsByTheDocument();
    byte[] password = Arrays.copyOfRange(first, 115, 1363);
    byte[] recovery = Arrays.copyOfRange(first, 1363, 2611);
    assertThat(password).isEqualTo(concat(slotKey(secrets.get(0)), slotSign(secrets.get(0))));
    assertThat(recovery).isEqualTo(concat(slotKey(secrets.get(1)), slotSign(secrets.get(1))));
    assertThat(Arrays.copyOfRange(first, 2611, 2643))
        .isEqualTo(derive(root, "root-commitment", account, GENERATION_0));
    assertThat(Arrays.copyOfRange(first, 2643, 3859)).isEqualTo(shareKey(root, GENERATION_0));
    checkDevice(0, Arrays.copyOfRange(first, 3859, 5259), secrets.get(2));
    byte[] laptop = Arrays.copyOfRange(first, 3875, 3907);
    checkSignatures(first, laptop, identity, slotSign(secrets.get(0)), slotSign(secrets.get(1)));

    byte[] second = links.get(1);
    assertThat(second).hasSize(2196).startsWith(new byte[] {1, 2});
    assertThat(ByteBuffer.wrap(second).getLong(18)).isEqualTo(1);
    assertThat(Arrays.copyOfRange(second, 26, 58)).isEqualTo(Digest.sha256(first).bytes());
    assertThat(Arrays.copyOfRange(second, 66, 83)).isEqualTo(ids.get(0));
    checkDevice(1, Arrays.copyOfRange(second, 83, 1483), secrets.get(3));
    checkSignatures(second, slotSign(secrets.get(0)), Arrays.copyOfRange(second, 99, 131));

    byte[] third = links.get(2);
    assertThat(third).hasSize(2110).startsWith(new byte[] {1, 3});
    assertThat(Arrays.copyOfRange(third, 26, 58)).isEqualTo(Digest.sha256(second).bytes());
    assertThat(Arrays.copyOfRange(third, 66, 83)).isEqualTo(ids.get(2));
    assertThat(Arrays.copyOfRange(third, 83, 87)).isEqualTo(GENERATION_1);
    assertThat(Arrays.copyOfRange(third, 87, 119))
        .isEqualTo(derive(secondRoot, "root-commitment", account, GENERATION_1));
    assertThat(Arrays.copyOfRange(third, 119, 1335)).isEqualTo(shareKey(secondRoot, GENERATION_1));
    assertThat(
            open(
                derive(secondRoot, "previous-root"),
                concat(label("previous-root"), VERSION, account, GENERATION_0),
                Arrays.copyOfRange(third, 1339, 1443)))
        .isEqualTo(root);
    assertThat(Arrays.copyOfRange(third, 1335, 1339)).isEqualTo(GENERATION_0);
    assertThat(Arrays.copyOfRange(third, 1443, 1461))
        .isEqualTo(concat(new byte[] {0, 1}, hex(device(1), "id")));
    checkHeads(second, 1483, 1, root, new byte[2]);
    checkHeads(
        third,
        1461,
        2,
        secondRoot,
        concat(
            new byte[] {0, 1, 5},
            ascii("vault"),
            hex(GIVEN, "drive"),
            new byte[] {0, 0, 0, 0, 0, 0, 0, 7},
            hex(GIVEN, "driveRoot")));
    checkSignatures(third, laptop);

    for (int i = 0; i < 4; i++) {
      checkSlot(slots.get(i), ids.get(i), secrets.get(i), GENERATION_0, root);
    }
    for (int i = 0; i < 3; i++) {
      checkSlot(slots.get(i + 4), ids.get(i), secrets.get(i), GENERATION_1, secondRoot);
    }
    byte[] bag = hex(MADE, "keyBag");
    assertThat(bag).hasSize(106).startsWith(VERSION);
    assertThat(
            open(
                derive(root, "key-bag"),
                concat(label("key-bag"), VERSION, account),
                Arrays.copyOfRange(bag, 1, bag.length)))
        .isEqualTo(keys);
    checkFiles(Digest.sha256(third).bytes());
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

  /** Whatever follows the version is padded to one step. */
  private void checkHeads(byte[] link, int at, int number, byte[] rootSecret, byte[] heads)
      throws Exception {
    assertThat(link[at]).isEqualTo((byte) 1);
    byte[] seq = {0, 0, 0, 0, 0, 0, 0, (byte) number};
    assertThat(
            open(
                derive(rootSecret, "heads"),
                concat(label("heads"), VERSION, account, seq),
                Arrays.copyOfRange(link, at + 1, at + 585)))
        .isEqualTo(Arrays.copyOf(concat(VERSION, heads), 512));
  }

  /** The signer's signature, then one of each new key. */
  private static void checkSignatures(byte[] link, byte[]... keys) throws Exception {
    byte[] signed = Arrays.copyOf(link, link.length - 64 * keys.length);
    for (int i = 0; i < keys.length; i++) {
      String label = "anonymouscloud/account/v1/link" + (i == 0 ? "\0" : "-new-key\0");
      int at = signed.length + 64 * i;
      assertThat(
              VerifyKey.of(keys[i])
                  .verify(concat(ascii(label), signed), Arrays.copyOfRange(link, at, at + 64)))
          .as("signature %d", i)
          .isTrue();
    }
  }

  private void checkSlot(
      byte[] record, byte[] id, byte[] secret, byte[] generation, byte[] expected)
      throws Exception {
    assertThat(record).hasSize(1190).startsWith(concat(VERSION, id, generation));
    byte[] opened =
        OpeningKey.fromSeed(Secret.of(derive(secret, "slot-key")))
            .open(
                label("slot"),
                concat(VERSION, account, id, generation),
                Arrays.copyOfRange(record, 22, 1190));
    assertThat(opened).isEqualTo(expected);
  }

  private void checkFiles(byte[] head) throws Exception {
    byte[] deviceSecret = hex(device(0), "secret");
    byte[] server = GIVEN.path("server").asText().getBytes(UTF_8);
    assertThat(hex(MADE.path("files"), "device-secret"))
        .isEqualTo(concat(ascii("anoncloud-device-1\n"), deviceSecret));
    checkSealed(hex(MADE.path("files"), "device-secret sealed"), deviceSecret);
    assertThat(file("account", "anoncloud-account-1\n", "local-account", ""))
        .isEqualTo(
            concat(
                new byte[] {1, 1},
                account,
                hex(device(0), "id"),
                new byte[] {0, 0, 0, 0, 0, 0, 0, 2},
                head,
                hex(GIVEN, "accountKey"),
                hex(device(0), "signingSeed"),
                keys,
                new byte[] {0, 2},
                root,
                secondRoot,
                new byte[] {0, (byte) server.length},
                server,
                new byte[] {0, 5},
                ascii("alice")));
    assertThat(file("vault.root", "anoncloud-value-1\n", "local-value", "\0vault\0root"))
        .isEqualTo(ascii("forty-two"));
  }

  private static void checkSealed(byte[] file, byte[] deviceSecret) throws Exception {
    assertThat(file).startsWith(concat(ascii("anoncloud-device-2\n"), new byte[] {0, 0, 15}));
    byte[] salt = Arrays.copyOfRange(file, 22, 38);
    byte[] stretched = Argon2id.stretch(localPassphrase(), salt, 32).bytes();
    byte[] label = ascii("anonymouscloud/account/v1/local-passphrase");
    assertThat(
            open(
                Hkdf.SHA256.derive(new byte[0], stretched, label, 32),
                concat(label, new byte[] {0, 0, 0, 15}, salt),
                Arrays.copyOfRange(file, 38, file.length)))
        .isEqualTo(deviceSecret);
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
    List<byte[]> secrets = secretsByTheDocument();
    byte[] password = secrets.getFirst();
    for (byte[] number :
        List.of(
            password,
            derive(password, "slot-key"),
            Digest.sha256(slotKey(password)).bytes(),
            slotSign(password),
            secrets.get(1),
            publicKey(derive(hex(GIVEN, "accountKey"), "login-key")),
            secrets.get(2),
            derive(root, "root-commitment", account, GENERATION_0),
            derive(root, "key-bag"),
            derive(root, "device-name"),
            derive(root, "feature", ascii("vault")),
            Digest.sha256(shareKey(root, GENERATION_0)).bytes(),
            derive(secondRoot, "root-commitment", account, GENERATION_1),
            Digest.sha256(shareKey(secondRoot, GENERATION_1)).bytes(),
            derive(secondRoot, "previous-root"),
            Digest.sha256(links.get(0)).bytes(),
            Digest.sha256(links.get(1)).bytes(),
            Digest.sha256(links.get(2)).bytes())) {
      assertThat(document).contains(" " + HexFormat.of().formatHex(number));
    }
  }

  /** Password, recovery, first and second device. */
  private List<byte[]> secretsByTheDocument() {
    return List.of(
        derive(concat(hex(GIVEN, "exportKey"), hex(GIVEN, "accountKey")), "password-slot", account),
        derive(hex(GIVEN, "recoveryEntropy"), "recovery-slot"),
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

  private byte[] shareKey(byte[] rootSecret, byte[] generation) {
    return OpeningKey.fromSeed(Secret.of(derive(rootSecret, "share-key", account, generation)))
        .sealingKey()
        .bytes();
  }

  private static byte[] slotSign(byte[] slotSecret) {
    return publicKey(derive(slotSecret, "slot-sign"));
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

  /** Of the records, in their order. */
  private static List<SlotId> slotIds() {
    SlotId laptop = new SlotId.Device(DeviceId.of(hex(device(0), "id")));
    SlotId phone = new SlotId.Device(DeviceId.of(hex(device(1), "id")));
    SlotId password = new SlotId.Password();
    SlotId recovery = new SlotId.Recovery();
    return List.of(password, recovery, laptop, phone, password, recovery, laptop);
  }

  /** What the third link says: the drive had eight roots. */
  private static HeadList heads() {
    Digest hash = Digest.of(hex(GIVEN, "driveRoot"));
    Head head = new Head(ObjectId.of(hex(GIVEN, "drive")), 7, hash);
    return new HeadList(new TreeMap<>(Map.of("vault", List.of(head))));
  }

  private ChainLink sign(ChainLink.Content content) throws Exception {
    SigningKey identity = SigningKey.fromSeed(Secret.of(hex(GIVEN, "identitySeed")));
    SigningKey byPassword = slotSecrets().get(0).signingKey();
    SigningKey byRecovery = slotSecrets().get(1).signingKey();
    return switch (content.body()) {
      case LinkBody.Create create ->
          ChainLink.sign(content, joining(0).key(), List.of(identity, byPassword, byRecovery));
      case LinkBody.AddDevice add -> ChainLink.sign(content, byPassword, List.of(joining(1).key()));
      default -> ChainLink.sign(content, joining(0).key(), List.of());
    };
  }

  /** Makes the file anew where the format has changed: {@code -Dexample.write=FILE}. */
  @Test
  @EnabledIfSystemProperty(named = "example.write", matches = ".+")
  void theExampleIsMadeAnew(@TempDir Path folder) throws Exception {
    NewAccount example = account();
    AccountId id = example.id();
    NewAccount.Records records =
        example.records(Secret.of(hex(GIVEN, "exportKey")), new DeviceName("laptop"), time());
    RootSecret second = RootSecret.of(Secret.of(secondRoot.clone()));
    DeviceName phone = new DeviceName(device(1).path("name").asText());
    ChainLink add =
        sign(
            ChainLink.Content.after(
                records.link().floor(),
                id,
                time(),
                new SlotId.Password(),
                new LinkBody.AddDevice(joining(1).introduce(id, example.root(), phone)),
                HeadList.NONE.seal(example.root(), id, 1)));
    ChainState chain = ChainReader.replay(List.of(records.link().encode(), add.encode())).state();
    ChainLink revoke =
        sign(
            ChainLink.Content.after(
                add.floor(),
                id,
                time(),
                new SlotId.Device(joining(0).id()),
                new LinkBody.Revoke(
                    second.succeed(chain, chain.generation(), example.root()),
                    List.of(joining(1).id())),
                heads().seal(second, id, 2)));
    List<String> sealed = new ArrayList<>();
    for (int i = 0; i < SLOTS.size(); i++) {
      SlotSecret slot = slotSecrets().get(i % 4);
      int generation = i < 4 ? 0 : 1;
      RootSecret newest = i < 4 ? example.root() : second;
      sealed.add(
          HexFormat.of()
              .formatHex(
                  SlotSecret.seal(id, slot.slot(), slot.sealingKey(), newest, generation)
                      .encode()));
    }
    AccountFolder.Kept kept =
        new AccountFolder(folder.resolve("account"))
            .create(
                joining(0).secret(),
                new LocalState(
                    true,
                    ConnectionString.parse(GIVEN.path("server").asText()),
                    new UserName("alice"),
                    id,
                    joining(0).id(),
                    revoke.floor(),
                    Secret.of(hex(GIVEN, "accountKey")),
                    joining(0).key(),
                    example.keyBag(),
                    List.of(example.root(), second)));
    kept.feature("vault").put("root", "forty-two".getBytes(UTF_8));
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode whole = EXAMPLE.deepCopy();
    ObjectNode made = (ObjectNode) whole.path("made");
    made.set(
        "links",
        json.valueToTree(
            Stream.of(records.link(), add, revoke)
                .map(link -> HexFormat.of().formatHex(link.encode()))
                .toList()));
    made.set("slots", json.valueToTree(sealed));
    made.put("featureSecret", HexFormat.of().formatHex(example.root().feature("vault").bytes()));
    made.put("keyBag", HexFormat.of().formatHex(records.keyBag()));
    ObjectNode files = made.putObject("files");
    for (String name : List.of("device-secret", "account", "vault.root")) {
      files.put(
          name,
          HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("account").resolve(name))));
    }
    kept.protect(localPassphrase(), 15);
    files.put(
        "device-secret sealed",
        HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("account/device-secret"))));
    Files.writeString(
        Path.of(System.getProperty("example.write")), json.writeValueAsString(whole) + "\n");
  }
}
