package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Reads a backup's rows by docs/formats/backup.md, without the product's code. */
final class BackupColumns {
  private static final int MAGIC = "anoncloud-rows-1\n".length();
  private static final int BIGINT = 2;

  private BackupColumns() {}

  /** The columns of all tables, each as {@code table.column}. */
  static Set<String> of(Path rows) throws IOException {
    Set<String> columns = new LinkedHashSet<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(rows)))) {
      in.skipNBytes(MAGIC);
      while (in.readByte() == 'T') {
        String table = string(in);
        int[] types = new int[in.readUnsignedShort()];
        for (int i = 0; i < types.length; i++) {
          columns.add(table + "." + string(in));
          types[i] = in.readByte();
        }
        while (in.readByte() == 'R') {
          for (int type : types) {
            if (in.readByte() != 0) {
              in.skipNBytes(type == BIGINT ? Long.BYTES : in.readInt());
            }
          }
        }
        in.readLong();
      }
    }
    return columns;
  }

  private static String string(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readUnsignedShort()), US_ASCII);
  }
}
