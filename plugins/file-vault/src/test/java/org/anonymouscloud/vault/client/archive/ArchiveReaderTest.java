package org.anonymouscloud.vault.client.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.vault.client.archive.ArchiveReader.ArchiveDamaged;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("S4.D")
final class ArchiveReaderTest {
  @TempDir private Path folder;

  private static final Instant TIME = Instant.parse("2026-11-03T08:30:00Z");
  private static final int RECORD = 512;

  /** Two of zeros end an archive. */
  private static final int END = 2 * RECORD;

  @Test
  void anArchiveThatStopsAnywhereBeforeItsEndIsDamaged() throws IOException {
    // Zeros at the end of a file must not be taken for the end of the archive.
    byte[] archive = archive(file("one", new byte[2_000]), file("two", new byte[1_024]));
    assertThat(names(archive)).containsExactly("one", "two");

    for (int length = 0; length <= archive.length - END; length += 1) {
      byte[] cut = Arrays.copyOf(archive, length);
      assertThatThrownBy(() -> names(cut))
          .as("cut at %d", length)
          .isInstanceOf(ArchiveDamaged.class);
    }
  }

  @Test
  void oneRecordOfZerosIsAnEnd() throws IOException {
    byte[] archive = archive(file("one", new byte[] {1}));

    assertThat(names(Arrays.copyOf(archive, archive.length - RECORD))).containsExactly("one");
  }

  @Test
  void aNameThatCannotBeInATreeIsToldAndTheRestGoesOn() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (String name : List.of("before", "../up", "/absolute", "after")) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(1);
        tar.putArchiveEntry(entry);
        tar.write(1);
        tar.closeArchiveEntry();
      }
    }
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(out.toByteArray()));

    assertThat(names(reader)).containsExactly("before", "after");
    assertThat(reader.refused()).hasSize(2).anyMatch(line -> line.contains("leads out"));
  }

  @Test
  void aFileCanBeTakenBack() throws IOException {
    byte[] archive =
        archive(
            file("whole", new byte[] {1}),
            file("half", new byte[] {2}),
            writer -> writer.takeBack(List.of("half")));
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

    List<ArchiveEntry.Kind> kinds = new ArrayList<>();
    for (ArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
      kinds.add(entry.kind());
    }

    assertThat(kinds)
        .containsExactly(
            ArchiveEntry.Kind.FILE, ArchiveEntry.Kind.FILE, ArchiveEntry.Kind.TAKE_BACK);
  }

  @Test
  @Tag("S4.D")
  void aFileThatIsGivenUpHasItsLengthAndIsTakenBack() throws IOException {
    byte[] archive =
        archive(
            writer -> {
              writer.begin(ArchiveEntry.file(List.of("half"), 100_000, Instant.EPOCH, false));
              writer.write(new byte[] {1}, 0, 1);
              writer.giveUp(List.of("half"));
            },
            file("whole", new byte[] {1}));
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

    assertThat(reader.next().size()).isEqualTo(100_000);
    assertThat(reader.next().kind()).isEqualTo(ArchiveEntry.Kind.TAKE_BACK);
    assertThat(reader.next().names()).containsExactly("whole");
    assertThat(reader.next()).isNull();
  }

  @Test
  void whatOthersMeanByALetterIsPassedOverByNameAndTheRestGoesOn() throws IOException {
    byte[] content = padded("content".getBytes(US_ASCII));
    for (byte type : new byte[] {'A', 'B', 'E', 'I', 'N', 'V', 'Z'}) {
      byte[] archive =
          join(
              part(file("before", new byte[] {1})),
              header("before", type, 7),
              content,
              header("label", type, 0),
              archive(file("after", new byte[] {2})));
      ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

      List<ArchiveEntry> entries = entries(reader);

      assertThat(entries).as("%c", type).hasSize(2);
      assertThat(entries)
          .allMatch(entry -> entry.kind() == ArchiveEntry.Kind.FILE && entry.size() == 1);
      assertThat(reader.skipped()).containsExactly("before", "label");
    }
  }

  @Test
  void theRestOfAFileOfAnotherVolumeIsNoFile() throws IOException {
    byte[] archive =
        join(
            header("half", (byte) 'M', 7),
            padded("content".getBytes(US_ASCII)),
            archive(file("after", new byte[] {2})));
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

    assertThat(names(reader)).containsExactly("after");
    assertThat(reader.refused()).hasSize(1).first().asString().startsWith("half: a part of a file");
  }

  @Test
  void foldersOfAllKindsOfTarAreFolders() throws IOException {
    byte[] list = padded("Yone\0\0".getBytes(US_ASCII));
    byte[] archive =
        join(
            header("plain/", (byte) '5', 0),
            header("with a size but nothing behind it/", (byte) '5', 4096),
            header("dumped/", (byte) 'D', 6),
            list,
            header("dumped without a slash", (byte) 'D', 6),
            list,
            header("of old kind/", (byte) 0, 6),
            list,
            archive(file("after", new byte[] {2})));
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

    List<ArchiveEntry> entries = entries(reader);

    assertThat(entries).hasSize(6);
    assertThat(entries.subList(0, 5)).allMatch(ArchiveEntry::folder);
    assertThat(entries.getLast().names()).containsExactly("after");
    byte[] last =
        join(header("with a size but nothing behind it/", (byte) '5', 4096), new byte[END]);
    assertThat(names(last)).hasSize(1);
  }

  @Test
  void aValueThatIsNoneCostsItselfAlone() throws IOException {
    for (String record :
        List.of(
            "mtime=NaN",
            "mtime=Infinity",
            "mtime=",
            "mtime=1e999999999",
            "mtime=99999999999999999999999",
            "atime=NaN",
            "ctime=x",
            "uid=x",
            "gid=-",
            "SCHILY.devmajor=x",
            "LIBARCHIVE.creationtime=NaN")) {
      String[] parts = record.split("=", 2);
      for (byte type : new byte[] {'x', 'X', 'g'}) {
        byte[] records = join(pax("path", "longer"), pax(parts[0], parts[1]));
        byte[] archive =
            join(
                header("h", type, records.length),
                padded(records),
                archive(file("one", new byte[] {1}), file("two", new byte[] {2})));
        assertThat(names(archive)).as(record).hasSize(2).startsWith("longer");
      }
    }
    byte[] whole = pax("mtime", "1.5");
    ArchiveReader reader =
        new ArchiveReader(
            new ByteArrayInputStream(
                join(
                    header("h", (byte) 'x', whole.length),
                    padded(whole),
                    archive(file("one", new byte[] {1})))));
    assertThat(entries(reader).getFirst().modified()).isEqualTo(Instant.ofEpochMilli(1_500));
  }

  @Test
  void fieldsThatNobodyAsksForMayHoldAnything() throws IOException {
    byte[] archive = archive(file("one", new byte[] {1}));
    for (int[] field : new int[][] {{108, 8}, {116, 8}, {136, 12}, {329, 8}, {337, 8}}) {
      byte[] bent = archive.clone();
      Arrays.fill(bent, field[0], field[0] + field[1], (byte) 'x');
      sum(bent);
      assertThat(names(bent)).as("at %d", field[0]).containsExactly("one");
    }
  }

  @Test
  @Tag("S4.D")
  void aHeaderThatWasChangedOnItsWayIsNoneOfItsFile() throws IOException {
    byte[] archive = archive(file("one", new byte[] {1}));
    archive[0] = 'x';

    assertThatThrownBy(() -> names(archive))
        .isInstanceOf(ArchiveDamaged.class)
        .hasMessageContaining("checksum");
  }

  @Test
  @Tag("S4.D")
  void aFileInPiecesIsPassedOverByNameAndTheRestGoesOn() throws Exception {
    Path file = folder.resolve("holes");
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      // More than the library may read for headers.
      for (int piece = 0; piece < 30; piece++) {
        out.write(ByteBuffer.wrap(new byte[100_000]), piece * 1_000_000L);
        out.write(ByteBuffer.wrap(new byte[] {1}), piece * 1_000_000L + 100_000);
      }
    }
    Files.writeString(folder.resolve("last"), "x");
    for (String format : List.of("gnu", "posix")) {
      Path tar = folder.resolve(format + ".tar");
      Process process =
          new ProcessBuilder(
                  "tar",
                  "-S",
                  "--format=" + format,
                  "-cf",
                  tar.toString(),
                  "-C",
                  folder.toString(),
                  "holes",
                  "last")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      assumeTrue(process.waitFor() == 0, "GNU tar makes the archive.");
      ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(Files.readAllBytes(tar)));

      assertThat(names(reader)).as(format).containsExactly("last");
      assertThat(reader.skipped()).as(format).singleElement().asString().contains("holes");
    }
  }

  @Test
  @Tag("S4.D")
  void aNameThatIsNoTextIsRefusedAndTheRestGoesOn() throws IOException {
    byte[] archive = archive(file("one", new byte[] {1}), file("two", new byte[] {2}));
    archive[1] = (byte) 0xff;
    sum(archive);
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

    assertThat(names(reader)).containsExactly("two");
    assertThat(reader.refused()).singleElement().asString().contains("not valid UTF-8");
  }

  /** Makes the first header's checksum right. */
  private static void sum(byte[] archive) {
    Arrays.fill(archive, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += archive[i] & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(US_ASCII);
    System.arraycopy(digits, 0, archive, 148, digits.length);
  }

  @Test
  void whatCouldNotBeReadIsSaid() throws IOException {
    byte[] archive =
        archive(
            file("one", new byte[] {1}),
            writer -> writer.unreadable(List.of("a", "ü".repeat(100)), "It is lost.", false),
            writer -> writer.unreadable(List.of(), "All is away.", true));
    List<ArchiveReader.Unreadable> unreadable = new ArrayList<>();
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive), unreadable::add);

    assertThat(names(reader)).containsExactly("one");
    assertThat(unreadable)
        .containsExactly(
            new ArchiveReader.Unreadable(List.of("a", "ü".repeat(100)), "It is lost.", false),
            new ArchiveReader.Unreadable(List.of(), "All is away.", true));
    assertThat(reader.skipped()).isEmpty();
  }

  /** An entry without the archive's end. */
  private static byte[] part(Part part) throws IOException {
    byte[] whole = archive(part);
    return Arrays.copyOf(whole, 2 * RECORD);
  }

  private static List<ArchiveEntry> entries(ArchiveReader reader) throws IOException {
    List<ArchiveEntry> entries = new ArrayList<>();
    for (ArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
      entries.add(entry);
    }
    return entries;
  }

  @Test
  void longNamesOfAnyCharactersComeBack() throws IOException {
    List<String> names = new ArrayList<>();
    for (String part : List.of("a", "ü", "語", "🙂")) {
      names.add(part.repeat(60));
    }
    byte[] archive =
        archive(
            writer -> {
              writer.begin(ArchiveEntry.file(names, 0, TIME, false));
              writer.end();
            });

    assertThat(names(archive)).containsExactly(String.join("/", names));
  }

  @Test
  void headersThatWouldFillTheMemoryAreRefused() throws IOException {
    for (byte type : new byte[] {'x', 'X', 'L', 'K'}) {
      byte[] content = pax("comment", "c".repeat(ArchiveReader.MAX_HEADERS));
      assertRefused("more than 1024 KiB", header("h", type, content.length), content);
    }
    byte[] content = pax("comment", "c".repeat(ArchiveReader.MAX_GLOBAL_HEADERS));
    assertRefused("global headers", header("h", (byte) 'g', content.length), content);
  }

  @Test
  void globalHeadersCountTogether() throws IOException {
    byte[] record = pax("comment", "c".repeat(ArchiveReader.MAX_GLOBAL_HEADERS / 2));
    byte[] global = join(header("h", (byte) 'g', record.length), padded(record));

    assertThat(names(join(global, archive(file("one", new byte[1]))))).containsExactly("one");
    byte[] entry = Arrays.copyOf(archive(file("one", new byte[1])), 2 * RECORD);
    assertRefused("global headers", global, entry, global);
  }

  @Test
  void headersInARowAreCounted() throws IOException {
    for (byte type : new byte[] {'x', 'X', 'L', 'K', 'g'}) {
      byte[] empty = header("h", type, 0);
      byte[][] row = new byte[ArchiveReader.MAX_HEADERS_IN_A_ROW + 1][];
      Arrays.fill(row, empty);
      assertRefused("extended headers before one entry", row);
    }
  }

  @Test
  void aMapOfHolesIsAHeaderToo() throws IOException {
    // GNU's oldest form: records that say that another follows.
    byte[] sparse = header("s", (byte) 'S', 0);
    System.arraycopy("ustar  \0".getBytes(US_ASCII), 0, sparse, 257, 8);
    sparse[482] = 1;
    byte[] more = new byte[RECORD];
    more[504] = 1;
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 0; i <= ArchiveReader.MAX_HEADERS / RECORD; i++) {
      records.write(more);
    }
    assertRefused("more than 1024 KiB", sparse, records.toByteArray());
  }

  @Test
  void aLongContentThatNobodyReadsIsNoHeader() throws IOException {
    byte[] archive =
        archive(
            file("long", new byte[2 * ArchiveReader.MAX_HEADERS]), file("after", new byte[] {1}));
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(archive));

    assertThat(reader.next()).isNotNull();
    assertThat(reader.next()).isNotNull();
    assertThat(reader.next()).isNull();
  }

  @Test
  void whatIsPassedOverIsToldShortlyAndNotWithoutEnd() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (int i = 0; i < 1_500; i++) {
        TarArchiveEntry device = new TarArchiveEntry("l\u001b" + "o".repeat(1_000), (byte) '3');
        tar.putArchiveEntry(device);
        tar.closeArchiveEntry();
        tar.putArchiveEntry(new TarArchiveEntry("../" + "u".repeat(1_000), true));
        tar.closeArchiveEntry();
      }
    }
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(out.toByteArray()));

    assertThat(names(reader)).isEmpty();
    assertThat(reader.skipped())
        .hasSize(1_000)
        .allMatch(line -> line.length() <= 400 && !line.contains("\u001b"));
    assertThat(reader.refused()).hasSize(1_000).allMatch(line -> line.length() <= 400);
  }

  @Test
  void linksComeBackWithWhereTheyLead() throws IOException {
    List<String> targets =
        List.of(
            "file", "../up", "/etc/passwd", "mit Umläuten/日本", "long/".repeat(800), "ä".repeat(90));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ArchiveWriter writer = new ArchiveWriter(out);
    Instant time = Instant.parse("2026-11-01T08:00:00.000000001Z");
    for (int i = 0; i < targets.size(); i++) {
      writer.begin(ArchiveEntry.link(List.of("folder", "link" + i), targets.get(i), time));
      writer.end();
    }
    writer.finish();
    ArchiveReader reader = new ArchiveReader(new ByteArrayInputStream(out.toByteArray()));

    for (int i = 0; i < targets.size(); i++) {
      assertThat(reader.next())
          .isEqualTo(ArchiveEntry.link(List.of("folder", "link" + i), targets.get(i), time));
    }
    assertThat(reader.next()).isNull();
  }

  @Test
  void aLinkThatLeadsToWhatIsNoTextIsRefused() throws IOException {
    byte[] header = header("link", (byte) '2', 0);
    header[157] = (byte) 0xff;
    ArchiveReader reader =
        new ArchiveReader(new ByteArrayInputStream(join(summed(header), new byte[1024])));

    assertThat(reader.next()).isNull();
    assertThat(reader.refused()).singleElement().asString().contains("not valid UTF-8");
  }

  private static byte[] summed(byte[] header) {
    int sum = 0;
    for (int i = 0; i < header.length; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(UTF_8);
    System.arraycopy(digits, 0, header, 148, digits.length);
    return header;
  }

  private static void assertRefused(String why, byte[]... parts) {
    assertThatThrownBy(() -> names(join(parts)))
        .isInstanceOf(ArchiveDamaged.class)
        .hasMessageContaining(why);
  }

  private static byte[] header(String name, byte type, long size) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type);
    entry.setSize(size);
    byte[] record = new byte[RECORD];
    entry.writeEntryHeader(record);
    return record;
  }

  private static byte[] pax(String key, String value) {
    String tail = " " + key + "=" + value + "\n";
    int length = tail.length() + 1;
    while (length < tail.length() + String.valueOf(length).length()) {
      length++;
    }
    return (length + tail).getBytes(US_ASCII);
  }

  private static byte[] padded(byte[] content) {
    return Arrays.copyOf(content, (content.length + RECORD - 1) / RECORD * RECORD);
  }

  private static byte[] join(byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part);
    }
    return out.toByteArray();
  }

  /** A part of an archive. */
  @FunctionalInterface
  private interface Part {
    void write(ArchiveWriter writer) throws IOException;
  }

  private static Part file(String name, byte[] content) {
    return writer -> {
      writer.begin(ArchiveEntry.file(List.of(name), content.length, TIME, false));
      writer.write(content, 0, content.length);
      writer.end();
    };
  }

  private static byte[] archive(Part... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ArchiveWriter writer = new ArchiveWriter(out);
    for (Part part : parts) {
      part.write(writer);
    }
    writer.finish();
    return out.toByteArray();
  }

  private static List<String> names(byte[] archive) throws IOException {
    return names(new ArchiveReader(new ByteArrayInputStream(archive)));
  }

  private static List<String> names(ArchiveReader reader) throws IOException {
    List<String> names = new ArrayList<>();
    for (ArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
      names.add(String.join("/", entry.names()));
      reader.content().transferTo(OutputStream.nullOutputStream());
    }
    return names;
  }
}
