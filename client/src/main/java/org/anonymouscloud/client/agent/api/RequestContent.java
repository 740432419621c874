package org.anonymouscloud.client.agent.api;

import org.anonymouscloud.core.plugin.Problem;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body is what HTTP/1.1 says or is refused, before anybody takes it for whole. What
 * nobody has read of it is thrown away after the answer, as a client that still sends would lose
 * the answer if the connection just ended (RFC 9112, section 9.6). Not thread-safe.
 */
final class RequestContent extends Request.Wrapper {
  private static final long AVAILABLE_BYTES = 64 * 1024;

  private Content.@Nullable Chunk refused;
  private boolean begun;

  RequestContent(Request request) {
    super(request);
  }

  @Override
  public Content.Chunk read() {
    if (refused != null) {
      return refused;
    }
    Content.Chunk chunk = super.read();
    begun |= chunk != null;
    if (chunk instanceof Trailers) {
      return refuse("Fields after the body (trailers) are not heeded; nothing was done.");
    }
    if (Content.Chunk.isFailure(chunk) && chunk.getFailure() instanceof HttpException) {
      return refuse(
          getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
              ? "The body is not chunked as HTTP/1.1 says, or breaks off; nothing was done."
              : "The body is shorter than its Content-Length says; nothing was done.");
    }
    return chunk;
  }

  private Content.Chunk refuse(String why) {
    Content.Chunk failure = Content.Chunk.from(new Problem(Problem.Kind.BAD_INPUT, why), true);
    refused = failure;
    return failure;
  }

  /** Whether the client waits to be told to send a body, and never was. */
  private boolean isAwaited() {
    return !begun && getHeaders().contains("Expect");
  }

  /**
   * Throws away what has come already. The server asks for this before it answers, and would refuse
   * to read on if there is more; the connection then ends after the answer.
   *
   * @return whether that was all
   */
  @Override
  public boolean consumeAvailable() {
    for (long left = AVAILABLE_BYTES; left > 0 && !isAwaited(); ) {
      Content.Chunk chunk = read();
      if (chunk == null) {
        return false;
      }
      left -= chunk.remaining();
      chunk.release();
      if (chunk.isLast()) {
        return !Content.Chunk.isFailure(chunk);
      }
    }
    return false;
  }

  /**
   * Throws away what is left of the body, and then goes on.
   *
   * @param most bytes of it; who sends more may lose the answer
   */
  void discard(long most, Callback then) {
    if (isAwaited()) {
      then.succeeded();
    } else {
      new Discarding(most, then).run();
    }
  }

  private final class Discarding implements Runnable {
    private long left;
    private final Callback then;

    Discarding(long most, Callback then) {
      this.left = most;
      this.then = then;
    }

    @Override
    public void run() {
      while (left > 0) {
        Content.Chunk chunk = read();
        if (chunk == null) {
          demand(this);
          return;
        }
        left -= chunk.remaining();
        boolean last = chunk.isLast();
        chunk.release();
        if (last) {
          break;
        }
      }
      then.succeeded();
    }
  }
}
