package org.anonymouscloud.vault.client.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.anonymouscloud.core.wire.ForeignText;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive, which may come from any program: names are checked, what is no file, folder or
 * symbolic link is passed over. One that stops without its end is damaged, wherever it stops. What
 * the library keeps in memory, headers, is bounded before it gets them. Not thread-safe.
 */
public final class ArchiveReader implements TreeSource {
  private static final int BUFFER = 64 * 1024;
  private static final int OWNER_MAY_RUN = 0100;

  private static final int RECORD = 512;

  /** Where a header's own record says what it is, and how long what follows (ustar). */
  private static final int TYPE = 156;

  private static final int SIZE = 124;
  private static final int LINK_NAME = 157;

  /** Bytes of all that stands before an entry's content: long names, times, maps of holes. */
  static final int MAX_HEADERS = 1 << 20;

  /** Headers of headers that may stand before one entry's own; programs write one to three. */
  static final int MAX_HEADERS_IN_A_ROW = 16;

  /** Bytes of the headers that hold for all entries after them, and so are kept to the end. */
  static final int MAX_GLOBAL_HEADERS = 64 * 1024;

  /** Types of GNU tar. */
  private static final byte DUMPED_FOLDER = 'D';

  private static final byte LATER_PART = 'M';

  /** How many things of one archive are told of in words, of each kind. */
  private static final int MAX_TOLD = 1_000;

  private final Input in;
  private final Tar tar;
  private final List<String> skipped = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final UnreadableHeard unreadable;

  /** Where the content of the last entry ends, with what fills its record. */
  private long contentEnd;

  /** Bytes at most that are left of the last entry, if it was a file in pieces. */
  private long pieces;

  /**
   * A file that is not in the archive, or a folder that is not or not wholly.
   *
   * @param names from the top of the tree down
   * @param forNow whether it may be had later: no check has failed
   */
  public record Unreadable(List<String> names, String why, boolean forNow) {
    public Unreadable {
      names = List.copyOf(names);
    }
  }

  /** Hears of what is not in an archive. */
  @FunctionalInterface
  public interface UnreadableHeard {
    void hear(Unreadable what) throws IOException;
  }

  /** An archive that breaks off or is none. */
  public static final class ArchiveDamaged extends IOException {
    private static final long serialVersionUID = 1;

    ArchiveDamaged(String message) {
      super(message);
    }

    ArchiveDamaged(String message, Exception cause) {
      super(message, cause);
    }
  }

  /**
   * @param in stays the caller's to close
   */
  public ArchiveReader(InputStream in) {
    this(in, missing -> {});
  }

  /**
   * @param in stays the caller's to close
   * @param unreadable hears, as it is met, of what whoever wrote the archive could not read
   */
  public ArchiveReader(InputStream in, UnreadableHeard unreadable) {
    this.unreadable = unreadable;
    this.in = new Input(new BufferedInputStream(in, BUFFER));
    this.tar = new Tar(this.in);
  }

  /**
   * The next file, folder or link; null after the last.
   *
   * @throws ArchiveDamaged if the archive is damaged
   */
  @Override
  public @Nullable ArchiveEntry next() throws IOException {
    while (true) {
      TarArchiveEntry header = header();
      if (header == null) {
        requireEnd();
        in.transferTo(OutputStream.nullOutputStream());
        return null;
      }
      if (!header.isCheckSumOK()) {
        throw new ArchiveDamaged("The archive is damaged: a header's checksum is not right.");
      }
      // Of a file in pieces the library has read some already, and passes over the rest.
      contentEnd = in.position + (header.isSparse() ? 0 : content(header));
      pieces = header.isSparse() ? content(header) : 0;
      if (tar.isNameNoText && header.getName().indexOf('?') >= 0) {
        refuse(header.getName(), "its name is not valid UTF-8.");
        continue;
      }
      List<String> names;
      try {
        names = names(header.getName());
      } catch (IllegalArgumentException e) {
        refuse(header.getName(), String.valueOf(e.getMessage()));
        continue;
      }
      String why = header.getExtraPaxHeader(ArchiveWriter.UNREADABLE);
      if (why != null) {
        boolean forNow = header.getExtraPaxHeader(ArchiveWriter.FOR_NOW) != null;
        unreadable.hear(new Unreadable(names, ForeignText.sentence(why), forNow));
      }
      if (isPart(header)) {
        refuse(header.getName(), "a part of a file that begins in another archive.");
      } else if (isFolder(header)) {
        return ArchiveEntry.folder(names, modified(header));
      } else if (names.isEmpty()) {
        refuse(header.getName(), "a file needs a name.");
      } else if (header.getExtraPaxHeader(ArchiveWriter.TAKE_BACK) != null) {
        return ArchiveEntry.takeBack(names);
      } else if (header.isSymbolicLink()) {
        if (tar.isLinkNoText && header.getLinkName().indexOf('?') >= 0) {
          refuse(header.getName(), "where the link leads is not valid UTF-8.");
          continue;
        }
        return ArchiveEntry.link(names, header.getLinkName(), modified(header));
      } else if (isFile(header)) {
        return ArchiveEntry.file(
            names,
            header.getSize(),
            modified(header),
            (header.getMode() & OWNER_MAY_RUN) != 0,
            header.getExtraPaxHeader(ArchiveWriter.SPARSE) != null);
      } else if (why == null) {
        tell(skipped, ForeignText.sentence(header.getName()));
      }
    }
  }

  /**
   * Bytes that follow a header. What folders say of their size is not there (POSIX.1-2001, ustar),
   * but for those that GNU tar lists.
   */
  private static long content(TarArchiveEntry header) {
    return header.getLinkFlag() == TarConstants.LF_DIR
        ? 0
        : (header.getSize() + RECORD - 1) / RECORD * RECORD;
  }

  /**
   * The end of an archive is a record of zeros (POSIX.1-2001, ustar). The library takes the end of
   * the stream for it, and so a stream that was cut between two entries for a whole archive.
   */
  private void requireEnd() throws ArchiveDamaged {
    if (in.position < contentEnd + RECORD || in.zerosFrom > contentEnd) {
      throw new ArchiveDamaged("The archive breaks off: its end is missing.");
    }
  }

  /** The library, which takes in whole whatever a header claims to be, and any number of them. */
  private static final class Tar extends TarArchiveInputStream {
    private int inARow;
    private long global;

    /** Whether the library has put a question mark where the last header's name was no text. */
    private boolean isNameNoText;

    /** The same of where a link leads. */
    private boolean isLinkNoText;

    private final Input input;

    Tar(Input in) {
      // Fields that nobody asks for may hold what they like.
      super(in, RECORD * 20, RECORD, UTF_8.name(), true);
      this.input = in;
    }

    @Override
    protected byte[] readRecord() throws IOException {
      byte[] record = super.readRecord();
      if (record != null) {
        check(record);
        isNameNoText = !isText(record, 0);
        isLinkNoText = !isText(record, LINK_NAME);
        if (isPax(record[TYPE])) {
          long size = TarUtils.parseOctalOrBinary(record, SIZE, TarConstants.SIZELEN);
          input.replaceNext(size, PaxRecords::withoutBadValues);
        }
      }
      return record;
    }

    private static boolean isText(byte[] record, int start) {
      int length = 0;
      while (length < TarConstants.NAMELEN && record[start + length] != 0) {
        length++;
      }
      try {
        var _ = UTF_8.newDecoder().decode(ByteBuffer.wrap(record, start, length));
        return true;
      } catch (CharacterCodingException e) {
        return false;
      }
    }

    private static boolean isPax(byte type) {
      return type == TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER
          || type == TarConstants.LF_PAX_EXTENDED_HEADER_LC
          || type == TarConstants.LF_PAX_EXTENDED_HEADER_UC;
    }

    private void check(byte[] record) throws ArchiveDamaged {
      switch (record[TYPE]) {
        case TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER -> {
          global += TarUtils.parseOctalOrBinary(record, SIZE, TarConstants.SIZELEN);
          if (global > MAX_GLOBAL_HEADERS) {
            throw new ArchiveDamaged(
                "The archive's global headers are longer than "
                    + MAX_GLOBAL_HEADERS / 1024
                    + " KiB.");
          }
          inARow++;
        }
        case TarConstants.LF_PAX_EXTENDED_HEADER_LC,
            TarConstants.LF_PAX_EXTENDED_HEADER_UC,
            TarConstants.LF_GNUTYPE_LONGNAME,
            TarConstants.LF_GNUTYPE_LONGLINK ->
            inARow++;
        default -> inARow = 0;
      }
      if (inARow > MAX_HEADERS_IN_A_ROW) {
        throw new ArchiveDamaged(
            "The archive has more than "
                + MAX_HEADERS_IN_A_ROW
                + " extended headers before one entry.");
      }
    }
  }

  /** Knows how far it has been read, and from where on there were only zeros. */
  private static final class Input extends FilterInputStream {
    private long position;
    private long zerosFrom;

    /** Up to where the library may read. */
    private long limit = Long.MAX_VALUE;

    /** What comes before all else. */
    private ByteArrayInputStream ahead = new ByteArrayInputStream(new byte[0]);

    Input(InputStream in) {
      super(in);
    }

    /** Lets the next bytes be others, as many as they are. */
    void replaceNext(long length, UnaryOperator<byte[]> change) throws IOException {
      if (length > allowed()) {
        // The library will meet the limit.
        return;
      }
      byte[] next = in.readNBytes((int) length);
      ahead = new ByteArrayInputStream(change.apply(next));
    }

    /** Passes over everything up to a position. */
    void passTo(long end) throws IOException {
      while (position < end && read() >= 0) {
        var _ = skip(end - position);
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int wanted = (int) Math.min(length, allowed());
      int got =
          ahead.available() > 0
              ? ahead.read(target, offset, wanted)
              : in.read(target, offset, wanted);
      for (int i = got - 1; i >= 0; i--) {
        if (target[offset + i] != 0) {
          zerosFrom = position + i + 1;
          break;
        }
      }
      position += Math.max(got, 0);
      return got;
    }

    @Override
    public long skip(long count) throws IOException {
      long wanted = Math.min(count, allowed());
      long skipped = ahead.available() > 0 ? ahead.skip(wanted) : in.skip(wanted);
      position += skipped;
      return skipped;
    }

    private long allowed() throws ArchiveDamaged {
      if (position >= limit) {
        throw new ArchiveDamaged(
            "The archive has headers of more than " + MAX_HEADERS / 1024 + " KiB for one entry.");
      }
      return limit - position;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  private @Nullable TarArchiveEntry header() throws ArchiveDamaged {
    try {
      if (tar.getCurrentEntry() != null && pieces == 0) {
        // What is left of a content does not count.
        var _ = tar.skip(Long.MAX_VALUE);
        // The library takes for a folder all whose name ends like one's, and for empty.
        if (tar.getCurrentEntry().isDirectory()) {
          in.passTo(contentEnd);
        }
      }
      in.limit = in.position + pieces + MAX_HEADERS;
      return tar.getNextEntry();
    } catch (ArchiveDamaged e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new ArchiveDamaged("The archive is damaged or breaks off.", e);
    } finally {
      in.limit = Long.MAX_VALUE;
    }
  }

  /** When the entry was changed; how exactly is not worth losing a file. */
  private static Instant modified(TarArchiveEntry header) {
    Instant modified = header.getLastModifiedTime().toInstant();
    String nanos = header.getExtraPaxHeader(ArchiveWriter.NANOS);
    try {
      return nanos == null ? modified : modified.with(NANO_OF_SECOND, Integer.parseInt(nanos));
    } catch (NumberFormatException | DateTimeException e) {
      return modified;
    }
  }

  /** A folder, also with a list of what was in it, as GNU tar's incremental archives have. */
  private static boolean isFolder(TarArchiveEntry header) {
    return header.getLinkFlag() == DUMPED_FOLDER
        || (header.isDirectory() && !isLetter(header.getLinkFlag()));
  }

  /** The rest of a file, in an archive of several volumes. */
  private static boolean isPart(TarArchiveEntry header) {
    return header.getLinkFlag() == LATER_PART;
  }

  /**
   * Whatever is nothing else, also of a type that nobody knows (POSIX.1-2001, ustar). Letters are
   * left to whoever needs one: labels, access lists and other things that are no files.
   */
  private static boolean isFile(TarArchiveEntry header) {
    return !isLetter(header.getLinkFlag())
        && !header.isLink()
        && !header.isSymbolicLink()
        && !header.isCharacterDevice()
        && !header.isBlockDevice()
        && !header.isFIFO()
        && !header.isSparse();
  }

  private static boolean isLetter(byte type) {
    return type >= 'A' && type <= 'Z';
  }

  /** The bytes of the file that came last; ends with it. A cut archive is an error, not an end. */
  @Override
  public InputStream content() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        try {
          return tar.read(target, offset, length);
        } catch (IOException e) {
          throw new ArchiveDamaged("The archive is damaged or breaks off.", e);
        }
      }
    };
  }

  private void refuse(String name, String why) {
    tell(refused, ForeignText.sentence(name) + ": " + why);
  }

  /**
   * Remembers what could not be in a tree.
   *
   * @param sentence names it, for a person's eyes
   */
  public void refuse(String sentence) {
    tell(refused, sentence);
  }

  private static void tell(List<String> lines, String line) {
    if (lines.size() < MAX_TOLD) {
      lines.add(line);
    }
  }

  /** Hard links, devices and other things that were passed over, the first of them. */
  public List<String> skipped() {
    return List.copyOf(skipped);
  }

  /** What could not be in a tree under its name, and why; the first of it. */
  public List<String> refused() {
    return List.copyOf(refused);
  }

  private static List<String> names(String path) {
    List<String> names = new ArrayList<>();
    if (path.startsWith("/")) {
      throw new IllegalArgumentException("its name is an absolute path.");
    }
    for (String name : path.split("/")) {
      if (name.equals("..")) {
        throw new IllegalArgumentException("its name leads out of the archive.");
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return names;
  }
}
