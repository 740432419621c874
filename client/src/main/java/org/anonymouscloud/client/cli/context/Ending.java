package org.anonymouscloud.client.cli.context;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a process that goes on until it is asked to stop: by a signal or by a request. Closing
 * says that all is done; only then a signal may end the process, unless it comes a second time.
 * Thread-safe.
 */
public final class Ending implements AutoCloseable {
  /** A server drains for ten seconds; what takes longer than this is stuck. */
  private static final long PATIENCE_SECONDS = 25;

  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

  /** Work was left undone. */
  private static final int HALTED = 1;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  private Ending() {}

  /** From now on a signal asks for the end. */
  public static Ending onSignal() {
    Ending ending = new Ending();
    for (String signal : List.of("TERM", "INT")) {
      handle(signal, ending::signalled);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(ending::end, "ending"));
    return ending;
  }

  /** From now on the signals that ask for an end do nothing; somebody else says when it is time. */
  public static void ignoreSignals() {
    for (String signal : List.of("TERM", "INT", "HUP")) {
      handle(signal, () -> {});
    }
  }

  /**
   * The JVM's own handler waits for the shutdown hooks and takes no second signal. There is no
   * supported way to have another, only the one that all JVMs offer as sun.misc.Signal, which the
   * compiler warns of; where it is missing, the hook is enough.
   */
  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object own =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance(name), own);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("SIG{} cannot be handled: {}", name, e.toString());
    }
  }

  private void signalled() {
    if (asked.getCount() == 0) {
      System.err.println("anoncloud: ended at once, as asked twice.");
      Runtime.getRuntime().halt(HALTED);
    }
    asked.countDown();
  }

  private void end() {
    asked.countDown();
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("anoncloud: ended before all work was done.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks for the end. */
  public void ask() {
    asked.countDown();
  }

  /** Waits until someone asks. */
  public void await() throws InterruptedException {
    asked.await();
  }

  @Override
  public void close() {
    done.countDown();
  }
}
