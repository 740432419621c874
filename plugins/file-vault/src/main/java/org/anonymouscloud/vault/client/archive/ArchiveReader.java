package org.anonymouscloud.vault.client.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive, which may come from any program: names are checked, what is neither file nor
 * folder is passed over. Not thread-safe.
 */
public final class ArchiveReader {
  private static final int BUFFER = 64 * 1024;
  private static final int OWNER_MAY_RUN = 0100;

  private final InputStream in;
  private final TarArchiveInputStream tar;
  private final List<String> skipped = new ArrayList<>();

  /** An archive that breaks off or is none, or has a name that cannot be in a tree. */
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
    this.in = new BufferedInputStream(in, BUFFER);
    this.tar = new TarArchiveInputStream(this.in, UTF_8.name());
  }

  /**
   * The next file or folder; null after the last.
   *
   * @throws ArchiveDamaged if the archive is damaged
   */
  public @Nullable ArchiveEntry next() throws IOException {
    while (true) {
      TarArchiveEntry header = header();
      if (header == null) {
        in.transferTo(OutputStream.nullOutputStream());
        return null;
      }
      List<String> names = names(header.getName());
      if (header.isDirectory()) {
        return ArchiveEntry.folder(names, modified(header));
      }
      if (isSpecial(header)) {
        skipped.add(header.getName());
        continue;
      }
      if (names.isEmpty()) {
        throw new ArchiveDamaged("A file in the archive has no name.");
      }
      return ArchiveEntry.file(
          names, header.getSize(), modified(header), (header.getMode() & OWNER_MAY_RUN) != 0);
    }
  }

  private @Nullable TarArchiveEntry header() throws ArchiveDamaged {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw new ArchiveDamaged("The archive is damaged or breaks off.", e);
    }
  }

  private static Instant modified(TarArchiveEntry header) throws ArchiveDamaged {
    Instant modified = header.getLastModifiedTime().toInstant();
    String nanos = header.getExtraPaxHeader(ArchiveWriter.NANOS);
    try {
      return nanos == null
          ? modified
          : Instant.ofEpochSecond(modified.getEpochSecond(), Integer.parseInt(nanos));
    } catch (NumberFormatException e) {
      throw new ArchiveDamaged("The archive has a time that there is not.", e);
    }
  }

  private static boolean isSpecial(TarArchiveEntry header) {
    return header.isLink()
        || header.isSymbolicLink()
        || header.isCharacterDevice()
        || header.isBlockDevice()
        || header.isFIFO()
        || header.isSparse();
  }

  /** The bytes of the file that came last; ends with it. A cut archive is an error, not an end. */
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

  /** Links, devices and other things that were passed over. */
  public List<String> skipped() {
    return List.copyOf(skipped);
  }

  private static List<String> names(String path) throws ArchiveDamaged {
    List<String> names = new ArrayList<>();
    if (path.startsWith("/")) {
      throw new ArchiveDamaged("A name in the archive is an absolute path.");
    }
    for (String name : path.split("/")) {
      if (name.equals("..")) {
        throw new ArchiveDamaged("A name in the archive leads out of it.");
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return names;
  }
}
