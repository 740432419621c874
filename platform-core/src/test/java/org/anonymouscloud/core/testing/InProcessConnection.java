package org.anonymouscloud.core.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Refused;

/**
 * A session without a network: requests go to the real {@link AccountPeer}, by way of somebody who
 * sees and may change them. Thread-safe.
 */
final class InProcessConnection implements Connection {
  private final byte[] handshakeHash;
  private final Fingerprint serverKey;
  private final AccountPeer peer;
  private final Interposer between;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** The methods that were asked, in order. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  /** Who sits inside the server's end of the channel. */
  @FunctionalInterface
  interface Interposer {
    Interposer NOBODY = (method, question, server) -> server.answer(question);

    /** Answers in the server's place, with or without its help. */
    byte[] answer(String method, byte[] question, Server server) throws Refused, IOException;
  }

  /** The real server. */
  @FunctionalInterface
  interface Server {
    byte[] answer(byte[] question) throws Refused, IOException;
  }

  InProcessConnection(
      byte[] handshakeHash, Fingerprint serverKey, AccountPeer peer, Interposer between) {
    this.handshakeHash = handshakeHash.clone();
    this.serverKey = serverKey;
    this.peer = peer;
    this.between = between;
  }

  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    asked.add(method);
    requireOpen();
    byte[] answer = between.answer(method, body, question -> real(method, question));
    requireOpen();
    return answer;
  }

  private byte[] real(String method, byte[] question) throws Refused {
    return peer.handle(
        new Request(
            method,
            question,
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream()));
  }

  private void requireOpen() throws IOException {
    if (!isOpen()) {
      throw new IOException("The connection broke.");
    }
  }

  @Override
  public Call open(String method, byte[] body) {
    throw new UnsupportedOperationException("Accounts need no bulk data.");
  }

  @Override
  public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
    return () -> {};
  }

  @Override
  public byte[] handshakeHash() {
    return handshakeHash.clone();
  }

  @Override
  public Fingerprint serverKey() {
    return serverKey;
  }

  @Override
  public Duration ping() {
    return Duration.ZERO;
  }

  @Override
  public boolean isSilent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return ended.getCount() > 0;
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  @Override
  public void close() {
    ended.countDown();
  }
}
