package org.anonymouscloud.core.worker;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;

/** Notes over a pair of pipes. One thread at a time may read; any may write. */
final class ControlLine {
  private static final int HEADER = Integer.BYTES + 1;
  private static final int MAX_BODY = 64 * 1024;

  private final DataInputStream in;
  private final OutputStream out;

  ControlLine(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  /** Sends a note in one write; may block while the other side does not read. */
  synchronized void write(Note note) throws IOException {
    byte[] body = Cbor.encode(note);
    out.write(
        ByteBuffer.allocate(HEADER + body.length)
            .putInt(body.length)
            .put(note.type())
            .put(body)
            .array());
    out.flush();
  }

  /**
   * Waits for the next note.
   *
   * @return empty if the other side has gone
   * @throws IOException if what comes is no note
   */
  Optional<Note> read() throws IOException {
    int length;
    try {
      length = in.readInt();
    } catch (EOFException e) {
      return Optional.empty();
    }
    if (length < 0 || length > MAX_BODY) {
      throw new IOException("A note of " + length + " bytes is none.");
    }
    int type = in.readUnsignedByte();
    byte[] body = new byte[length];
    in.readFully(body);
    try {
      return Optional.of(Note.decode(type, body));
    } catch (Malformed e) {
      throw new IOException("What came is no note.", e);
    }
  }
}
