package org.anonymouscloud.client.cli.context;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;

/** Finds this home's agent and starts it where it is needed. */
public final class RunningAgent {
  private static final Duration START = Duration.ofSeconds(20);
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final long POLL_MILLIS = 20;
  private static final int LOG_TAIL = 2_000;

  private final Home home;
  private final Terminal terminal;
  private final Timeout timeout;

  /**
   * @param terminal hears what is waited for
   */
  public RunningAgent(Home home, Terminal terminal, Timeout timeout) {
    this.home = home;
    this.terminal = terminal;
    this.timeout = timeout;
  }

  /**
   * The agent, if it runs: it holds its lock as long as it lives, whatever files a dead one left.
   */
  public Optional<AgentAddress> find() throws IOException {
    if (!isAlive()) {
      return Optional.empty();
    }
    // One that begins holds the lock already while the files are still those of one that was
    // killed.
    return home.agent().filter(address -> ProcessHandle.of(address.pid()).isPresent());
  }

  /** The API of the agent, which is started first if it does not run. */
  AgentApi api() throws Problem, IOException {
    long deadline = System.nanoTime() + START.toNanos();
    while (true) {
      Optional<AgentAddress> running = find();
      AgentAddress address = running.isPresent() ? running.get() : start();
      try {
        return AgentHttp.of(home, address, terminal, timeout);
      } catch (NoSuchFileException e) {
        if (System.nanoTime() > deadline) {
          throw ended(e);
        }
        pause();
      }
    }
  }

  /**
   * The API of an agent that runs.
   *
   * @throws Problem if it has ended meanwhile
   */
  public AgentHttp at(AgentAddress address) throws Problem, IOException {
    try {
      return AgentHttp.of(home, address, terminal, timeout);
    } catch (NoSuchFileException e) {
      throw ended(e);
    }
  }

  /**
   * The token of an agent that runs; the caller closes it.
   *
   * @throws Problem if it has ended meanwhile
   */
  public Secret token() throws Problem, IOException {
    try {
      return AgentAddress.token(home.folder());
    } catch (NoSuchFileException e) {
      throw ended(e);
    }
  }

  private static Problem ended(NoSuchFileException e) {
    return new Problem(
        Problem.Kind.UNAVAILABLE, "The agent is just beginning or ending. Try again.", e);
  }

  /** Starts the agent as a process of its own that outlives this one. */
  public AgentAddress start() throws Problem, IOException {
    String launcher = System.getenv("ANONCLOUD_LAUNCHER");
    if (launcher == null) {
      throw new Problem(
          Problem.Kind.UNAVAILABLE, "No agent runs. Start one with 'anoncloud agent start'.");
    }
    // One at a time: of many commands that find no agent, the first starts it for all.
    try (FileChannel starting = PrivateFile.openLock(home.agentStart());
        FileLock _ = starting.lock()) {
      Optional<AgentAddress> meanwhile = find();
      return meanwhile.isPresent() ? meanwhile.get() : start(launcher);
    }
  }

  private AgentAddress start(String launcher) throws Problem, IOException {
    PrivateFile.replace(home.agentLog(), new byte[0]);
    // The agent must not end with the terminal or with Ctrl-C meant for this command; a JVM leaves
    // signals alone that were ignored when it began.
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", "trap '' INT HUP; exec \"$0\" agent run", launcher)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectOutput(home.agentLog().toFile())
            .redirectErrorStream(true);
    builder.environment().put("ANONCLOUD_HOME", home.folder().toString());
    Process process = builder.start();
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<AgentAddress> address = find();
      if (address.isPresent()) {
        return address.get();
      }
      // One that ends may have met another, of 'anoncloud up', that gets ready.
      if (!process.isAlive() && !isAlive()) {
        throw new Problem(Problem.Kind.UNAVAILABLE, "The agent did not start: " + logTail());
      }
      pause();
    }
    throw new Problem(
        Problem.Kind.UNAVAILABLE,
        "The agent did not get ready within "
            + START.toSeconds()
            + " s; see "
            + home.agentLog()
            + ".");
  }

  /** Asks the agent to end and waits until it has. */
  public void stop() throws Problem, IOException {
    Optional<AgentAddress> running = find();
    if (running.isEmpty()) {
      return;
    }
    at(running.get()).post("/agent/stop", java.util.Map.of());
    long deadline = System.nanoTime() + STOP.toNanos();
    while (isAlive()) {
      if (System.nanoTime() > deadline) {
        throw new Problem(Problem.Kind.UNAVAILABLE, "The agent is still busy; try again.");
      }
      pause();
    }
  }

  private boolean isAlive() throws IOException {
    if (!Files.exists(home.agentLock())) {
      return false;
    }
    // Shared, so that two who look do not take each other for the agent.
    try (FileChannel channel = FileChannel.open(home.agentLock(), StandardOpenOption.READ);
        FileLock free = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return free == null;
    }
  }

  private String logTail() throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(home.agentLog().toFile(), "r")) {
      log.seek(Math.max(0, log.length() - LOG_TAIL));
      byte[] tail = new byte[(int) (log.length() - log.getFilePointer())];
      log.readFully(tail);
      String text = new String(tail, UTF_8).strip();
      return text.isEmpty() ? "it said nothing." : text;
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("Interrupted while waiting for the agent.");
    }
  }
}
