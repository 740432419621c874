package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server is honest, but one of the account's devices is in the wrong hands. */
final class StolenDeviceIT {
  private static final int REFUSED = 4;
  private static final int FAILED = 1;

  @TempDir private Path folder;

  @Test
  @Tag("S4.1")
  void whatAThiefSaysAndLocksEndsNeitherDriveNorAccount() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
      Client liar = new Client(folder.resolve("liar"), server.connectionString(), alice);
      Client locker = new Client(folder.resolve("locker"), server.connectionString(), alice);
      Client desk = new Client(folder.resolve("desk"), server.connectionString(), alice);
      try (laptop;
          desk) {
        laptop.register();
        put(laptop, "first.txt");
        liar.login().succeeded();
        liar.run("rm", "/first.txt").succeeded();
        liar.stopAgent();
        String id = saysThatTheDriveIsFurther();

        assertThat(laptop.run("ls", "/").failed(REFUSED)).contains("device revoke " + id);
        assertThat(laptop.run("device", "revoke", "--yes", id).succeeded().out())
            .contains("Its word counts no more");
        // What it had removed is there in the state before.
        assertThat(laptop.run("ls", "/").succeeded().out()).isEmpty();
        assertThat(laptop.run("history").succeeded().out().lines().toList().get(1))
            .startsWith("         1  ")
            .contains(id.substring(0, 8));
        assertThat(laptop.run("go-back", "--yes", "0").succeeded().out())
            .contains("anoncloud go-back 2");
        assertThat(laptop.run("ls", "/").succeeded().out()).contains("first.txt");
        put(laptop, "second.txt");

        locker.login().succeeded();
        locker.stopAgent();
        id = removesTheOthersAndLeavesNoise();

        assertThat(desk.login().failed(REFUSED)).contains("anoncloud recover");
        String[] recover = {
          "recover",
          "--words-file",
          alice.sheet().toString(),
          "--new-password-file",
          alice.passwordFile().toString(),
          "--sheet",
          folder.resolve("new.sheet").toString()
        };
        assertThat(desk.run(recover).failed(REFUSED)).contains(id, "--accept-loss");
        List<String> agreed = new ArrayList<>(List.of(recover));
        agreed.add("--accept-loss");
        desk.run(agreed.toArray(String[]::new)).succeeded();
        assertThat(desk.run("ls", "/").succeeded().out()).contains("first.txt", "second.txt");
        put(desk, "third.txt");
        assertThat(desk.run("device", "list").succeeded().out().lines()).hasSize(1);
      }
    }
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void whoseDeviceWasRemovedDoesNotComeBackByThePasswordThatItHadSet() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Path chosen = Files.writeString(folder.resolve("chosen"), "the thief's own password\n");
      Person thief = new Person(alice.user(), chosen, alice.sheet());
      Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
      Client stolen = new Client(folder.resolve("stolen"), server.connectionString(), alice);
      Client blank = new Client(folder.resolve("blank"), server.connectionString(), thief);
      Client phone = new Client(folder.resolve("phone"), server.connectionString(), alice);
      try (laptop;
          stolen;
          blank;
          phone) {
        laptop.register();
        stolen.login().succeeded();
        stolen.run("password", "change", "--password-file", chosen.toString()).succeeded();
        String id = idOf("stolen");

        assertThat(laptop.run("device", "revoke", "--yes", id).succeeded().out())
            .contains("counts no more", "'anoncloud password change'");
        put(laptop, "after.txt");

        assertThat(blank.login().failed(FAILED)).contains("password is wrong");
        laptop
            .run("password", "change", "--password-file", alice.passwordFile().toString())
            .succeeded();
        phone.login().succeeded();
        assertThat(phone.run("ls", "/").succeeded().out()).contains("after.txt");
      }
    }
  }

  private String idOf(String home) throws IOException {
    try (LocalAccount account = stolen(home)) {
      return account.device().toString();
    }
  }

  private void put(Client client, String name) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "content of " + name);
    client.run("put", file.toString(), "/").succeeded();
  }

  private String saysThatTheDriveIsFurther() throws Exception {
    AccountFeatures lie =
        (account, chain, link, leaving) -> {
          Head head = new Head(drive(chain), 1L << 60, Digest.sha256(new byte[0]));
          return new HeadList(new TreeMap<>(Map.of("vault", List.of(head))));
        };
    try (LocalAccount stolen = stolen("liar");
        OnlineAccount online = new OnlineAccount(stolen, lie, () -> dial(stolen.server()))) {
      new Devices(online).rename(stolen.device(), new DeviceName("the thief's"));
      return stolen.device().toString();
    }
  }

  /** Its id follows from the vault's first secret (docs/formats/vault.md). */
  private static ObjectId drive(KnownChain chain) {
    byte[] name = "anonymouscloud/vault/v1/drive-id".getBytes(US_ASCII);
    try (Secret secret = chain.featureSecret("vault", 0)) {
      byte[] id = Hkdf.SHA256.derive(new byte[0], secret.bytes(), name, 32);
      return ObjectId.of(Arrays.copyOf(id, ObjectId.LENGTH));
    }
  }

  private String removesTheOthersAndLeavesNoise() throws Exception {
    try (LocalAccount stolen = stolen("locker");
        OnlineAccount online =
            new OnlineAccount(
                stolen, AccountFeatures.NONE, () -> new LeavingNoise(dial(stolen.server())))) {
      DeviceId own = stolen.device();
      List<DeviceId> others =
          online.known().state().devices().keySet().stream()
              .filter(device -> !device.equals(own))
              .toList();
      new Devices(online).revoke(others);
      return own.toString();
    }
  }

  private LocalAccount stolen(String home) throws IOException {
    Path account = folder.resolve(home).resolve("account");
    return new AccountClient(account, Clock.systemUTC()).resume().orElseThrow();
  }

  private static Connection dial(ConnectionString server) throws IOException {
    return Session.connect(server, KeyCheck.NONE, Duration.ofSeconds(15));
  }

  /** Of what a link brings for password and recovery words there is noise. */
  private record LeavingNoise(Connection real) implements Connection {
    /** Bytes of a record before what is sealed. */
    private static final int HEADER = 22;

    @Override
    public byte[] ask(String method, byte[] body) throws Refused, IOException {
      if (!method.equals(AccountMethod.CHAIN_APPEND.toString())) {
        return real.ask(method, body);
      }
      AccountMessages.ChainAppend append = Cbor.decode(body, AccountMessages.ChainAppend.class);
      List<byte[]> slots = new ArrayList<>();
      for (byte[] slot : append.slots()) {
        byte[] noise = slot.clone();
        if (slots.size() < 2) {
          byte[] random = RandomBytes.next(slot.length - HEADER);
          System.arraycopy(random, 0, noise, HEADER, random.length);
        }
        slots.add(noise);
      }
      return real.ask(
          method,
          Cbor.encode(
              new AccountMessages.ChainAppend(
                  append.link(), slots, append.record(), append.loginKey())));
    }

    @Override
    public Call open(String method, byte[] body) throws IOException {
      return real.open(method, body);
    }

    @Override
    public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
      return real.subscribe(topic, receiver);
    }

    @Override
    public byte[] handshakeHash() {
      return real.handshakeHash();
    }

    @Override
    public Fingerprint serverKey() {
      return real.serverKey();
    }

    @Override
    public Duration ping() throws IOException {
      return real.ping();
    }

    @Override
    public boolean isSilent() {
      return real.isSilent();
    }

    @Override
    public boolean isOpen() {
      return real.isOpen();
    }

    @Override
    public void awaitEnd() throws InterruptedException {
      real.awaitEnd();
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
