package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataMissing;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.DataUnreadable;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestUnusable;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's owner changes what is stored. Each case first shows that the honest server is
 * believed, so that what is refused is refused for the change alone.
 */
final class HostileServerTest {
  @TempDir private Path folder;
  private TestServer server;
  private Interposer line;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    line = server.line();
    drive = fresh();
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  /** The same device with nothing in memory, so that all is asked for again. */
  private Drive fresh() {
    return Drive.home(server.account(), Clock.systemUTC(), Impatience.usual(), Pace.USUAL);
  }

  private void assertRefused(Class<? extends Untrusted> kind, String path) {
    try (Drive asking = fresh()) {
      assertThatThrownBy(() -> read(asking, path)).satisfies(e -> assertKind(kind, e));
    }
  }

  /** What the topmost folder's page is refused for is the reason of another kind. */
  private static void assertKind(Class<? extends Untrusted> kind, Throwable refusal) {
    assertThat(refusal instanceof NewestUnusable ? refusal.getCause() : refusal).isInstanceOf(kind);
  }

  private void assertRead(String path, byte[] content) throws IOException {
    try (Drive asking = fresh()) {
      assertThat(read(asking, path)).isEqualTo(content);
    }
  }

  /** Shows these packs in place of those that were stored. */
  private void show(Map<String, byte[]> packs) {
    line.showPacks(
        (get, honest) ->
            Arrays.copyOfRange(packs.get(get.name()), get.offset(), get.offset() + get.length()));
  }

  @Test
  @Tag("A19")
  void noPackCanTakeThePlaceOfAnother() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      write(drive, "/file", noise(1000, i));
      names.add(List.copyOf(line.packs().keySet()).getLast());
    }
    Map<String, byte[]> packs = line.packs();
    show(packs);
    assertRead("/file", noise(1000, 7));

    // Seven older versions of the same file at the same place, each sealed by the same keys.
    for (String other : names.subList(0, 7)) {
      Map<String, byte[]> swapped = line.packs();
      swapped.put(names.getLast(), packs.get(other));
      show(swapped);
      assertRefused(DataNotAuthentic.class, "/file");
    }
  }

  @Test
  void aServerThatCallsEachChangeTooLateAndShowsNoOtherEndsIt() throws Exception {
    DriveFiles.write(drive, "/before", noise(100, 1));
    AtomicInteger moves = new AtomicInteger();
    line.setLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE) {
            moves.incrementAndGet();
            throw new Refused(ErrorCode.CONFLICT, "Another device was faster.");
          }
        });

    assertThatThrownBy(() -> DriveFiles.write(drive, "/file", noise(100, 2)))
        .hasMessageContaining("shows no other change");

    assertThat(moves.get()).isLessThan(10);
    line.beHonest();
    assertRead("/before", noise(100, 1));
  }

  @Test
  @Tag("A19")
  void segmentsOfOnePackCannotChangePlaces() throws Exception {
    byte[] content = noise(3 * Ref.MAX_LENGTH, 1);
    write(drive, "/big", content);
    write(drive, "/small one", noise(5000, 2));
    write(drive, "/small two", noise(5000, 3));
    int sealed = 1_048_568;
    Map<String, byte[]> packs = line.packs();
    String name = packs.keySet().iterator().next();
    show(packs);
    assertRead("/big", content);

    for (int[] pair : new int[][] {{0, 1}, {1, 2}, {0, 2}}) {
      byte[] swapped = packs.get(name).clone();
      System.arraycopy(packs.get(name), pair[0] * sealed, swapped, pair[1] * sealed, sealed);
      System.arraycopy(packs.get(name), pair[1] * sealed, swapped, pair[0] * sealed, sealed);
      Map<String, byte[]> shown = line.packs();
      shown.put(name, swapped);
      show(shown);
      assertRefused(DataNotAuthentic.class, "/big");
    }
  }

  @Test
  @Tag("A19")
  void twoStatesOfOnePlaceAreToldApartByTheDigestAlone() throws Exception {
    // Two devices write version 2 of the same file: same keys, same context, same length.
    write(drive, "/file", noise(1000, 0));
    Interposer otherLine = server.newLine();
    try (Drive other = Drive.home(server.account().device(2, otherLine), Clock.systemUTC());
        Batch late = other.batch()) {
      put(late, "/file", noise(1000, 2));
      write(drive, "/file", noise(1000, 1));
      late.commit();
    }
    assertThat(tree(drive)).hasSize(2);
    byte[] mine = List.copyOf(line.packs().values()).getLast();
    byte[] theirs = otherLine.packs().values().iterator().next();
    int sealed = ChunkedEncryption.sealedLength(1000);
    assertRead("/file", noise(1000, 1));

    line.showPacks(
        (get, honest) -> {
          byte[] changed = honest.clone();
          if (get.offset() == 0 && Arrays.equals(honest, 0, sealed, mine, 0, sealed)) {
            System.arraycopy(theirs, 0, changed, 0, sealed);
          }
          return changed;
        });
    assertRefused(DataNotAuthentic.class, "/file");
  }

  @Test
  @Tag("A20")
  void nothingCanBeCutOffLengthenedRepeatedOrReordered() throws Exception {
    byte[] content = noise(100_000, 1);
    write(drive, "/file", content);
    assertRead("/file", content);
    int chunk = 16_400;

    line.showPacks((get, honest) -> Arrays.copyOf(honest, honest.length - 1));
    assertRefused(DataNotAuthentic.class, "/file");
    line.showPacks((get, honest) -> Arrays.copyOf(honest, honest.length + 1));
    assertRefused(DataNotAuthentic.class, "/file");
    line.showPacks((get, honest) -> new byte[0]);
    assertRefused(DataNotAuthentic.class, "/file");
    line.showPacks(
        (get, honest) -> {
          throw new Refused(ErrorCode.NOT_FOUND, "There is no such pack.");
        });
    assertRefused(DataMissing.class, "/file");
    // What the real server says of a pack that its disk does not give.
    line.showPacks(
        (get, honest) -> {
          throw new Refused(ErrorCode.INTERNAL, "The disk cannot read the pack.", true);
        });
    int asked = line.asked().size();
    try (Drive asking = fresh()) {
      assertThatThrownBy(() -> read(asking, "/file"))
          .isInstanceOf(DataUnreadable.class)
          .hasMessageContaining("server's owner")
          .hasMessageNotContainingAny("anoncloud rm", "revoke", "go-back", "history");
    }
    assertThat(line.asked().size() - asked).isBetween(3, 12);
    for (int i = 0; i < 5; i++) {
      int at = 56 + i * chunk;
      line.showPacks((get, honest) -> moved(get.offset(), honest, at, at + chunk, chunk));
      assertRefused(DataNotAuthentic.class, "/file");
    }
    line.beHonest();
    assertRead("/file", content);
  }

  /** A copy in which bytes of the pack are put in the place of others, if both are in this part. */
  private static byte[] moved(int offset, byte[] part, int from, int to, int length) {
    byte[] moved = part.clone();
    if (from >= offset && to + length <= offset + part.length) {
      System.arraycopy(part, from - offset, moved, to - offset, length);
    }
    return moved;
  }

  @Test
  @Tag("A21")
  void noByteCanBeFlipped() throws Exception {
    byte[] content = noise(300, 1);
    write(drive, "/file", content);
    int used = 56 + 300 + 16;
    int refused = 0;
    int read = 0;

    for (int at = 0; at < 4096; at += at < used + 800 ? 1 : 37) {
      int flipped = at;
      line.showPacks(
          (get, honest) -> {
            byte[] changed = honest.clone();
            changed[flipped - get.offset()] ^= 1;
            return changed;
          });
      try (Drive asking = fresh()) {
        assertThat(read(asking, "/file")).isEqualTo(content);
        read++;
      } catch (DataNotAuthentic | NewestUnusable e) {
        refused++;
      }
    }

    // Content and page are protected to the last byte; only what follows them is padding.
    assertThat(refused).isGreaterThan(used + 150);
    assertThat(read).isGreaterThan(50);
  }

  @Test
  @Tag("A21")
  void flipsInALargeFileAreFoundWhereverTheyAre() throws Exception {
    byte[] content = noise(20 << 20, 1);
    write(drive, "/big", content);
    // The full pack: all of it is content.
    String name =
        line.packs().entrySet().stream()
            .filter(pack -> pack.getValue().length == VaultMessages.MAX_PACK)
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    Random random = new Random(77);

    for (int i = 0; i < 12; i++) {
      int at = random.nextInt(15 << 20);
      line.showPacks(
          (get, honest) -> {
            if (get.name().equals(name) && at >= get.offset() && at < get.offset() + get.length()) {
              byte[] changed = honest.clone();
              changed[at - get.offset()] ^= 0x40;
              return changed;
            }
            return honest;
          });
      assertRefused(DataNotAuthentic.class, "/big");
    }
    line.beHonest();
    assertRead("/big", content);
  }

  @Test
  @Tag("A21")
  void aFalseAnswerIsForgottenAndTheNextTrueOneBelieved() throws Exception {
    write(drive, "/file", noise(1000, 1));
    try (Drive asking = fresh()) {
      line.showPacks((get, honest) -> new byte[honest.length]);
      assertThatThrownBy(() -> read(asking, "/file"))
          .satisfies(e -> assertKind(DataNotAuthentic.class, e));
      line.beHonest();
      assertThat(read(asking, "/file")).isEqualTo(noise(1000, 1));
    }
  }

  @Test
  @Tag("A19")
  void anotherAccountsDriveIsNotThisAccounts() throws Exception {
    write(drive, "/mine", noise(10, 1));
    Path elsewhere = folder.resolve("elsewhere");
    try (TestServer other = TestServer.start(elsewhere)) {
      TestAccount stranger = TestAccount.of(9, other.newLine(9));
      try (Drive theirs = Drive.home(stranger, Clock.systemUTC())) {
        write(theirs, "/theirs", noise(10, 1));
        write(theirs, "/theirs", noise(10, 2));
      }
      byte[] root = ((Interposer) stranger.link()).roots().getLast();
      line.showRoots((number, honest) -> Optional.of(new VaultMessages.RootGot(1, root, 0)));
      assertRefused(Untrusted.RootNotSigned.class, "/theirs");
    }
  }
}
