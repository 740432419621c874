package org.anonymouscloud.client.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The process's standard output, which remembers what could not be written: print streams swallow a
 * full disk, and a command that has not said its result has not done its work. Thread-safe.
 */
public final class StandardOutput extends OutputStream {
  private static final int BUFFER = 8 * 1024;

  private final OutputStream out = new FileOutputStream(FileDescriptor.out);
  private volatile @Nullable IOException failure;

  /** What {@code System.out} shall be, so that no line gets past this. */
  public PrintStream lines() {
    return new PrintStream(new BufferedOutputStream(this, BUFFER), true, UTF_8);
  }

  /** Standard output did not take something; what became of it is said by {@link #exitCode}. */
  public static final class OutputFailed extends IOException {
    private static final long serialVersionUID = 1;

    OutputFailed(IOException cause) {
      super("Standard output takes nothing more.", cause);
    }
  }

  /**
   * The exit code of a command that has ended: a result that could not be written is a failure, and
   * is said. Whoever closes a pipe early, as {@code head} does, has seen enough and hears nothing.
   *
   * @param code of the command's own
   */
  public int exitCode(int code) {
    System.out.flush();
    IOException failed = failure;
    if (failed == null || String.valueOf(failed.getMessage()).contains("Broken pipe")) {
      return code;
    }
    System.err.println("anoncloud: The output could not be written: " + failed.getMessage() + ".");
    return code == 0 ? CommandLine.ExitCode.SOFTWARE : code;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw new OutputFailed(e);
    }
  }
}
