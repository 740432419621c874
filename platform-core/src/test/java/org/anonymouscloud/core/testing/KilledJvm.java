package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/** A process of this test's classes that is killed at its work. */
public final class KilledJvm {
  private KilledJvm() {}

  /** Says from the killed process that something is durable now. */
  public static synchronized void acknowledge(long number) {
    System.out.print(number + ".\n");
    System.out.flush();
  }

  /**
   * Runs a main class until it has acknowledged so many numbers, then kills it.
   *
   * @return all that it had acknowledged when it was dead
   */
  public static List<Long> acknowledged(int before, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Long> acknowledged = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        // The last line may be cut by the kill.
        if (line.matches("[0-9]+\\.")) {
          acknowledged.add(Long.parseLong(line.substring(0, line.length() - 1)));
        }
        if (acknowledged.size() == before) {
          // By its handle, which leaves the pipe open for what was said before.
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    if (acknowledged.size() < before) {
      throw new AssertionError("The process ended by itself after " + acknowledged.size() + ".");
    }
    return acknowledged;
  }
}
