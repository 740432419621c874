package org.anonymouscloud.client.cli.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
final class SystemdTest {
  @TempDir private Path folder;

  @Test
  void eachStateIsADatagramToTheSocketThatSystemdNames() throws Throwable {
    // As systemd's own, its path is short.
    Path socket = Files.createTempDirectory("anoncloud").resolve("notify");
    try (Receiver systemd = new Receiver(socket.toString());
        Systemd service = service(Map.of("NOTIFY_SOCKET", socket.toString()))) {
      service.ready();
      assertThat(systemd.receive()).isEqualTo("READY=1");
      service.stopping();
      assertThat(systemd.receive()).isEqualTo("STOPPING=1");
    } finally {
      Files.deleteIfExists(socket);
      Files.delete(socket.getParent());
    }
  }

  @Test
  void anAbstractSocketIsFoundAndTheWatchdogIsFed() throws Throwable {
    String socket = "@anoncloud-test-" + ProcessHandle.current().pid();
    try (Receiver systemd = new Receiver(socket);
        Systemd _ = service(Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "20000"))) {
      assertThat(systemd.receive()).isEqualTo("WATCHDOG=1");
      assertThat(systemd.receive()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  void withoutSystemdNothingIsTold() throws Exception {
    try (Systemd service = service(Map.of("WATCHDOG_USEC", "1"));
        Systemd gone = service(Map.of("NOTIFY_SOCKET", folder.resolve("gone").toString()));
        Systemd wrong = service(Map.of("NOTIFY_SOCKET", "relative"))) {
      service.ready();
      gone.ready();
      wrong.ready();
    }
  }

  private Systemd service(Map<String, String> environment) throws Exception {
    return Systemd.of(
        new Context(
            environment,
            Home.of(Map.of("ANONCLOUD_HOME", folder.toString())),
            new StandardTerminal(new StandardOutput()),
            new Timeout()));
  }

  /** systemd's end: a bound socket of datagrams, which Java itself does not have. */
  private static final class Receiver implements AutoCloseable {
    private static final int MOST = 256;
    private static final int WAIT_MILLIS = 10_000;
    private static final short POLLIN = 1;

    private final Arena arena = Arena.ofConfined();
    private final int socket;

    Receiver(String name) throws Throwable {
      socket =
          (int)
              function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
                  .invokeExact(1, 2, 0);
      byte[] path = name.replace('@', '\0').getBytes(UTF_8);
      MemorySegment address = arena.allocate(Short.BYTES + path.length);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
      MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, path.length);
      int bound =
          (int)
              function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                  .invokeExact(socket, address, (int) address.byteSize());
      assertThat(bound).isZero();
    }

    String receive() throws Throwable {
      MemorySegment poll =
          arena.allocate(
              MemoryLayout.structLayout(JAVA_INT, ValueLayout.JAVA_SHORT, ValueLayout.JAVA_SHORT));
      poll.set(JAVA_INT, 0, socket);
      poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
      int readable =
          (int)
              function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
                  .invokeExact(poll, 1L, WAIT_MILLIS);
      assertThat(readable).as("a datagram came").isOne();
      MemorySegment bytes = arena.allocate(MOST);
      long count =
          (long)
              function(
                      "recv",
                      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
                  .invokeExact(socket, bytes, (long) MOST, 0);
      return new String(bytes.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    @SuppressWarnings("restricted") // the build allows native calls
    private static MethodHandle function(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    @Override
    public void close() {
      try {
        int _ =
            (int) function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(socket);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      arena.close();
    }
  }
}
