package org.anonymouscloud.core.session.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.RawPeer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How much a client gets that has done its handshake and is not logged in. Each of these is right
 * for a user; so what is refused is refused to the stranger.
 */
@Timeout(60)
@Tag("A43")
class StrangerTest {
  private static final int PART = 1;
  private static final int ASK = 2;
  private static final int ERROR = 5;
  private static final int PING = 11;
  private static final int PONG = 12;
  private static final int CLOSE = 14;
  private static final int[] WAIT = {9, 't', 'e', 's', 't', '/', 'w', 'a', 'i', 't'};

  /** With the length and the name of the method. */
  private static final int MOST = Channel.STRANGERS_DATA - 10;

  private EchoServer server;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer(SessionLimits.STANDARD, Network::of, false);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private RawPeer stranger() throws Exception {
    return new RawPeer(server.listener.port());
  }

  @Test
  void aLongRecordIsCutBeforeMemoryIsTakenForIt() throws Exception {
    try (RawPeer stranger = stranger()) {
      // The length of a record of which nothing else comes.
      stranger.sendUnsealed((byte) 0x44, (byte) 0x11);
      assertThatThrownBy(stranger::receive)
          .isInstanceOfAny(EOFException.class, SocketException.class);
    }
  }

  @Test
  void requestsHaveSixteenKibibytes() throws Exception {
    try (Session session = server.connect()) {
      assertThat(session.ask("test/echo", new byte[MOST])).hasSize(MOST);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> session.ask("test/echo", new byte[MOST + 256]));
    }
    try (Session session = server.connect()) {
      server.sessions.take();
      server.sessions.take().trust("somebody", "a device");
      assertThat(session.ask("test/echo", new byte[MOST + 256])).hasSize(MOST + 256);
    }
  }

  @Test
  void partsOfRequestsHaveSixteenKibibytesTogether() throws Exception {
    try (RawPeer peer = stranger()) {
      peer.send(RawPeer.frame(PART, 1, new int[10_000]));
      peer.send(RawPeer.frame(PART, 2, new int[10_000]));
      assertThat(peer.receive()[0]).isEqualTo((byte) ERROR);
      peer.send(RawPeer.frame(PART, 1, new int[10_000]));
      assertThat(peer.receive()[0]).isEqualTo((byte) CLOSE);
    }
  }

  @Test
  void twoRequestsAtOnceAreEnough() throws Exception {
    try (RawPeer peer = stranger()) {
      for (int stream = 1; stream <= 3; stream++) {
        peer.send(RawPeer.frame(ASK, stream, WAIT));
      }
      byte[] refused = peer.receive();
      assertThat(refused[0]).isEqualTo((byte) ERROR);
      assertThat(refused[4]).isEqualTo((byte) 3);
      server.gate.release(2);
    }
  }

  @Test
  void refusalsThatNobodyReadsDoNotGather() throws Exception {
    try (RawPeer peer = stranger()) {
      for (int stream = 1; stream <= 2; stream++) {
        peer.send(RawPeer.frame(ASK, stream, WAIT));
      }
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(
              () -> {
                for (int stream = 3; ; stream++) {
                  peer.send(RawPeer.frame(ASK, stream, WAIT));
                }
              });
      server.gate.release(2);
    }
  }

  @Test
  void thereIsNoBulkDataForStrangers() throws Exception {
    try (Session session = server.connect()) {
      assertThatExceptionOfType(Refused.class)
          .isThrownBy(
              () -> {
                try (Call call = session.open("test/count", new byte[0])) {
                  call.answer();
                }
              })
          .extracting(Refused::code)
          .isEqualTo(ErrorCode.NOT_LOGGED_IN);
      server.sessions.take().trust("somebody", "a device");
      try (Call call = session.open("test/count", new byte[0])) {
        call.upload().write(new byte[100_000]);
        call.upload().close();
        assertThat(call.answer()).asString().isEqualTo("100000");
      }
    }
  }

  @Test
  void aStrangerMayAskForSignsOfLife() throws Exception {
    try (RawPeer peer = stranger()) {
      peer.send(RawPeer.frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8));
      assertThat(peer.receive()[0]).isEqualTo((byte) PONG);
    }
  }
}
