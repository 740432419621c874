package org.anonymouscloud.client.cli.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.client.cli.context.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how a service is (sd_notify(3)): datagrams to the socket in {@code NOTIFY_SOCKET}.
 * Java has no datagrams for such sockets, so this calls the C library of Linux. Without the
 * variable, or where that fails, nothing is told and nothing is lost. Thread-safe.
 */
final class Systemd implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);

  private static final short AF_UNIX = 1;

  /** SOCK_DGRAM with SOCK_CLOEXEC. */
  private static final int DATAGRAMS = 2 | 0x80000;

  /** The length of sockaddr_un's path, its last zero included (unix(7)). */
  private static final int MAX_PATH = 108;

  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SEND_TO =
      function(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final Optional<byte[]> address;
  private final Thread watchdog;

  private Systemd(Optional<byte[]> address, Optional<String> watchdogMicros) {
    this.address = address;
    this.watchdog =
        Thread.ofVirtual().name("systemd-watchdog").unstarted(() -> watch(period(watchdogMicros)));
    if (address.isPresent() && period(watchdogMicros) > 0) {
      watchdog.start();
    }
  }

  /** As the environment says. */
  static Systemd of(Context context) {
    return new Systemd(
        context.environment("NOTIFY_SOCKET").flatMap(Systemd::address),
        context.environment("WATCHDOG_USEC"));
  }

  /** The service can be used. */
  void ready() {
    send("READY=1");
  }

  /** The service has begun to end. */
  void stopping() {
    send("STOPPING=1");
  }

  /** As often as systemd wants to hear something, and once more. */
  private static long period(Optional<String> micros) {
    try {
      return micros.map(Long::parseLong).orElse(0L) / 2;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void watch(long micros) {
    try {
      while (true) {
        TimeUnit.MICROSECONDS.sleep(micros);
        send("WATCHDOG=1");
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A sockaddr_un; an address that begins with @ is in the abstract space, where that is a zero.
   */
  private static Optional<byte[]> address(String name) {
    byte[] path = name.getBytes(UTF_8);
    boolean isAbstract = name.startsWith("@");
    if (path.length >= MAX_PATH || !(isAbstract || name.startsWith("/"))) {
      LOG.warn("NOTIFY_SOCKET is no address of a socket.");
      return Optional.empty();
    }
    byte[] address = new byte[Short.BYTES + path.length + (isAbstract ? 0 : 1)];
    MemorySegment.ofArray(address).set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, AF_UNIX);
    System.arraycopy(path, 0, address, Short.BYTES, path.length);
    if (isAbstract) {
      address[Short.BYTES] = 0;
    }
    return Optional.of(address);
  }

  private void send(String state) {
    if (address.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_BYTE, address.get());
      byte[] text = state.getBytes(UTF_8);
      MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, text);
      int socket = (int) SOCKET.invokeExact((int) AF_UNIX, DATAGRAMS, 0);
      try {
        long sent =
            (long)
                SEND_TO.invokeExact(
                    socket, message, (long) text.length, 0, to, (int) to.byteSize());
        if (sent != text.length) {
          LOG.warn("systemd could not be told {}.", state);
        }
      } finally {
        int _ = (int) CLOSE.invokeExact(socket);
      }
    } catch (Throwable e) {
      LOG.warn("systemd could not be told {}: {}", state, e.toString());
    }
  }

  @SuppressWarnings("restricted") // the launcher allows native calls
  private static MethodHandle function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  @Override
  public void close() {
    watchdog.interrupt();
  }
}
