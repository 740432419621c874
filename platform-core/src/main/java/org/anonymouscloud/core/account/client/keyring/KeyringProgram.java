package org.anonymouscloud.core.account.client.keyring;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Secret;

/**
 * A program that speaks for the platform's keyring. What is secret goes through its pipes alone:
 * arguments and environment can be read by others.
 *
 * @param program its path, or its name on the PATH
 * @param patience how long it may take; then it is ended
 */
record KeyringProgram(String program, Duration patience) {
  /** For what a program that has ended left in its pipes. */
  private static final Duration REST = Duration.ofSeconds(1);

  /**
   * How it ended.
   *
   * @param status 0 if it did what it should
   * @param out what it printed
   * @param complaint of the program, one line; empty if there is none
   */
  record Answer(int status, Secret out, String complaint) implements AutoCloseable {
    boolean succeeded() {
      return status == 0;
    }

    KeyringFailed failure() {
      return new KeyringFailed(
          "The platform's keyring cannot be used ("
              + (complaint.isEmpty() ? "exit code " + status : complaint)
              + ").");
    }

    @Override
    public void close() {
      out.close();
    }
  }

  /** Runs it without input; see {@link #run(byte[], List)}. */
  Answer run(String... arguments) throws IOException {
    return run(new byte[0], List.of(arguments));
  }

  /**
   * Runs it to its end.
   *
   * @param input what it reads; stays the caller's
   * @throws KeyringFailed if it is missing, takes too long or says too much
   */
  Answer run(byte[] input, List<String> arguments) throws IOException {
    Process process = start(arguments);
    try (Output out = new Output(process.getInputStream());
        Output err = new Output(process.getErrorStream())) {
      write(process, input);
      if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new KeyringFailed(
            "The platform's keyring did not answer within " + patience.toSeconds() + " s.");
      }
      out.await(REST);
      err.await(REST);
      return new Answer(process.exitValue(), out.secret(), err.sentence());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while the platform's keyring was asked.");
    } finally {
      end(process);
    }
  }

  private Process start(List<String> arguments) throws KeyringFailed {
    try {
      return new ProcessBuilder(
              Stream.concat(Stream.of(program), arguments.stream()).toArray(String[]::new))
          .start();
    } catch (IOException e) {
      throw new KeyringFailed(
          "The platform's keyring is asked by the program '"
              + program
              + "', which is not installed.",
          e);
    }
  }

  private static void write(Process process, byte[] input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    } catch (IOException e) {
      // It has ended without reading; its exit code says why.
    }
  }

  /** With what it has started itself, which would hold its pipes. */
  private static void end(Process process) {
    List<ProcessHandle> others = process.descendants().toList();
    process.destroyForcibly();
    others.forEach(ProcessHandle::destroyForcibly);
  }
}
