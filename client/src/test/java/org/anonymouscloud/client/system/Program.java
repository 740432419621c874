package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./anoncloud} with a home of its own. */
final class Program {
  private static final Pattern WAITING =
      Pattern.compile("^anoncloud: Waiting for .* \\.\\.\\.\n", Pattern.MULTILINE);

  static final Path LAUNCHER = Path.of("..", "anoncloud").toAbsolutePath().normalize();
  private static final long TIMEOUT_SECONDS = 240;
  private static final Pattern CONNECTION_STRING =
      Pattern.compile("anoncloud://\\S+#[a-z2-7]{26}(?=\\R)");

  private final Path home;
  private final List<String> prefix;

  Program(Path home) {
    this(home, List.of());
  }

  /**
   * @param prefix a command that runs what is appended to it
   */
  Program(Path home, List<String> prefix) {
    this.home = home;
    this.prefix = prefix;
  }

  Path home() {
    return home;
  }

  /** What a command printed and how it ended. */
  record Result(int exitCode, String out, String err) {
    /** What a command complained of; that it has to wait, as on a busy machine, is no complaint. */
    String complaint() {
      return complaint(err);
    }

    /** What stands in a command's standard error beside its waiting. */
    static String complaint(String err) {
      return WAITING.matcher(err).replaceAll("");
    }

    /** Fails the test unless the command succeeded. */
    Result succeeded() {
      if (exitCode != 0) {
        throw new AssertionError("Exit code " + exitCode + "\n" + out + err);
      }
      return this;
    }

    /**
     * Fails the test unless the command failed as commands must: with this exit code, one sentence
     * for people on standard error, no result and no trace of a stack.
     *
     * @return the sentence
     */
    String failed(int expectedExitCode) {
      assertThat(exitCode)
          .as("exit code of a command that said: %s%s", out, err)
          .isEqualTo(expectedExitCode);
      assertThat(out).isEmpty();
      String complaint = complaint();
      assertThat(complaint).startsWith("anoncloud: ").hasLineCount(1).doesNotContain("\tat ");
      assertThat(complaint)
          .doesNotContainPattern("[A-Za-z]Exception|this should not happen|\\bnull\\b");
      return complaint.strip();
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

  /** Starts a command on a terminal, where a person can be asked. */
  Running startOnTerminal(String arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qefc", "'" + LAUNCHER + "' " + arguments, "/dev/null");
    builder.environment().put("ANONCLOUD_HOME", home.toString());
    return new Running(builder.start());
  }

  private ProcessBuilder builder(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(LAUNCHER.toString());
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

    /** How much of it has been answered. */
    private int read;

    private final List<Thread> readers = new ArrayList<>();

    Running(Process process) {
      this.process = process;
      for (var stream : List.of(process.getInputStream(), process.getErrorStream())) {
        // Not virtual: reading a pipe holds its carrier, and there are two of those.
        readers.add(Thread.ofPlatform().daemon().start(() -> read(stream)));
      }
    }

    private void read(InputStream stream) {
      char[] characters = new char[8192];
      try (Reader reader = new InputStreamReader(stream, UTF_8)) {
        for (int n = reader.read(characters); n >= 0; n = reader.read(characters)) {
          append(new String(characters, 0, n));
        }
      } catch (IOException e) {
        append(e.toString());
      }
    }

    /** Waits for the line that ends with a connection string and gives that. */
    String connectionString() throws InterruptedException {
      return await(CONNECTION_STRING, 0);
    }

    /** Waits until a match is printed at {@code from} or after, and gives it. */
    String await(Pattern pattern, int from) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
      while (System.nanoTime() < deadline) {
        boolean ended = !process.isAlive();
        if (ended) {
          readToTheEnd();
        }
        Matcher matcher = pattern.matcher(printed());
        if (matcher.find(from)) {
          return matcher.group();
        }
        if (ended) {
          break;
        }
        process.waitFor(20, TimeUnit.MILLISECONDS);
      }
      throw new AssertionError("Did not print " + pattern + ":\n" + printed());
    }

    /** Types a line once the question is on the screen. */
    void answer(String question, String line) throws IOException, InterruptedException {
      await(Pattern.compile(Pattern.quote(question)), read);
      read = printed().length();
      process.getOutputStream().write((line + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
    }

    private synchronized void append(String text) {
      printed.append(text);
    }

    synchronized String printed() {
      return printed.toString();
    }

    /** What it has started itself. */
    List<ProcessHandle> children() {
      return process.children().toList();
    }

    /** Ctrl-C. */
    void interrupt() throws IOException, InterruptedException {
      String pid = Long.toString(process.pid());
      assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor()).isZero();
    }

    /** Kill -9. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
      readToTheEnd();
    }

    /** Whether the process has ended or does so within this time. */
    boolean endsWithin(long time, TimeUnit unit) throws InterruptedException {
      return process.waitFor(time, unit);
    }

    /** Waits for the process to end by itself. */
    int exitCode() throws InterruptedException {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("Did not end:\n" + printed());
      }
      readToTheEnd();
      return process.exitValue();
    }

    private void readToTheEnd() throws InterruptedException {
      for (Thread reader : readers) {
        reader.join();
      }
    }

    @Override
    public void close() {
      // Not by the Process, which closes the streams: what is said at the end is kept too.
      var _ = process.toHandle().destroy();
      try {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
        readToTheEnd();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
