package org.anonymouscloud.core.session.server;

import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.Connection;

/** A session as its answering side may use it. Thread-safe. */
public interface ServedSession {
  /** See {@link Connection#handshakeHash}. */
  byte[] handshakeHash();

  /** The network that the client is in. */
  Network network();

  /**
   * Says that the client has proven whose it is, and is about to become a user's device: it stays a
   * stranger, but one request may have 512 KiB, as a link of the account's chain needs with the
   * records of all devices, and what it holds counts as the user's. Four such sessions of a user
   * that have shown the same do not make room when the server is full: so neither strangers nor a
   * thief with the password cut a recovery that waits for its words to be written down.
   *
   * @param user as in {@link #trust}
   * @param by what was shown: equal for all sessions that have shown the same password, or the same
   *     words
   */
  void prove(Object user, Digest by);

  /**
   * Says that the client is a user of this server. Until then it is a stranger (A43): it makes room
   * when the server is full, has no bulk data, requests of 16 KiB at most and only two of them at
   * once. To be called before the answer that tells the client so.
   *
   * @param user equal for all sessions of one user, who shares the server's memory with others
   * @param device equal for all sessions of one of the user's devices, which share what is the
   *     user's
   */
  void trust(Object user, Object device);

  /**
   * Says that the client has logged out, or that what it has proven counts no more: it is a
   * stranger again, and what it has proven or was before is another's to take.
   */
  void forget();

  /**
   * Sends a message that nobody asked for. It never waits: where the client does not read, messages
   * are dropped, as a push is only a hint that there is something to ask for.
   *
   * @param topic {@code feature/topic}, at most 64 ASCII characters
   * @param body at most 16 KiB
   */
  void push(String topic, byte[] body);

  /** Ends the session; its requests fail. */
  void end();
}
