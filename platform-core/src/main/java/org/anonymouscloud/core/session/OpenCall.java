package org.anonymouscloud.core.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.channel.Frame;
import org.anonymouscloud.core.channel.FrameType;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;

/** A request that this client has sent and that has not been answered yet. Thread-safe. */
final class OpenCall implements Call {
  private static final byte[] NOTHING = {};

  private final Sender sender;
  private final int stream;
  private final boolean bulk;
  private final BulkOutput upload;
  private final BulkInput download;
  private final ByteArrayOutputStream parts = new ByteArrayOutputStream(0);
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable Outcome outcome;

  /** How a request ends; the first outcome is the only one. */
  private sealed interface Outcome {
    record Answered(byte[] body) implements Outcome {}

    record Rejected(Refusal refusal) implements Outcome {}

    record Lost(Why why) implements Outcome {}

    record Cancelled() implements Outcome {}
  }

  OpenCall(Line line, int stream, boolean bulk) {
    this.sender = line.sender();
    this.stream = stream;
    this.bulk = bulk;
    this.upload = new BulkOutput(sender, stream, System::nanoTime);
    this.download = new BulkInput(sender, stream, line.growth(), System::nanoTime);
  }

  @Override
  public OutputStream upload() {
    return upload;
  }

  @Override
  public InputStream download() {
    return download;
  }

  @Override
  public byte[] answer() throws Refused, IOException {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new InterruptedIOException("Waiting for the answer was interrupted.");
    }
    return switch (outcome) {
      case Outcome.Answered(byte[] body) -> body;
      case Outcome.Rejected(Refusal refusal) -> throw refusal.toException();
      case Outcome.Lost(Why why) -> throw new ConnectionLost(why);
      case Outcome.Cancelled _ -> throw cancelled();
      case null -> throw new IllegalStateException("A request is done without an outcome.");
    };
  }

  private static IOException cancelled() {
    return new IOException("The request was cancelled.");
  }

  /**
   * Takes in a frame of this request's stream.
   *
   * @return false if it breaks the protocol
   */
  boolean receive(Frame frame) {
    return switch (frame.type()) {
      case DATA -> bulk && download.put(frame);
      case END -> {
        download.end();
        yield bulk && frame.length() == 0;
      }
      case CREDIT ->
          bulk
              && frame.length() == Integer.BYTES
              && upload.grant(ByteBuffer.wrap(frame.copy()).getInt());
      case PART -> gather(frame);
      case ANSWER -> {
        boolean whole = gather(frame);
        finish(new Outcome.Answered(parts.toByteArray()));
        yield whole;
      }
      case ERROR -> refused(frame);
      default -> false;
    };
  }

  private boolean gather(Frame frame) {
    if (parts.size() + frame.length() > Message.MAX_BODY) {
      return false;
    }
    parts.write(frame.array(), frame.offset(), frame.length());
    frame.release();
    return true;
  }

  private boolean refused(Frame frame) {
    try {
      Refusal refusal = Refusal.decode(frame.copy());
      finish(new Outcome.Rejected(refusal));
      return true;
    } catch (Malformed e) {
      return false;
    }
  }

  /** Whether a frame of this type is the last of its stream. */
  static boolean endsStream(FrameType type) {
    return type == FrameType.ANSWER || type == FrameType.ERROR;
  }

  /** The session is over. */
  void lose(Why why) {
    finish(new Outcome.Lost(why));
  }

  @Override
  public void close() {
    if (finish(new Outcome.Cancelled())) {
      // The stream stays known until the server has answered: so both sides count alike.
      var _ = sender.offer(new Message(FrameType.CANCEL, stream, NOTHING), Integer.MAX_VALUE);
    }
    download.close();
  }

  private synchronized boolean finish(Outcome how) {
    if (outcome != null) {
      return false;
    }
    outcome = how;
    switch (how) {
      case Outcome.Answered _ -> {
        upload.discard();
        download.end();
      }
      case Outcome.Rejected(Refusal refusal) -> {
        upload.discard();
        download.fail(() -> new IOException("The server refused: " + refusal.text()));
      }
      case Outcome.Lost(Why why) -> {
        upload.fail(() -> new ConnectionLost(why));
        download.fail(() -> new ConnectionLost(why));
      }
      case Outcome.Cancelled _ -> {
        upload.fail(OpenCall::cancelled);
        download.fail(OpenCall::cancelled);
      }
    }
    done.countDown();
    return true;
  }
}
