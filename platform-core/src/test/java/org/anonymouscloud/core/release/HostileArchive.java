package org.anonymouscloud.core.release;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Jars that are made to hurt who unpacks or reads them; apart from that each is a plugin. */
enum HostileArchive {
  CLIMBING("outside", "../escaped"),
  SIBLING("outside", "../plugins-evil/escaped"),
  DEEP("outside", "a/b/../../../escaped"),
  ABSOLUTE("outside", HostileArchive.OUTSIDE_NAME),
  BACKSLASHES("outside", "..\\escaped"),
  DRIVE("outside", "C:/escaped"),
  LINK("", "link"),
  TWICE("twice", "once"),
  BOMB("larger than 1 GiB", "bomb");

  private static final String OUTSIDE_NAME = "/tmp/anonymouscloud-escaped";

  /** Where an absolute name leads. */
  static final Path OUTSIDE = Path.of(OUTSIDE_NAME);

  private static final String MANIFEST =
      """
      Manifest-Version: 1.0
      Plugin-Id: notes
      Plugin-Version: 1.0.0
      Plugin-Capabilities: server-feature/1

      """;
  private static final int CENTRAL_HEADER = 0x02014b50;
  private static final int MADE_BY = 4;
  private static final int SIZE = 24;
  private static final int ATTRIBUTES = 38;
  private static final int NAME = 46;
  private static final int UNIX_LINK = 0120777 << 16;

  private final String reason;
  private final String entry;

  HostileArchive(String reason, String entry) {
    this.reason = reason;
    this.entry = entry;
  }

  /** Why such a jar is refused even if it is signed. */
  String reason() {
    return reason;
  }

  Path writeTo(Path file) throws IOException {
    return Files.write(file, content());
  }

  private byte[] content() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      put(zip, "META-INF/MANIFEST.MF", MANIFEST);
      put(zip, entry, "/etc");
      if (this == TWICE) {
        // The library refuses to write a name twice, so it is renamed afterwards.
        put(zip, "eoce", "another");
      }
    }
    byte[] zip = out.toByteArray();
    if (this == TWICE) {
      zip = new String(zip, ISO_8859_1).replace("eoce", entry).getBytes(ISO_8859_1);
    }
    ByteBuffer header = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int at = centralHeader(header);
    if (this == LINK) {
      header.put(at + MADE_BY + 1, (byte) 3).putInt(at + ATTRIBUTES, UNIX_LINK);
    } else if (this == BOMB) {
      // Only said to be so large: whoever believes it makes room for it.
      header.putInt(at + SIZE, Integer.MAX_VALUE);
    }
    return zip;
  }

  private static void put(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(UTF_8));
    zip.closeEntry();
  }

  private int centralHeader(ByteBuffer zip) {
    byte[] name = entry.getBytes(UTF_8);
    for (int at = 0; at < zip.limit() - NAME - name.length; at++) {
      if (zip.getInt(at) == CENTRAL_HEADER
          && ByteBuffer.wrap(name).equals(zip.slice(at + NAME, name.length))) {
        return at;
      }
    }
    throw new AssertionError("There is no entry " + entry + ".");
  }

  /** Unpacks an archive as careless programs do. */
  static void unpackInGoodFaith(Path archive, Path folder) {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
      for (ZipEntry next = zip.getNextEntry(); next != null; next = zip.getNextEntry()) {
        Path file = folder.resolve(next.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
