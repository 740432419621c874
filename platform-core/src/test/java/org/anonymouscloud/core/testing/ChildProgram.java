package org.anonymouscloud.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code main} of the tests in a Java process of its own. */
public final class ChildProgram {
  private ChildProgram() {}

  /** Starts it; what it says goes to {@code output}. */
  public static Process start(Class<?> program, Path output, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Runs it to its end; gives its exit code. */
  public static int run(Class<?> program, Path output, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(program, output, arguments);
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("Did not end: " + Files.readString(output));
    }
    return process.exitValue();
  }

  /** Waits until it has said a line. */
  public static void awaitLine(Process process, Path output, String line)
      throws IOException, InterruptedException {
    while (!Files.readAllLines(output).contains(line)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("Ended too early: " + Files.readString(output));
      }
    }
  }
}
