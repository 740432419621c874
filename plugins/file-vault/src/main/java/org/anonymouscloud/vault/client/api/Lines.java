package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.local.Report;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a copy, a document a line: {@code {"copied": BYTES}} since the line before it, many
 * times a second; {@code {"failed": TEXT, "code": CODE}}; at last {@code {"done": {...}}}, also of
 * a copy that something ends, whose answer is then cut. What fails at once still gets its status. A
 * caller who has gone is noticed by the line that cannot be written, and ends the copy, whatever
 * that waits for. Used by one thread, which makes it.
 */
final class Lines implements Report, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration NEWS = Duration.ofMillis(50);

  private final HttpServletResponse response;
  private final JsonGenerator json;

  /** Who copies just now, and is ended by a caller who goes. */
  private @Nullable Thread copier;

  private long copied;
  private @Nullable IOException gone;

  private boolean ended;

  Lines(Context context) throws IOException {
    context.contentType("application/x-ndjson");
    response = context.res();
    json = JSON.createGenerator(context.outputStream());
    json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    var _ = Thread.ofVirtual().name("copy-news").start(this::tellNews);
  }

  private void tellNews() {
    try {
      do {
        Thread.sleep(NEWS);
      } while (tellCopied());
    } catch (InterruptedException e) {
      // Nobody does that.
    }
  }

  private synchronized boolean tellCopied() {
    if (!ended) {
      try {
        write(Map.of("copied", copied));
        copied = 0;
      } catch (IOException e) {
        gone = e;
        ended = true;
        if (copier != null) {
          copier.interrupt();
        }
      }
    }
    return !ended;
  }

  @Override
  public synchronized void step(long bytes) throws IOException {
    requireListener();
    copied += bytes;
  }

  private void requireListener() throws IOException {
    if (gone != null) {
      throw new IOException("Whoever asked for the copy has gone.", gone);
    }
  }

  @Override
  public synchronized void fail(Problem.Kind kind, String message) throws IOException {
    requireListener();
    write(Map.of("failed", message, "code", kind.code()));
  }

  /** Something cannot be in the vault, or not under its name. */
  void refuse(String sentence) throws IOException {
    fail(Problem.Kind.BAD_INPUT, sentence);
  }

  /** What a caller who goes ends. */
  @FunctionalInterface
  interface Copying {
    void run() throws Problem, IOException;
  }

  /**
   * Copies, as long as the caller is there.
   *
   * @throws IOException if the caller has gone meanwhile
   */
  void copy(Copying copying) throws Problem, IOException {
    synchronized (this) {
      requireListener();
      copier = Thread.currentThread();
    }
    try {
      copying.run();
    } finally {
      synchronized (this) {
        copier = null;
        if (gone != null) {
          // It has done its work: what was copied is to be put in order in peace.
          boolean _ = Thread.interrupted();
        }
      }
    }
    synchronized (this) {
      requireListener();
    }
  }

  /**
   * Tells what was done before something ended the copy, which itself is the failure of the
   * request; nothing if nothing was done, as a failure that comes at once still gets its status.
   *
   * @param done with its counts
   */
  void endEarly(Map<String, Object> done, Exception why) {
    Object none = 0L;
    if (!none.equals(done.get("files")) || !none.equals(done.get("links"))) {
      try {
        end(done);
      } catch (IOException e) {
        why.addSuppressed(e);
      }
    }
  }

  /** All is done. */
  synchronized void end(Map<String, Object> done) throws IOException {
    requireListener();
    write(Map.of("copied", copied));
    write(Map.of("done", done));
  }

  private void write(Object line) throws IOException {
    json.writePOJO(line);
    json.flush();
    // Javalin's stream does not pass a flush on (7.2.3).
    response.flushBuffer();
  }

  /** Whether the caller has gone. */
  synchronized boolean isUnheard() {
    return gone != null;
  }

  /** Nothing is told from now on: the answer may be another's. */
  @Override
  public synchronized void close() {
    ended = true;
    if (gone == null) {
      gone = new IOException("The answer has ended.");
    }
  }
}
