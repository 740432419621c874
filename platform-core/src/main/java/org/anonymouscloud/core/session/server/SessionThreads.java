package org.anonymouscloud.core.session.server;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.RecordBuffers;

/** Serves sessions in this process, each on the thread that brings it. Thread-safe. */
public final class SessionThreads implements Serving {
  private static final int KEPT_BUFFERS = 256;

  private final ServerKey key;
  private final SessionLimits limits;
  private final Function<ServedSession, SessionHandler> handlers;
  private final MemoryBudget memory;
  private final RecordBuffers buffers = new RecordBuffers(KEPT_BUFFERS);
  private final Set<ServerSession> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /**
   * @param key stays the caller's and must live as long as the sessions
   * @param handlers gives each session, once its handshake is done, who answers its requests
   */
  public SessionThreads(
      ServerKey key, SessionLimits limits, Function<ServedSession, SessionHandler> handlers) {
    this(key, limits, MemoryBudget.ofThisProcess(), handlers);
  }

  /** With memory that tests choose. */
  SessionThreads(
      ServerKey key,
      SessionLimits limits,
      MemoryBudget memory,
      Function<ServedSession, SessionHandler> handlers) {
    this.memory = memory;
    this.key = key;
    this.limits = limits;
    this.handlers = handlers;
  }

  @Override
  public void serve(Arrival arrival) throws IOException {
    Channel channel =
        Channel.accept(arrival.socket(), key.pair(), arrival.gate(), limits.channel(), buffers);
    ServerSession session = new ServerSession(channel, limits, memory, arrival);
    sessions.add(session);
    try {
      arrival.onGreeted().accept(session::cut);
      if (draining) {
        session.drain();
      }
      session.run(handlers.apply(session));
    } finally {
      session.close();
      sessions.remove(session);
    }
  }

  @Override
  public void drain() {
    draining = true;
    sessions.forEach(ServerSession::drain);
  }

  @Override
  public void cut() {
    sessions.forEach(ServerSession::cut);
  }
}
