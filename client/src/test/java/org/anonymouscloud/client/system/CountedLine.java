package org.anonymouscloud.client.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** A port that leads to another one, and counts what clients send there. Thread-safe. */
final class CountedLine implements AutoCloseable {
  private final ServerSocket entrance = new ServerSocket();
  private final int exit;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private volatile long holdSent = Long.MAX_VALUE;
  private volatile long holdReceived = Long.MAX_VALUE;

  CountedLine(int exit) throws IOException {
    this.exit = exit;
    entrance.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofPlatform().daemon().start(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Bytes that have come from clients. */
  long sent() {
    return sent.get();
  }

  /** Carries nothing more, in either direction, once so many bytes in all have come from there. */
  void holdAfter(long fromClients, long fromServer) {
    holdSent = fromClients;
    holdReceived = fromServer;
  }

  /** Waits until it carries nothing more. */
  void awaitHeld() throws InterruptedException {
    while (!isHeld()) {
      Thread.sleep(5);
    }
  }

  /** Carries all again. */
  void release() {
    holdAfter(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Waits until clients have sent nothing for a second. */
  void awaitQuiet() throws InterruptedException {
    long before;
    do {
      before = sent.get();
      Thread.sleep(1_000);
    } while (sent.get() > before);
  }

  /** Bytes that have come from the server. */
  long received() {
    return received.get();
  }

  private boolean isHeld() {
    return sent.get() >= holdSent || received.get() >= holdReceived;
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket client = entrance.accept();
        Thread.ofPlatform().daemon().start(() -> join(client));
      } catch (IOException e) {
        // It is closed, or the next one comes.
      }
    }
  }

  private void join(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), exit)) {
      Thread back = Thread.ofPlatform().daemon().start(() -> carry(server, client, received));
      carry(client, server, sent);
      back.join();
    } catch (IOException e) {
      // The server is away: the client's connection ends.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until one side is gone, and then the other one is too. */
  private void carry(Socket from, Socket to, AtomicLong count) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        count.addAndGet(n);
        while (isHeld()) {
          Thread.sleep(5);
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // As above.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
  }
}
