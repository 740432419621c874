package org.anonymouscloud.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.session.server.HandshakeRates;
import org.anonymouscloud.core.session.server.ServerKey;
import org.anonymouscloud.core.session.server.SessionHandler;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.anonymouscloud.core.session.server.SessionListener;

/** Sessions without accounts, in this process. Every client is trusted. */
final class BenchServer implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int PIECE = 1 << 20;

  private final ServerKey key = ServerKey.random();
  private final SessionListener listener;

  BenchServer(HandshakeRates rates) throws IOException {
    SessionLimits limits =
        new SessionLimits(
            12_000,
            12_000,
            SessionLimits.STANDARD.handshakes(),
            SessionLimits.STANDARD.strangers(),
            rates,
            64,
            Duration.ofSeconds(1),
            ChannelLimits.STANDARD);
    listener =
        SessionListener.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            key,
            limits,
            session -> {
              session.trust(session, session);
              return new Handler();
            });
  }

  int port() {
    return listener.port();
  }

  Session connect() throws IOException {
    return Session.connect(
        new ConnectionString("127.0.0.1", port(), Optional.of(key.fingerprint())),
        KeyCheck.NONE,
        TIMEOUT);
  }

  private static final class Handler implements SessionHandler {
    @Override
    public byte[] handle(Request request) throws IOException {
      return switch (request.method()) {
        case "bench/sink" -> sink(request.upload());
        case "bench/source" -> source(request);
        default -> request.body();
      };
    }

    private static byte[] sink(InputStream upload) throws IOException {
      byte[] piece = new byte[PIECE];
      long total = 0;
      for (int n = upload.read(piece); n >= 0; n = upload.read(piece)) {
        total += n;
      }
      return Long.toString(total).getBytes(US_ASCII);
    }

    private static byte[] source(Request request) throws IOException {
      byte[] piece = new byte[PIECE];
      long left = Long.parseLong(new String(request.body(), US_ASCII));
      while (left > 0) {
        int count = (int) Math.min(left, piece.length);
        request.download().write(piece, 0, count);
        left -= count;
      }
      return request.body();
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }

  @Override
  public void close() {
    listener.close();
    key.close();
  }
}
