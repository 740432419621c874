package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.core.session.BulkInput;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who does not read holds up nobody but themselves. */
@Timeout(60)
class FlowTest {
  private static final long HUGE = 1L << 40;

  private EchoServer server;
  private Session session;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer();
    session = server.connect();
  }

  @AfterEach
  void stop() {
    session.close();
    server.close();
  }

  @Tag("A43")
  @Test
  void aClientThatReadsNothingDoesNotMakeTheServerBuffer() throws Exception {
    List<Call> unread = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      unread.add(session.open("test/send", Long.toString(HUGE).getBytes(US_ASCII)));
    }
    // Each of them has sent what it may and waits; others pass.
    for (int i = 0; i < 100; i++) {
      assertThat(session.ask("test/echo", new byte[100_000])).hasSize(100_000);
    }
    long sent = server.sent.get();
    assertThat(sent).isLessThanOrEqualTo(50L * (BulkInput.INITIAL_WINDOW + 512 * 1024));
    // And the unread ones are whole as far as they go.
    for (Call call : unread) {
      byte[] start = call.download().readNBytes(300_000);
      assertThat(start).hasSize(300_000);
      assertThat(start[299_999]).isEqualTo((byte) 299_999);
      call.close();
    }
  }

  @Tag("A43")
  @Test
  void anUploadThatNobodyReadsStopsAtItsWindow() throws Exception {
    Call call = session.open("test/wait", new byte[0]);
    server.arrived.acquire();
    AtomicReference<Exception> failure = new AtomicReference<>();
    java.util.concurrent.atomic.AtomicLong written = new java.util.concurrent.atomic.AtomicLong();
    CountDownLatch full = new CountDownLatch(1);
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              byte[] piece = new byte[BulkInput.INITIAL_WINDOW / 4];
              try {
                while (true) {
                  call.upload().write(piece);
                  call.upload().flush();
                  if (written.addAndGet(piece.length) == BulkInput.INITIAL_WINDOW) {
                    full.countDown();
                  }
                }
              } catch (IOException e) {
                failure.set(e);
              }
            });
    full.await();
    for (int i = 0; i < 100; i++) {
      assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
    }
    assertThat(written).hasValue(BulkInput.INITIAL_WINDOW);
    call.close();
    writer.join();
    assertThat(failure.get()).hasMessageContaining("cancelled");
    server.gate.release();
  }

  @Test
  void anInterruptedWriterHarmsOnlyItsOwnCall() throws Exception {
    Call call = session.open("test/watch", new byte[0]);
    server.arrived.acquire();
    AtomicReference<Exception> failure = new AtomicReference<>();
    Call waiting = session.open("test/wait", new byte[0]);
    server.arrived.acquire();
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                waiting.upload().write(new byte[10_000_000]);
              } catch (IOException e) {
                failure.set(e);
              }
            });
    while (writer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    writer.interrupt();
    writer.join();
    assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    // Half an upload must not end like a whole one.
    assertThatThrownBy(() -> waiting.upload().write(1)).isInstanceOf(InterruptedIOException.class);
    waiting.close();
    call.upload().write(new byte[1000]);
    call.upload().close();
    assertThat(new String(call.answer(), US_ASCII)).isEqualTo("1000");
    server.gate.release();
  }

  @Test
  void whatIsReadAtOnceComesWholeAndInOrder() throws Exception {
    int length = 3_000_001;
    try (Call call = session.open("test/send", Integer.toString(length).getBytes(US_ASCII))) {
      InputStream in = call.download();
      byte[] read = new byte[length + 1000];
      int at = 0;
      for (int wanted = 1; at < length; wanted = 7 * wanted % 1_234_567) {
        read[at++] = (byte) in.read();
        at += Math.max(0, in.read(read, at, Math.min(wanted, read.length - at)));
        // In the middle of an array, and beyond the end of the stream.
        at += in.readNBytes(read, at, Math.min(wanted, read.length - at));
      }
      assertThat(at).isEqualTo(length);
      assertThat(in.readNBytes(read, 0, 10)).isZero();
      for (int i = 0; i < length; i++) {
        assertThat(read[i]).isEqualTo((byte) i);
      }
    }
  }

  @Tag("A43")
  @Test
  void aReaderIsSentNoMoreThanItWantsAndAWindow() throws Exception {
    int wanted = 20 * BulkInput.INITIAL_WINDOW;
    Call call = session.open("test/send", Long.toString(HUGE).getBytes(US_ASCII));
    assertThat(call.download().readNBytes(new byte[wanted], 0, wanted)).isEqualTo(wanted);
    for (int i = 0; i < 100; i++) {
      assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
    }
    assertThat(server.sent.get())
        .isLessThanOrEqualTo(wanted + BulkInput.INITIAL_WINDOW + 512 * 1024);
    call.close();
  }

  @Test
  void anInterruptedReaderHasItsArrayToItself() throws Exception {
    Call call = session.open("test/mirror", new byte[0]);
    byte[] record = new byte[BulkInput.INITIAL_WINDOW / 4];
    Arrays.fill(record, (byte) 1);
    call.upload().write(record);
    byte[] array = new byte[2 * record.length];
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread reader =
        Thread.startVirtualThread(
            () -> {
              try {
                var _ = call.download().readNBytes(array, 0, array.length);
              } catch (IOException e) {
                failure.set(e);
              }
            });
    while (reader.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    reader.interrupt();
    reader.join();
    assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    Arrays.fill(record, (byte) 2);
    call.upload().write(record);
    call.upload().close();
    byte[] rest = call.download().readAllBytes();
    assertThat(rest).endsWith(record);
    assertThat(array).doesNotContain(2);
    assertThat(call.answer()).isEmpty();
  }

  @Test
  void anInterruptedAskerCancelsItsRequestAlone() throws Exception {
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread asker =
        Thread.startVirtualThread(
            () -> {
              try (Call call = session.open("test/watch", new byte[0])) {
                var _ = call.answer();
              } catch (Exception e) {
                failure.set(e);
              }
            });
    server.arrived.acquire();
    asker.interrupt();
    asker.join();
    assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(server.failures.take()).hasMessageContaining("cancelled");
    assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
  }

  @Test
  void shortRequestsPassWhileBulkDataRunInBothDirections() throws Exception {
    List<Thread> busy = new ArrayList<>();
    List<Call> calls = new ArrayList<>();
    CountDownLatch running = new CountDownLatch(8);
    for (int i = 0; i < 4; i++) {
      Call up = session.open("test/count", new byte[0]);
      Call down = session.open("test/send", Long.toString(HUGE).getBytes(US_ASCII));
      calls.add(up);
      calls.add(down);
      busy.add(
          Thread.startVirtualThread(
              () -> {
                byte[] piece = new byte[1 << 20];
                try {
                  while (true) {
                    up.upload().write(piece);
                    running.countDown();
                  }
                } catch (IOException e) {
                  assertThat(e).hasMessageContaining("cancelled");
                }
              }));
      busy.add(
          Thread.startVirtualThread(
              () -> {
                byte[] piece = new byte[1 << 20];
                try {
                  while (down.download().read(piece) > 0) {
                    running.countDown();
                  }
                } catch (IOException e) {
                  assertThat(e).hasMessageContaining("cancelled");
                }
              }));
    }
    running.await();
    for (int i = 0; i < 200; i++) {
      assertThat(session.ask("test/echo", new byte[100])).hasSize(100);
    }
    for (Call call : calls) {
      call.close();
    }
    for (Thread thread : busy) {
      thread.join();
    }
  }

  @Test
  void pushesThatNobodyTakesAreDropped() throws Exception {
    // The receiver of pushes blocks, against its contract, and with it the whole session.
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    session.subscribe(
        "test/topic",
        body -> {
          blocked.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    ServedSession served = server.sessions.take();
    served.push("test/topic", new byte[1]);
    blocked.await();
    for (int i = 0; i < 2_000; i++) {
      served.push("test/topic", new byte[16 * 1024]);
    }
    release.countDown();
    assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
  }
}
