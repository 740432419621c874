package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code ./anoncloud} with a home of its own. */
final class Program {
  private static final Path LAUNCHER = Path.of("..", "anoncloud").toAbsolutePath().normalize();
  private static final long TIMEOUT_SECONDS = 240;

  private final Path home;

  Program(Path home) {
    this.home = home;
  }

  Path home() {
    return home;
  }

  /** What a command printed and how it ended. */
  record Result(int exitCode, String out, String err) {
    /** Fails the test unless the command succeeded. */
    Result succeeded() {
      if (exitCode != 0) {
        throw new AssertionError("Exit code " + exitCode + "\n" + out + err);
      }
      return this;
    }
  }

  /** Runs a command to its end. */
  Result run(String... arguments) throws IOException, InterruptedException {
    return run(Map.of(), arguments);
  }

  Result run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("anoncloud", ".out");
    Path err = Files.createTempFile("anoncloud", ".err");
    ProcessBuilder builder = builder(environment, arguments);
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError(
          "Did not end: "
              + List.of(arguments)
              + "\n"
              + Files.readString(out)
              + Files.readString(err));
    }
    Result result = new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    Files.delete(out);
    Files.delete(err);
    return result;
  }

  /** Starts a command that goes on until it is closed, for instance a server. */
  Running start(String... arguments) throws IOException {
    Process process = builder(Map.of(), arguments).start();
    process.getOutputStream().close();
    return new Running(process);
  }

  private ProcessBuilder builder(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("ANONCLOUD_HOME", home.toString());
    builder.environment().putAll(environment);
    return builder;
  }

  /** A process at work. What it prints is kept. */
  static final class Running implements AutoCloseable {
    private final Process process;
    private final StringBuilder printed = new StringBuilder();
    private final List<Thread> readers = new ArrayList<>();

    Running(Process process) {
      this.process = process;
      for (var stream : List.of(process.getInputStream(), process.getErrorStream())) {
        readers.add(Thread.ofVirtual().start(() -> read(stream)));
      }
    }

    private void read(java.io.InputStream stream) {
      try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          append(line);
        }
      } catch (IOException e) {
        append(e.toString());
      }
    }

    /** Waits for the line that ends with a connection string and gives that. */
    String connectionString() throws InterruptedException {
      for (int i = 0; i < 3000; i++) {
        @Nullable String found =
            printed()
                .lines()
                .filter(line -> line.matches(".*anoncloud://[^ ]+#[a-z2-7]{26}$"))
                .findFirst()
                .orElse(null);
        if (found != null) {
          return found.substring(found.lastIndexOf("anoncloud://"));
        }
        if (!process.isAlive()) {
          break;
        }
        process.waitFor(20, TimeUnit.MILLISECONDS);
      }
      throw new AssertionError("The server did not get ready:\n" + printed());
    }

    private synchronized void append(String line) {
      printed.append(line).append('\n');
    }

    synchronized String printed() {
      return printed.toString();
    }

    /** Kill -9. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    /** Waits for the process to end by itself. */
    int exitCode() throws InterruptedException {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("Did not end:\n" + printed());
      }
      for (Thread reader : readers) {
        reader.join();
      }
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
