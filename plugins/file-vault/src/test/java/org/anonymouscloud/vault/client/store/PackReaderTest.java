package org.anonymouscloud.vault.client.store;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks of packs, against the real server, which refuses to read beyond a pack's end. */
final class PackReaderTest {
  private final List<VaultMessages.PackGet> asked = new CopyOnWriteArrayList<>();
  @TempDir private Path folder;
  private TestServer server;
  private RemoteVault remote;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    remote = RawDrive.of(server.account()).remote();
    server
        .line()
        .showPacks(
            (get, honest) -> {
              asked.add(get);
              return honest;
            });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  @Tag("A31")
  void segmentsOfAnySizeAreReadByAlignedBlocksThatStayWithinThePack() throws Exception {
    Random random = new Random(11);
    for (int round = 0; round < 60; round++) {
      List<byte[]> segments = new ArrayList<>();
      int budget = 1 << (8 + random.nextInt(16));
      for (int filled = 0; filled < budget; ) {
        byte[] sealed =
            noise(
                ChunkedEncryption.sealedLength(
                    1 + random.nextInt(random.nextInt(4) == 0 ? Ref.MAX_LENGTH : 3_000)),
                round);
        filled += sealed.length;
        if (filled <= VaultMessages.MAX_PACK) {
          segments.add(sealed);
        }
      }
      List<Ref> refs = write(segments);
      PackReader reader = new PackReader(remote);
      for (int i = segments.size() - 1; i >= 0; i--) {
        int atOnce = random.nextBoolean() ? 128 * 1024 : PackReader.MAX_BLOCK;
        assertThat(read(reader, refs.get(i), atOnce)).isEqualTo(segments.get(i));
      }
    }
    assertThat(asked)
        .allSatisfy(
            get -> {
              assertThat(Integer.bitCount(get.length())).isEqualTo(1);
              assertThat(get.offset() % get.length()).isZero();
            });
  }

  @Test
  void smallSegmentsSideBySideCostOneRequest() throws Exception {
    List<byte[]> segments = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      segments.add(noise(ChunkedEncryption.sealedLength(4096), i));
    }
    List<Ref> refs = write(segments);
    PackReader reader = new PackReader(remote);

    for (int i = refs.size() - 1; i >= 0; i--) {
      assertThat(read(reader, refs.get(i), PackReader.MAX_BLOCK)).isEqualTo(segments.get(i));
    }

    assertThat(asked).hasSize(1);
  }

  @Test
  void aSegmentThatBeginsInABlockThatIsThereCostsTheOtherBlockAlone() throws Exception {
    List<byte[]> segments =
        List.of(
            noise(ChunkedEncryption.sealedLength(14 * 1024), 1),
            noise(ChunkedEncryption.sealedLength(8 * 1024), 2));
    List<Ref> refs = write(segments);
    PackReader reader = new PackReader(remote);

    assertThat(read(reader, refs.get(0), 16 * 1024)).isEqualTo(segments.get(0));
    // Of another length than the one that is there.
    assertThat(read(reader, refs.get(1), 4 * 1024)).isEqualTo(segments.get(1));

    assertThat(asked).extracting(VaultMessages.PackGet::offset).containsExactly(0, 16 * 1024);
    assertThat(asked.getLast().length()).isLessThanOrEqualTo(16 * 1024);
  }

  @Test
  void allReadersTogetherKeepNoMoreThanOne() throws Exception {
    List<byte[]> segments = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      segments.add(noise(UploadLanes.SEALED, i));
    }
    List<Ref> refs = write(segments);
    TransferMemory memory = new TransferMemory(server.account()::scratch);
    for (int i = 0; i < 3; i++) {
      PackReader reader = new PackReader(remote, memory.blocks());
      for (int j = 0; j < segments.size(); j++) {
        assertThat(read(reader, refs.get(j), PackReader.MAX_BLOCK)).isEqualTo(segments.get(j));
      }
    }
    assertThat(memory.blocks().kept()).isBetween(20L << 20, 24L << 20);
    assertThat(memory.buffers().free()).isLessThanOrEqualTo(UploadLanes.IDLE);
    int before = asked.size();
    PackReader another = new PackReader(remote, memory.blocks());
    assertThat(read(another, refs.getLast(), PackReader.MAX_BLOCK)).isEqualTo(segments.getLast());
    assertThat(asked).as("what one has read the others have").hasSize(before);

    try (PackWriter writer = new PackWriter(remote, memory.lanes(), PackNotes.NONE)) {
      writer.add(writer.buffers().take(), UploadLanes.SEALED);
      assertThat(memory.blocks().kept()).as("a small upload leaves it").isGreaterThan(20L << 20);
      writer.add(writer.buffers().take(), UploadLanes.SEALED);
      assertThat(memory.blocks().kept()).as("a large one has it").isLessThanOrEqualTo(4L << 20);
      assertThat(memory.buffers().free()).isGreaterThanOrEqualTo(16);
    }
  }

  @Test
  void manyReadersOfOneBlockAskOnce() throws Exception {
    List<Ref> refs = write(List.of(noise(ChunkedEncryption.sealedLength(5000), 1)));
    PackReader reader = new PackReader(remote);
    List<byte[]> got = new CopyOnWriteArrayList<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      readers.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  got.add(read(reader, refs.getFirst(), 4096));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }));
    }
    for (Thread thread : readers) {
      thread.join();
    }

    assertThat(got).hasSize(20);
    assertThat(asked).hasSize(1);
  }

  @Test
  void whoWaitsForAReaderThatIsInterruptedAsksAgain() throws Exception {
    List<Ref> refs = write(List.of(noise(ChunkedEncryption.sealedLength(5000), 1)));
    PackReader reader = new PackReader(remote);
    CountDownLatch underWay = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_GET && underWay.getCount() > 0) {
                underWay.countDown();
                try {
                  never.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                  throw new java.io.InterruptedIOException();
                }
              }
            });
    Thread first =
        Thread.startVirtualThread(
            () ->
                assertThatThrownBy(() -> read(reader, refs.getFirst(), 4096))
                    .isInstanceOf(IOException.class));
    underWay.await();
    List<byte[]> got = new CopyOnWriteArrayList<>();
    Thread second =
        Thread.startVirtualThread(
            () -> {
              try {
                got.add(read(reader, refs.getFirst(), 4096));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });

    first.interrupt();
    first.join();
    second.join();

    assertThat(got).hasSize(1);
  }

  private static byte[] read(PackReader reader, Ref ref, int atOnce) throws IOException {
    return reader.read(
        ref,
        atOnce,
        (bytes, offset) -> Arrays.copyOfRange(bytes, offset, offset + ref.sealedLength()));
  }

  /** Puts what stands for sealed segments in one pack after another. */
  private List<Ref> write(List<byte[]> segments) throws IOException {
    List<Ref> refs = new ArrayList<>();
    try (PackWriter writer =
        new PackWriter(
            remote, new TransferMemory(server.account()::scratch).lanes(), PackNotes.NONE)) {
      for (byte[] sealed : segments) {
        PackWriter.Spot spot = writer.add(sealed, sealed.length);
        refs.add(
            new Ref(
                spot.pack(),
                spot.offset(),
                plainLength(sealed.length),
                0,
                1,
                Digest.sha256(sealed)));
      }
      writer.flush();
    }
    return refs;
  }

  private static int plainLength(int sealed) {
    int body = sealed - 56;
    int chunks = body / 16_400 + 1;
    return body - 16 * chunks;
  }
}
