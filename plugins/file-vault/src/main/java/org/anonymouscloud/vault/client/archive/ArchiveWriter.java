package org.anonymouscloud.vault.client.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;

/** Writes an archive. Not thread-safe. */
public final class ArchiveWriter {
  private static final int RECORD = 512;
  private static final int BUFFER = 512 * 1024;
  private static final int FILE_MODE = 0100644;
  private static final int EXECUTABLE_MODE = 0100755;
  private static final int FOLDER_MODE = 040755;
  private static final int LINK_MODE = 0120777;

  /**
   * The type of an entry of our own, from the letters that POSIX.1-2001 leaves to whoever needs
   * one: a word about a file or folder, which a pax header of our own tells from what others mean
   * by the letter. Other programs pass it over or take it for an empty file.
   */
  static final byte WORD = 'A';

  /** The word that the file before it, which has the same name, is not to be kept. */
  static final String TAKE_BACK = "ANONYMOUSCLOUD.take-back";

  /** The word why a file or a folder, or a part of that, is not in the archive. */
  static final String UNREADABLE = "ANONYMOUSCLOUD.unreadable";

  /** Stands beside that if it is not for ever. */
  static final String FOR_NOW = "ANONYMOUSCLOUD.for-now";

  /** A pax header of our own: nanoseconds, where the library keeps only hundreds of them. */
  static final String NANOS = "ANONYMOUSCLOUD.mtime-nanos";

  /**
   * A pax header of our own: the disk that the file comes from does not keep all of its zeros. They
   * stand in the archive all the same.
   */
  static final String SPARSE = "ANONYMOUSCLOUD.sparse";

  private static final int TAR_NANOS = 100;

  private static final byte[] ZEROS = new byte[64 * 1024];

  private final BufferedOutputStream out;
  private final TarArchiveOutputStream tar;

  /** Bytes of the file that began last which are still to come. */
  private long missing;

  /**
   * @param out stays the caller's to close
   */
  public ArchiveWriter(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER);
    this.tar = new TarArchiveOutputStream(this.out, RECORD, UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  /** Begins an entry; a file's bytes follow, exactly as many as it says. */
  public void begin(ArchiveEntry entry) throws IOException {
    String path = entry.names().isEmpty() ? "." : String.join("/", entry.names());
    TarArchiveEntry header =
        switch (entry.kind()) {
          case FOLDER -> new Header(path + "/");
          case LINK -> new Header(path, TarConstants.LF_SYMLINK);
          case FILE, TAKE_BACK -> new Header(path);
        };
    header.setLinkName(entry.target());
    header.setSize(entry.size());
    header.setMode(
        switch (entry.kind()) {
          case FOLDER -> FOLDER_MODE;
          case LINK -> LINK_MODE;
          case FILE, TAKE_BACK -> entry.executable() ? EXECUTABLE_MODE : FILE_MODE;
        });
    header.setLastModifiedTime(FileTime.from(entry.modified()));
    int nanos = entry.modified().get(ChronoField.NANO_OF_SECOND);
    if (nanos % TAR_NANOS != 0) {
      header.addPaxHeader(NANOS, Integer.toString(nanos));
    }
    if (entry.sparse()) {
      header.addPaxHeader(SPARSE, "1");
    }
    tar.putArchiveEntry(header);
    missing = entry.size();
  }

  /**
   * A header whose long names are cut quickly: they stand whole in a pax header before it, and to
   * find out how much of one fits here as well the library encodes it once for each character too
   * many.
   */
  private static final class Header extends TarArchiveEntry {
    /** That many characters, whichever they are, fit the header's 100 bytes. */
    private static final int FITTING = 25;

    Header(String path) {
      super(path, true);
    }

    Header(String path, byte type) {
      super(path, type);
    }

    @Override
    public void writeEntryHeader(byte[] target, ZipEncoding encoding, boolean starMode)
        throws IOException {
      String name = getName();
      String link = getLinkName();
      setName(fitting(name));
      setLinkName(fitting(link));
      super.writeEntryHeader(target, encoding, starMode);
      setName(name);
      setLinkName(link);
    }

    private static String fitting(String whole) {
      return whole.getBytes(UTF_8).length > TarConstants.NAMELEN
          ? whole.substring(0, whole.offsetByCodePoints(0, FITTING))
          : whole;
    }
  }

  public void write(byte[] bytes, int offset, int length) throws IOException {
    tar.write(bytes, offset, length);
    missing -= length;
  }

  /** Ends the file that began last though it is not whole, and says that it is not to be kept. */
  public void giveUp(List<String> names) throws IOException {
    // The archive has promised so many bytes, and what comes after them is to be found.
    while (missing > 0) {
      write(ZEROS, 0, (int) Math.min(ZEROS.length, missing));
    }
    end();
    takeBack(names);
  }

  /** Ends the entry that began last. */
  public void end() throws IOException {
    tar.closeArchiveEntry();
  }

  /** Says that the file which ended last, and has these names, is not to be kept. */
  public void takeBack(List<String> names) throws IOException {
    word(names, Map.of(TAKE_BACK, "1"));
  }

  /**
   * Says that a file or a folder, or a part of that, is not in the archive as it could not be read.
   *
   * @param forNow whether it may be had later: no check has failed
   */
  public void unreadable(List<String> names, String why, boolean forNow) throws IOException {
    word(names, forNow ? Map.of(UNREADABLE, why, FOR_NOW, "1") : Map.of(UNREADABLE, why));
  }

  private void word(List<String> names, Map<String, String> headers) throws IOException {
    String path = names.isEmpty() ? "." : String.join("/", names);
    TarArchiveEntry entry = new Header(path, WORD);
    entry.setMode(FILE_MODE);
    headers.forEach(entry::addPaxHeader);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  /** Ends the archive. */
  public void finish() throws IOException {
    tar.finish();
    // Not the archive's own flush, which does nothing.
    out.flush();
  }
}
