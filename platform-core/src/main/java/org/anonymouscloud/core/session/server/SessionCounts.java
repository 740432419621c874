package org.anonymouscloud.core.session.server;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a listener has done since its start, in numbers alone. Thread-safe. */
public final class SessionCounts {
  /** What became of a connection's handshake. */
  public enum Handshake {
    ACCEPTED,
    /** Turned away for want of a place, or told to come back. */
    REFUSED,
    /** The client did not do its part. */
    FAILED;

    /** Its name for people and programs. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final LongAdder NONE = new LongAdder();

  private final Map<Handshake, LongAdder> handshakes = new ConcurrentHashMap<>();
  private final AtomicInteger sessions = new AtomicInteger();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();

  /** How many handshakes ended so. */
  public long handshakes(Handshake outcome) {
    return handshakes.getOrDefault(outcome, NONE).sum();
  }

  /** Sessions whose handshake is done and that have not ended. */
  public int sessions() {
    return sessions.get();
  }

  /** Bytes from clients, as they were on the wire. */
  public long received() {
    return received.sum();
  }

  /** Bytes to clients, as they were on the wire. */
  public long sent() {
    return sent.sum();
  }

  void handshake(Handshake outcome) {
    handshakes.computeIfAbsent(outcome, first -> new LongAdder()).increment();
  }

  void begun() {
    sessions.incrementAndGet();
  }

  void ended() {
    sessions.decrementAndGet();
  }

  void received(int bytes) {
    if (bytes > 0) {
      received.add(bytes);
    }
  }

  void sent(int bytes) {
    sent.add(bytes);
  }
}
