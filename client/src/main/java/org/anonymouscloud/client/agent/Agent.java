package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.javalin.http.HandlerType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;

/** The running agent of one home. It holds the home's lock as long as it lives. Thread-safe. */
public final class Agent implements AutoCloseable {
  private static final int TOKEN_BYTES = 32;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final Home home;
  private final String version;
  private final FileChannel lockFile;
  private final Secret token;
  private final LocalApi api;

  private Agent(Home home, String version, FileChannel lockFile) throws IOException {
    this.home = home;
    this.version = version;
    this.lockFile = lockFile;
    this.token =
        Secret.of(HexFormat.of().formatHex(RandomBytes.next(TOKEN_BYTES)).getBytes(US_ASCII));
    this.api = LocalApi.start(routes(), token);
    new AgentAddress(api.url(), ProcessHandle.current().pid(), version)
        .publish(home.folder(), token);
  }

  /**
   * Starts serving and publishes the address in the home.
   *
   * @throws Problem if this home has a running agent already
   */
  public static Agent start(Home home, String version) throws Problem, IOException {
    FileChannel lockFile =
        FileChannel.open(home.agentLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = lockFile.tryLock();
      if (lock == null) {
        throw new Problem(
            Problem.Kind.CONFLICT, "An agent runs already for " + home.folder() + ".");
      }
      // What an agent left that was killed: nobody may be sent there.
      AgentAddress.withdraw(home.folder());
      return new Agent(home, version, lockFile);
    } catch (Problem | IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  /** Waits until someone asks the agent to end, over the API or by a signal to the process. */
  public void awaitStop() throws InterruptedException {
    Thread onSignal = new Thread(stop::countDown, "stop");
    Runtime.getRuntime().addShutdownHook(onSignal);
    stop.await();
  }

  private List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/agent",
            Scope.READ,
            "The agent's version and process.",
            context ->
                context.json(Map.of("version", version, "pid", ProcessHandle.current().pid()))),
        new Route(
            HandlerType.POST,
            "/agent/stop",
            Scope.ADMIN,
            "Ends the agent.",
            context -> {
              context.json(Map.of("stopping", true));
              // Not before the answer is out: the end of the agent cuts all connections.
              Request.addCompletionListener(
                  ServletContextRequest.getServletContextRequest(context.req()),
                  failure -> stop.countDown());
            }));
  }

  @Override
  public void close() throws IOException {
    AgentAddress.withdraw(home.folder());
    api.close();
    token.close();
    // Last: who sees the lock free may start the next agent.
    lockFile.close();
  }
}
