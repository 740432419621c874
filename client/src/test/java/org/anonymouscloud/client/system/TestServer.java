package org.anonymouscloud.client.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./anoncloud server} with a data folder and a port that stay the same when it is started
 * again. Not thread-safe.
 */
final class TestServer implements AutoCloseable {
  private static final Pattern PACK = Pattern.compile("[a-z2-7]{26}\\.[a-z0-9]{3,4}");

  /** Below the ports that systems give to outgoing connections, so that it is still free later. */
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 12_000;

  private final Program program;
  private final Path data;
  private final List<String> options;
  private final int port;
  private final StringBuilder printedBefore = new StringBuilder();
  private Program.@Nullable Running running;
  private @Nullable String connectionString;

  /**
   * @param folder of the test
   * @param options of {@code server} besides {@code --data} and {@code --listen}
   */
  TestServer(Path folder, String... options) {
    this(new Program(folder.resolve("server home")), folder.resolve("server data"), options);
  }

  TestServer(Program program, Path data, String... options) {
    this(program, data, freePort(), options);
  }

  private TestServer(Program program, Path data, int port, String... options) {
    this.program = program;
    this.data = data;
    this.options = List.of(options);
    this.port = port;
  }

  /** The same server, which must not run meanwhile, with other options. */
  TestServer with(String... otherOptions) {
    return new TestServer(program, data, port, otherOptions);
  }

  /** A port of the loopback address where nobody listens. */
  static int freePort() {
    Random random = new Random();
    while (true) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException taken) {
        // The next one.
      }
    }
  }

  /** Starts it and waits until it is ready. */
  TestServer start() throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of("server", "--data", data.toString(), "--listen", "127.0.0.1:" + port));
    arguments.addAll(options);
    Program.Running started = program.start(arguments.toArray(String[]::new));
    running = started;
    connectionString = started.connectionString();
    return this;
  }

  /** Ends it as a service manager does. */
  void stop() {
    if (running != null) {
      running.close();
      forget(running);
    }
  }

  /** Kill -9. */
  void kill() throws InterruptedException {
    if (running != null) {
      running.kill();
      forget(running);
    }
  }

  /** Kill -9 of all processes that it has started. */
  void killWorkers() {
    if (running == null) {
      throw new IllegalStateException("The server does not run.");
    }
    List<ProcessHandle> workers = running.children();
    if (workers.isEmpty()) {
      throw new IllegalStateException("The server has no workers.");
    }
    workers.forEach(ProcessHandle::destroyForcibly);
    workers.forEach(worker -> worker.onExit().join());
  }

  private void forget(Program.Running ended) {
    printedBefore.append(ended.printed());
    running = null;
  }

  String connectionString() {
    if (connectionString == null) {
      throw new IllegalStateException("The server was never started.");
    }
    return connectionString;
  }

  int port() {
    return port;
  }

  Path data() {
    return data;
  }

  /** All that it has printed, which is its log. */
  String log() {
    return printedBefore + (running == null ? "" : running.printed());
  }

  /** The packs in its data folder. */
  List<Path> packs() throws IOException {
    return packs(data);
  }

  static List<Path> packs(Path data) throws IOException {
    try (Stream<Path> paths = Files.walk(data)) {
      return paths
          .filter(path -> PACK.matcher(path.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
