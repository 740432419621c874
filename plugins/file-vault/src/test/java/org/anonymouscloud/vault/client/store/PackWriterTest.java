package org.anonymouscloud.vault.client.store;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackWriterTest {
  @TempDir private Path folder;
  private TestServer server;
  private RemoteVault remote;
  private final List<FileChannel> onDisk = new ArrayList<>();
  private final UploadLanes lanes = new TransferMemory(this::scratch).lanes();

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    remote = RawDrive.of(server.account()).remote();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  @Tag("A31")
  void aPacksLengthTellsOnlyThePowerOfTwoAndItsPaddingLooksLikeData() throws Exception {
    Set<Integer> lengths = new HashSet<>();
    for (int size : new int[] {72, 200, 4000, 4096, 4097, 9000, 70_000, 1_000_000}) {
      try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
        writer.add(noise(size, size), size);
        writer.flush();
        assertThat(writer.takeSent()).hasSize(1);
        assertThat(writer.takeSent()).isEmpty();
      }
    }

    for (Map.Entry<String, byte[]> pack : server.line().packs().entrySet()) {
      byte[] bytes = pack.getValue();
      lengths.add(bytes.length);
      assertThat(Integer.bitCount(bytes.length)).isEqualTo(1);
      // Wherever the data ends, each part of the pack has as many different bytes as noise has.
      for (int at = 0; at + 1024 <= bytes.length; at += 1024) {
        Set<Byte> different = new HashSet<>();
        for (byte octet : Arrays.copyOfRange(bytes, at, at + 1024)) {
          different.add(octet);
        }
        assertThat(different).as("%s at %s", bytes.length, at).hasSizeGreaterThan(200);
      }
    }
    assertThat(lengths).containsExactlyInAnyOrder(4096, 8192, 16_384, 131_072, 1 << 20);
  }

  @Test
  @Tag("A31")
  @Tag("S4.10")
  void theLastPackOfALargeFileSaysNothingOfItsLastKilobytes() throws Exception {
    for (int tail : new int[] {200, 4_096, 500_000}) {
      try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
        for (int i = 0; i < 16; i++) {
          writer.add(writer.buffers().take(), UploadLanes.SEALED);
        }
        writer.add(noise(tail, tail), tail);
        writer.flush();
        // 16 MiB and a little: a sum of 2^24 is told in steps of 2^19.
        assertThat(writer.sentBytes()).isEqualTo((1 << 24) + (1 << 19));

        writer.add(noise(200, 1), 200);
        writer.flush();
        // Of what was told already it says nothing.
        assertThat(writer.sentBytes()).isEqualTo((1 << 24) + (1 << 19) + (1 << 12));
      }
    }
  }

  @Test
  void sixteenFullSegmentsFillAPack() throws Exception {
    try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
      for (int i = 0; i < 33; i++) {
        writer.add(writer.buffers().take(), UploadLanes.SEALED);
      }
      writer.flush();
      assertThat(writer.takeSent()).hasSize(3);
      assertThat(writer.sentBytes()).isEqualTo(2L * VaultMessages.MAX_PACK + (1 << 20));
    }
  }

  @Test
  void fullSegmentsThatAreExpectedFillTheirPacksWhateverComesBetween() throws Exception {
    try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
      writer.expect(7L * UploadLanes.SEALED, 7 * 500);
      for (int i = 0; i < 7; i++) {
        writer.add(noise(500, i), 500);
        writer.add(writer.buffers().take(), UploadLanes.SEALED);
      }
      writer.flush();
      // Seven of a mebibyte, and what the length of all of it may be told by.
      assertThat(writer.sentBytes()).isEqualTo((7L << 20) + (1 << 17));
    }
  }

  @Test
  @Tag("A31")
  void packsSayTheSameHoweverManyUploadsGoOn() throws Exception {
    List<PackWriter> others = beginLarge(10);
    try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
      byte[][] segments = new byte[19][];
      for (int i = 0; i < segments.length; i++) {
        segments[i] = noise(UploadLanes.SEALED, i);
        writer.add(segments[i], UploadLanes.SEALED);
      }
      writer.flush();

      // 19 MiB and a little, of which a step of Padme is half a mebibyte: as alone.
      List<PackName> sent = writer.takeSent();
      assertThat(sent).hasSize(2);
      assertThat(onDisk).as("not in memory").hasSizeGreaterThan(10 - UploadLanes.LARGE);
      byte[] first = server.line().packs().get(sent.get(0).toString());
      byte[] second = server.line().packs().get(sent.get(1).toString());
      assertThat(first).hasSize(VaultMessages.MAX_PACK);
      assertThat(second).hasSize(VaultMessages.MAX_PACK / 4);
      for (int i = 0; i < segments.length; i++) {
        byte[] pack = i < 16 ? first : second;
        int at = i % 16 * UploadLanes.SEALED;
        assertThat(Arrays.copyOfRange(pack, at, at + UploadLanes.SEALED))
            .as("segment %s", i)
            .isEqualTo(segments[i]);
      }
    } finally {
      others.forEach(PackWriter::close);
    }
    assertThat(onDisk).as("open files").noneMatch(FileChannel::isOpen);
  }

  @Test
  void memoryHasABoundHoweverManyUploadsGoOn() throws Exception {
    List<PackWriter> writers = beginLarge(10);
    assertThat(onDisk).hasSize(10 - UploadLanes.LARGE);
    writers.forEach(PackWriter::close);

    beginLarge(UploadLanes.LARGE).forEach(PackWriter::close);
    assertThat(onDisk).as("there is room again").hasSize(10 - UploadLanes.LARGE);
  }

  @Test
  void whereTheDiskIsFullAnUploadFailsThatFindsNoMemoryAndNoOther() throws Exception {
    List<PackWriter> writers = beginLarge(UploadLanes.LARGE);
    try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
      server.account().fillDisk();
      writer.add(writer.buffers().take(), UploadLanes.SEALED);
      assertThatThrownBy(() -> writer.add(writer.buffers().take(), UploadLanes.SEALED))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("disk is full");

      for (PackWriter one : writers) {
        one.flush();
        assertThat(one.sentBytes()).isEqualTo(1 << 21);
      }
    } finally {
      writers.forEach(PackWriter::close);
    }
  }

  /** Writers that each have a pack under way which is longer than one segment. */
  private List<PackWriter> beginLarge(int count) throws IOException {
    List<PackWriter> writers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE);
      writers.add(writer);
      writer.add(writer.buffers().take(), UploadLanes.SEALED);
      writer.add(writer.buffers().take(), UploadLanes.SEALED);
    }
    return writers;
  }

  private FileChannel scratch() throws IOException {
    FileChannel file = server.account().scratch();
    onDisk.add(file);
    return file;
  }

  @Test
  void whatALargeUploadTookIsGivenBackWhenTheLastWriterEnds() throws Exception {
    try (PackWriter other = new PackWriter(remote, lanes, PackNotes.NONE)) {
      try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
        byte[][] taken = new byte[16][];
        for (int i = 0; i < taken.length; i++) {
          taken[i] = writer.buffers().take();
        }
        for (byte[] buffer : taken) {
          writer.add(buffer, UploadLanes.SEALED);
        }
        writer.flush();
      }
      assertThat(lanes.buffers().free()).as("the other one may need them").isEqualTo(17);
      assertThat(other.takeSent()).isEmpty();
    }
    assertThat(lanes.buffers().free()).isEqualTo(UploadLanes.IDLE);
  }

  @Test
  void aPackThatIsRefusedFailsAllThatFollows() throws Exception {
    server
        .line()
        .setLine(
            method -> {
              throw new Refused(ErrorCode.STORAGE_FULL, "The disk is full.");
            });
    try (PackWriter writer = new PackWriter(remote, lanes, PackNotes.NONE)) {
      writer.add(noise(100, 1), 100);
      assertThatThrownBy(writer::flush).isInstanceOf(ServerRefused.class);
      server.line().beHonest();
      assertThatThrownBy(() -> writer.add(noise(100, 1), 100)).isInstanceOf(ServerRefused.class);
      assertThatThrownBy(writer::flush).isInstanceOf(ServerRefused.class);
    }
  }
}
