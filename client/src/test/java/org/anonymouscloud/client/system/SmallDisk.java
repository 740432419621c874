package org.anonymouscloud.client.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A disk that is soon full: a file system in memory that one command alone sees, in a mount
 * namespace of its own. It goes when the command ends; root rights are not needed where the system
 * allows user namespaces.
 */
final class SmallDisk {
  /** Why a test was left out. */
  static final String REASON = "This system allows no mount namespaces (unshare -m, unshare -rm).";

  private static final List<List<String>> WAYS =
      List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"));

  private SmallDisk() {}

  /** Whether this system can do it. */
  static boolean isPossible() throws IOException, InterruptedException {
    return !way().isEmpty();
  }

  private static List<String> way() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mount");
    try {
      for (List<String> way : WAYS) {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", folder.toString()));
        if (ends(command)) {
          return way;
        }
      }
      return List.of();
    } finally {
      Files.delete(folder);
    }
  }

  private static boolean ends(List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  /** The program with a disk of {@code mebibytes} in the place of {@code folder}. */
  static Program around(Path home, Path folder, int mebibytes)
      throws IOException, InterruptedException {
    return new Program(
        home,
        prefix(folder, "mount -t tmpfs -o size=" + mebibytes + "m tmpfs \"$0\" && exec \"$@\""));
  }

  /**
   * The same for a command that ends: the names of the files that it leaves on the disk stand in
   * {@link #leftBehind} afterwards.
   */
  static Program lookingAfter(Path home, Path folder, int mebibytes)
      throws IOException, InterruptedException {
    return new Program(
        home,
        prefix(
            folder,
            "mount -t tmpfs -o size="
                + mebibytes
                + "m tmpfs \"$0\" || exit 99; \"$@\"; code=$?; ls -A \"$0\" >\"$0.left\"; exit"
                + " $code"));
  }

  static List<String> leftBehind(Path folder) throws IOException {
    return Files.readAllLines(Path.of(folder + ".left"));
  }

  private static List<String> prefix(Path folder, String script)
      throws IOException, InterruptedException {
    List<String> prefix = new ArrayList<>(way());
    prefix.addAll(List.of("sh", "-c", script, folder.toString()));
    return prefix;
  }
}
