package org.anonymouscloud.client.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import org.anonymouscloud.core.wire.ForeignText;

/**
 * The process's standard error, on which no text steers the terminal: it tells of arguments, names
 * and files that somebody else may have chosen, from many places and by the hand of libraries too.
 * What would do something else than show is shown by its number. Not thread-safe; the print stream
 * around it is.
 */
public final class StandardError extends OutputStream {
  private static final int BUFFER = 8 * 1024;

  private final OutputStream out;
  private final CharsetDecoder decoder =
      UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /** The beginning of a character whose other bytes have not come yet. */
  private byte[] begun = {};

  StandardError(OutputStream out) {
    this.out = out;
  }

  /** What {@code System.err} shall be. */
  public static PrintStream lines() {
    StandardError clean = new StandardError(new FileOutputStream(FileDescriptor.err));
    return new PrintStream(new BufferedOutputStream(clean, BUFFER), true, UTF_8);
  }

  /** For what draws on a terminal itself, and says nothing that somebody else has chosen. */
  static PrintStream drawing() {
    return new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(begun.length + length);
    in.put(begun).put(bytes, offset, length).flip();
    CharBuffer text = CharBuffer.allocate(in.remaining() + 1);
    var _ = decoder.reset().decode(in, text, false);
    begun = new byte[in.remaining()];
    in.get(begun);
    out.write(ForeignText.lines(text.flip().toString()).getBytes(UTF_8));
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
