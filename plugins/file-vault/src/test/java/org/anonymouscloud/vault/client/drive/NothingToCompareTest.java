package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the server holds gives it nothing to compare: not with content that it knows, not with other
 * sealed content, not with a guess at a key.
 */
final class NothingToCompareTest {
  private static final int SALT = 24;

  @TempDir private Path folder;
  private TestServer server;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    drive = home(server.account());
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  /** Keys of segments follow from their salts, so that no nonce comes twice under one key. */
  @Test
  @Tag("A26")
  void noSaltIsUsedTwiceByEditsCrashesAndClones() throws Exception {
    List<String> salts = new ArrayList<>();
    AtomicInteger crashes = new AtomicInteger();
    for (int edit = 0; edit < 100; edit++) {
      write(drive, "/file", noise(500, edit));
      collect(drive, server.line(), salts);
      if (edit % 10 == 0) {
        server
            .line()
            .setLine(
                method -> {
                  if (method == VaultMethod.ROOT_MOVE) {
                    crashes.incrementAndGet();
                    throw new IOException("The power is gone.");
                  }
                });
        assertThatThrownBy(() -> write(drive, "/file", noise(500, 1_000)))
            .isInstanceOf(IOException.class);
        server.line().beHonest();
        drive.close();
        drive = home(server.account());
      }
    }
    // The same device from a copy of its folder.
    Interposer cloneLine = server.newLine();
    try (Drive clone = home(server.account().through(cloneLine))) {
      for (int edit = 0; edit < 20; edit++) {
        write(clone, "/file", noise(500, 2_000 + edit));
        collect(clone, cloneLine, salts);
        write(drive, "/file", noise(500, edit));
        collect(drive, server.line(), salts);
      }
    }

    assertThat(crashes.get()).isPositive();
    assertThat(salts).hasSize(3 * 140).doesNotHaveDuplicates();
  }

  /** Those of what the newest root names: a file, the page above it, and the root itself. */
  private static void collect(Drive of, Interposer line, List<String> salts) throws IOException {
    Snapshot now = of.snapshot();
    Map<String, byte[]> packs = line.packs();
    for (Ref ref :
        List.of(
            (Ref) now.file(VaultPath.of("/file")).content().extents().getFirst(),
            now.root().orElseThrow().top().top())) {
      byte[] pack = packs.get(ref.pack().text());
      salts.add(HexFormat.of().formatHex(pack, ref.offset(), ref.offset() + SALT));
    }
    byte[] sealedRoot = now.root().orElseThrow().tip().encode();
    salts.add(HexFormat.of().formatHex(sealedRoot, 141, 141 + SALT));
  }

  private static Drive home(TestAccount account) throws IOException {
    return Drive.home(account, Clock.systemUTC(), Impatience.usual(), Pace.USUAL);
  }

  @Test
  @Tag("A27")
  void contentOfTheSameLengthIsSentInTheSameLengths() throws Exception {
    int files = 0;
    for (int size : List.of(100, 20_000, 300_000, 1_500_000, 6_000_000)) {
      Set<List<Integer>> views = new HashSet<>();
      byte[] noise = noise(size, 1);
      byte[] shifted = new byte[size];
      System.arraycopy(noise, 0, shifted, 7, size - 7);
      byte[] words = new byte[size];
      byte[] word = "the same words again and again ".getBytes(US_ASCII);
      for (int i = 0; i < size; i++) {
        words[i] = word[i % word.length];
      }
      for (byte[] content : List.of(noise, shifted, words, new byte[size], noise(size, 2))) {
        Set<String> before = server.line().packs().keySet();
        write(drive, "/file %03d".formatted(files++), content);
        views.add(
            server.line().packs().entrySet().stream()
                .filter(pack -> !before.contains(pack.getKey()))
                .map(pack -> pack.getValue().length)
                .sorted()
                .toList());
      }
      assertThat(views).as("%s bytes", size).hasSize(1);
    }
  }

  @Test
  @Tag("A28")
  void theSameContentTwiceHasNothingInCommonOnTheServer() throws Exception {
    byte[] content = noise(100_000, 1);
    byte[] changed = content.clone();
    changed[50_000] ^= 1;
    TestAccount other = TestAccount.of(2, server.newLine(2));
    Recorder recorder = new Recorder(server.newLine(2));
    write(drive, "/one", content);
    write(drive, "/two", content);
    write(drive, "/three", changed);
    try (Drive others = home(other.through(recorder))) {
      write(others, "/one", content);
    }

    List<byte[]> stored = new ArrayList<>(server.line().packs().values());
    stored.add(recorder.sent());
    Set<Long> seen = new HashSet<>();
    for (byte[] pack : stored) {
      Set<Long> own = new HashSet<>();
      ByteBuffer windows = ByteBuffer.wrap(pack);
      for (int at = 0; at + 8 <= pack.length; at++) {
        own.add(windows.getLong(at));
      }
      assertThat(own.stream().filter(seen::contains)).isEmpty();
      seen.addAll(own);
    }
    assertHolds(false, recorder.sent(), Digest.sha256(content).bytes());
  }

  @Test
  @Tag("A29")
  void aPartOfOneStateOfAFolderCannotBePutIntoAnother() throws Exception {
    write(drive, "/folder-a", noise(10, 1));
    Ref before = drive.snapshot().root().orElseThrow().top().top();
    DriveFiles.move(drive, "/folder-a", "/folder-b");
    Ref after = drive.snapshot().root().orElseThrow().top().top();
    byte[] old = server.line().packs().get(before.pack().text());
    int length = Math.min(before.sealedLength(), after.sealedLength());

    for (int at = 0; at + 16 <= length; at += 8) {
      int from = at;
      server
          .line()
          .showPacks(
              (get, honest) -> {
                if (!get.name().equals(after.pack().text())) {
                  return honest;
                }
                byte[] spliced = honest.clone();
                for (int i = 0; i < 16; i++) {
                  long place = (long) after.offset() + from + i - get.offset();
                  if (place >= 0 && place < spliced.length) {
                    spliced[(int) place] = old[before.offset() + from + i];
                  }
                }
                return spliced;
              });
      try (Drive fresh = home(server.account().forgetful())) {
        assertThatThrownBy(() -> fresh.snapshot().find(VaultPath.of("/folder-b")))
            .as("at %s", from)
            .isInstanceOf(Untrusted.class);
      }
    }
    server.line().beHonest();
    assertThat(read(drive, "/folder-b")).isEqualTo(noise(10, 1));
  }

  @Test
  @Tag("A25")
  void noKeyOfASharedDriveReachesTheServer() throws Exception {
    Recorder recorder = new Recorder(server.line());
    TestAccount alice = server.account().through(recorder);
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    alice.befriend("bob", bob);
    bob.befriend("alice", alice);
    DriveId id;
    List<byte[]> secrets = new ArrayList<>();
    try (Drives drives = new Drives(alice, Clock.systemUTC())) {
      Drive shared = drives.create(new Name("team"));
      id = shared.id();
      write(shared, "/plan", noise(2_000, 1));
      shared.share(alice.contact(new UserName("bob")), Right.WRITE);
      secrets.add(RawDrive.of(server.account(), id).secret(0, 0));
      shared.unshare(bob.account());
      write(shared, "/later", noise(2_000, 2));
      read(shared, "/plan");
      secrets.add(RawDrive.of(server.account(), id).secret(1, 0));
    }

    byte[] sent = recorder.sent();
    assertHolds(true, sent, id.bytes());
    for (byte[] secret : secrets) {
      assertHolds(false, sent, secret);
      DriveKeys keys = DriveKeys.of(Secret.of(secret.clone()));
      for (Secret key :
          List.of(keys.segment(), keys.node(), keys.root(), keys.digest(), keys.roster())) {
        assertHolds(false, sent, key.bytes());
      }
    }
  }

  /** Whether any 8 bytes of a secret are in what was sent, as they are, in hex or in base64. */
  private static void assertHolds(boolean expected, byte[] sent, byte[] secret) {
    Set<Long> windows = new HashSet<>();
    for (byte[] form :
        List.of(
            secret,
            HexFormat.of().formatHex(secret).getBytes(US_ASCII),
            HexFormat.of().withUpperCase().formatHex(secret).getBytes(US_ASCII),
            Base64.getEncoder().encode(secret),
            Base64.getUrlEncoder().encode(secret))) {
      for (int at = 0; at + 8 <= form.length; at++) {
        windows.add(ByteBuffer.wrap(form, at, 8).getLong());
      }
    }
    boolean found = false;
    for (int at = 0; at + 8 <= sent.length && !found; at++) {
      found = windows.contains(ByteBuffer.wrap(sent, at, 8).getLong());
    }
    assertThat(found).isEqualTo(expected);
  }

  /** All bytes that a device sends, within the session. */
  private static final class Recorder implements Link {
    private final Link server;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    Recorder(Link server) {
      this.server = server;
    }

    byte[] sent() {
      return sent.toByteArray();
    }

    @Override
    public byte[] ask(String method, byte[] body) throws Refused, IOException {
      sent.writeBytes(body);
      return server.ask(method, body);
    }

    @Override
    public Call open(String method, byte[] body) throws IOException {
      sent.writeBytes(body);
      Call call = server.open(method, body);
      return new Call() {
        @Override
        public OutputStream upload() {
          OutputStream out = call.upload();
          return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
              sent.write(octet);
              out.write(octet);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              sent.write(bytes, offset, length);
              out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
              out.close();
            }
          };
        }

        @Override
        public InputStream download() {
          return call.download();
        }

        @Override
        public byte[] answer() throws Refused, IOException {
          return call.answer();
        }

        @Override
        public void close() {
          call.close();
        }
      };
    }

    @Override
    public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
      return server.subscribe(topic, receiver);
    }
  }
}
