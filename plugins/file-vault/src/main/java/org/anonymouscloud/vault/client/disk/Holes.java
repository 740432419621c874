package org.anonymouscloud.vault.client.disk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Which files the local disk keeps no zeros of (POSIX.1-2024, lseek); the JDK does not tell. */
final class Holes {
  private static final boolean MAC = System.getProperty("os.name").startsWith("Mac"); // or Linux

  /** To read, and not to wait for whoever writes, should it be a pipe by now. */
  private static final int READ_ONLY = MAC ? 4 : 0x800;

  private static final int SEEK_HOLE = MAC ? 3 : 4;

  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));

  private static final MethodHandle LSEEK =
      function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));

  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private Holes() {}

  /**
   * Whether the disk keeps less of a file than it has bytes.
   *
   * @param size of the file
   * @return false also if nobody can tell
   */
  static boolean in(Path file, long size) {
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString());
      int open = (int) OPEN.invokeExact(path, READ_ONLY);
      if (open < 0) {
        return false;
      }
      try {
        // The end counts as a hole, so there is always one.
        long hole = (long) LSEEK.invokeExact(open, 0L, SEEK_HOLE);
        return hole >= 0 && hole < size;
      } finally {
        int _ = (int) CLOSE.invokeExact(open);
      }
    } catch (Throwable e) {
      return false;
    }
  }

  @SuppressWarnings("restricted") // the launcher allows native calls
  private static MethodHandle function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }
}
