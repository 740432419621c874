#!/bin/sh
# Apache Commons Compress 1.28.0, TarArchiveOutputStream in LONGFILE_POSIX mode: the time to write one entry's header
# grows with the square of the length of its name, although the long name stands in a pax header and only its first
# 100 bytes in the old one. To find out how much fits there, TarUtils.formatNameBytes encodes the name again for each
# character that is too many. Expected from memory: linear. Seen on two cores with OpenJDK 17, the best of eight batches, twice:
# 1,000 bytes 0.91 and 0.86 ms a header, 8,000 bytes 60 and 54 ms: 65 and 62 times as much, where linear would be 8.
# It touches us where trees go through the agent as archives (1,900 nested folders took 52 s, then 3): ArchiveWriter gives the
# old header a short name itself. Needs mvn and a JDK 17 or newer; fails if eight times the name costs less than 24 times as much.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for artifact in org.apache.commons:commons-compress:1.28.0 org.apache.commons:commons-lang3:3.18.0 \
  commons-io:commons-io:2.20.0 commons-codec:commons-codec:1.19.0; do
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="$artifact" -DoutputDirectory="$folder/lib"
done
cat >"$folder/LongNames.java" <<'JAVA'
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

public class LongNames {
  public static void main(String[] args) throws Exception {
    best(8_000); // warms up
    double some = best(1_000);
    double more = best(8_000);
    System.out.printf("1,000 bytes: %.3f ms, 8,000 bytes: %.3f ms, ratio %.1f%n", some, more, more / some);
    System.exit(more / some >= 24 ? 0 : 1);
  }

  private static double best(int length) throws Exception {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 8; i++) {
      best = Math.min(best, time(length, 20));
    }
    return best;
  }

  private static double time(int length, int entries) throws Exception {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(OutputStream.nullOutputStream(), 512, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      String name = "d/".repeat(length / 2 - 1) + "ff";
      long start = System.nanoTime();
      for (int i = 0; i < entries; i++) {
        tar.putArchiveEntry(new TarArchiveEntry(name, true));
        tar.closeArchiveEntry();
      }
      return (System.nanoTime() - start) / 1e6 / entries;
    }
  }
}
JAVA
javac -cp "$folder/lib/*" -d "$folder" "$folder/LongNames.java"
java -cp "$folder:$folder/lib/*" LongNames
