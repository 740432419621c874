package org.anonymouscloud.vault.client.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zeros of a file, of which nothing is stored. */
final class HoleTest {
  private static final Attributes SPARSE =
      new Attributes(Instant.parse("2026-10-01T12:00:00Z"), false, true);

  /** What a root and its pages may take, for which a hole makes no difference. */
  private static final long LITTLE = 64 * 1024;

  @TempDir private Path folder;
  private TestServer server;
  private Drive drive;

  @BeforeEach
  void open() throws IOException {
    server = TestServer.start(folder);
    drive = Drive.home(server.account(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    drive.close();
    server.close();
  }

  @Test
  void aHoleSendsNothingAndComesBackAsZeros() throws Exception {
    byte[] content = new byte[30 * Ref.MAX_LENGTH + 5];
    content[7 * Ref.MAX_LENGTH + 9] = 1;

    long sent = write("/file", content).sentBytes();

    assertThat(sent).isLessThan(2 * Ref.MAX_LENGTH + LITTLE);
    assertThat(DriveFiles.read(drive, "/file")).isEqualTo(content);
    int from = 7 * Ref.MAX_LENGTH - 3;
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    Snapshot now = drive.snapshot();
    now.read(now.file(VaultPath.of("/file")), from, Ref.MAX_LENGTH + 10, part);
    assertThat(part.toByteArray())
        .isEqualTo(Arrays.copyOfRange(content, from, from + Ref.MAX_LENGTH + 10));
  }

  @Test
  void holesAreFilledAndMadeByEdits() throws Exception {
    byte[] content = new byte[6 * Ref.MAX_LENGTH];
    new Random(1).nextBytes(content);
    write("/file", content);
    for (int hole : List.of(0, 5, 3)) {
      Arrays.fill(content, hole * Ref.MAX_LENGTH, (hole + 1) * Ref.MAX_LENGTH, (byte) 0);
      assertThat(write("/file", content).sentBytes()).isLessThan(LITTLE);
      assertThat(DriveFiles.read(drive, "/file")).isEqualTo(content);
    }
    content[Ref.MAX_LENGTH * 5 + 4] = 1;
    assertThat(write("/file", content).sentBytes()).isLessThan(2 * Ref.MAX_LENGTH + LITTLE);
    assertThat(DriveFiles.read(drive, "/file")).isEqualTo(content);
    assertThat(write("/file", content).sentBytes()).as("the same once more").isZero();
  }

  /** More segments than one list has, so that whole lists are holes. */
  @Test
  void whereAListWouldHoldHolesAloneThereIsNone() throws Exception {
    long length = 2_100L * Ref.MAX_LENGTH;
    byte[] end = new byte[] {1, 2, 3};

    long sent = write("/sparse", new Sparse(length, end)).sentBytes();
    long empty = write("/empty", new Sparse(length, new byte[0])).sentBytes();

    assertThat(sent).isLessThan(2 * LITTLE);
    assertThat(empty).isLessThan(LITTLE);
    Entry.File file = drive.snapshot().file(VaultPath.of("/empty"));
    assertThat(file.content()).isEqualTo(new Content(length, 2, List.of(Hole.ZEROS)));
    Snapshot now = drive.snapshot();
    Ends read = new Ends();
    Entry.File sparse = now.file(VaultPath.of("/sparse"));
    now.read(sparse, 0, sparse.content().length(), read);
    assertThat(read.length).isEqualTo(length + end.length);
    assertThat(read.sum).isEqualTo(6);
  }

  @Test
  @Tag("A32")
  void zerosThatAreNoHolesTakeWhatNoiseTakes() throws Exception {
    byte[] zeros = new byte[1 << 20];
    byte[] noise = new byte[1 << 20];
    byte[] text = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    Arrays.fill(text, (byte) 'a');

    List<Long> sent = new ArrayList<>();
    for (byte[] content : List.of(zeros, noise, text)) {
      sent.add(DriveFiles.write(drive, "/file " + sent.size(), content).sentBytes());
    }

    assertThat(sent).allMatch(bytes -> bytes == 2L << 20);
  }

  private Batch.Committed write(String path, byte[] content) throws IOException {
    return write(path, new ByteArrayInputStream(content));
  }

  private Batch.Committed write(String path, InputStream content) throws IOException {
    try (Batch batch = drive.batch()) {
      batch.write(VaultPath.of(path), content, SPARSE, new Precondition.Anything());
      return batch.commit();
    }
  }

  /** Zeros, then an end. */
  private static final class Sparse extends InputStream {
    private final ByteArrayInputStream end;
    private long zeros;

    Sparse(long zeros, byte[] end) {
      this.zeros = zeros;
      this.end = new ByteArrayInputStream(end);
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (zeros == 0) {
        return end.read(target, offset, length);
      }
      int count = (int) Math.min(length, zeros);
      Arrays.fill(target, offset, offset + count, (byte) 0);
      zeros -= count;
      return count;
    }
  }

  /** Counts bytes and adds up what they are. */
  private static final class Ends extends OutputStream {
    private long length;
    private long sum;

    @Override
    public void write(int octet) {
      length++;
      sum += octet;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
      length += count;
      for (int i = offset; i < offset + count; i++) {
        sum += bytes[i];
      }
    }
  }
}
