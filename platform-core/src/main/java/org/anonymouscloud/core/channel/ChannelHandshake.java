package org.anonymouscloud.core.channel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.anonymouscloud.core.channel.ConnectFailed.Why;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.noise.Handshake;
import org.anonymouscloud.core.noise.HandshakeKeys;
import org.anonymouscloud.core.noise.Protocol;
import org.anonymouscloud.core.noise.Transport;

/**
 * What both sides say before the first record: which program and version they are, and the Noise
 * handshake. All that was said before it is in its prologue, so who changes a byte of the greeting
 * breaks the handshake.
 */
final class ChannelHandshake {
  /** The versions this program speaks, the newest last. */
  static final byte[] VERSIONS = {1};

  static final Protocol SUITE = Protocol.named("Noise_NXhfs_25519+MLKEM768_AESGCM_SHA256");
  private static final byte[] MAGIC = "AnonymousCloud/1".getBytes(US_ASCII);
  private static final int MAX_VERSIONS = 16;

  /** Bytes before a message of the handshake: its length. */
  private static final int PREFIX = 2;

  private static final int FIRST_MESSAGE = 1216;
  private static final int SECOND_MESSAGE = 1200;

  private static final byte GO_ON = 0;
  private static final byte OTHER_VERSION = 1;
  private static final byte BUSY = 2;
  private static final byte RETRY = 3;

  private static final int MAX_COOKIE = 64;

  static final byte[] NO_COOKIE = {};
  private static final byte[] NO_PAYLOAD = {};

  private final Socket socket;
  private final InputStream in;
  private final long deadline;

  private ChannelHandshake(Socket socket, Duration patience) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /**
   * What a handshake leaves.
   *
   * @param hash the same at both ends and in no other session
   * @param serverKey the server's public key, proven
   */
  record Agreed(Transport keys, byte[] hash, byte[] serverKey) {}

  /**
   * The client's side.
   *
   * @param cookie what the server gave with {@link ComeBack}; empty the first time
   * @throws ComeBack if the server has too much to do
   */
  static Agreed greet(Socket socket, Duration patience, byte[] cookie)
      throws ConnectFailed, ComeBack {
    return greet(
        socket,
        patience,
        hello(VERSIONS, cookie),
        prologue -> Handshake.initiator(SUITE, prologue, HandshakeKeys.none()));
  }

  /** With versions and ephemeral keys that tests choose. */
  static Agreed greet(
      Socket socket, Duration patience, byte[] hello, Function<byte[], Handshake> handshakes)
      throws ConnectFailed, ComeBack {
    try (Handshake handshake = handshakes.apply(hello)) {
      ChannelHandshake greeting = new ChannelHandshake(socket, patience);
      greeting.say(hello, prefixed(handshake.write(NO_PAYLOAD)));
      greeting.requireWelcome();
      var _ = handshake.read(greeting.message(SECOND_MESSAGE));
      byte[] hash = handshake.hash();
      byte[] serverKey = handshake.remoteStatic();
      return new Agreed(handshake.split(), hash, serverKey);
    } catch (NotAuthentic e) {
      throw new ConnectFailed(
          Why.NOT_AUTHENTIC, "The handshake with the server was tampered with on the way.");
    } catch (SocketTimeoutException e) {
      throw new ConnectFailed(
          Why.SILENT, "The server accepts the connection, but does not answer.");
    } catch (ConnectFailed | ComeBack e) {
      throw e;
    } catch (IOException e) {
      throw cut();
    }
  }

  static ConnectFailed cut() {
    return new ConnectFailed(Why.CUT, "The connection was cut before the handshake was done.");
  }

  /**
   * The server's side.
   *
   * @throws IOException if the other side does not do its part in time
   */
  static Agreed answer(Socket socket, Duration patience, X25519KeyPair key, HandshakeGate gate)
      throws IOException {
    return answer(
        socket,
        patience,
        gate,
        prologue -> Handshake.responder(SUITE, prologue, HandshakeKeys.none().ownStatic(key)),
        key.publicKey());
  }

  static Agreed answer(
      Socket socket,
      Duration patience,
      HandshakeGate gate,
      Function<byte[], Handshake> handshakes,
      byte[] serverKey)
      throws IOException {
    ChannelHandshake greeting = new ChannelHandshake(socket, patience);
    FirstFlight first = greeting.firstFlight(gate);
    try (Handshake handshake = handshakes.apply(first.hello())) {
      var _ = handshake.read(first.message());
      greeting.say(reply(GO_ON), prefixed(handshake.write(NO_PAYLOAD)));
      byte[] hash = handshake.hash();
      return new Agreed(handshake.split(), hash, serverKey);
    } catch (NotAuthentic e) {
      throw new ConnectFailed(Why.NOT_AUTHENTIC, "The client's handshake is wrong.");
    }
  }

  /** What a client says first. */
  private record FirstFlight(byte[] hello, byte[] message) {}

  /** The first flight's bytes as they came, if the gate lets its client in. */
  static byte[] admit(Socket socket, Duration patience, HandshakeGate gate) throws IOException {
    FirstFlight first = new ChannelHandshake(socket, patience).firstFlight(gate);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first.hello());
    bytes.writeBytes(prefixed(first.message()));
    return bytes.toByteArray();
  }

  private FirstFlight firstFlight(HandshakeGate gate) throws IOException {
    byte[] hello = readHello();
    if (!proposesTheNewest(hello)) {
      say(reply(OTHER_VERSION));
      throw new ConnectFailed(Why.OTHER_VERSION, "The client speaks other versions.");
    }
    // Read in any case: the reply to who is told to come back is lost if something is left unread.
    byte[] first = message(FIRST_MESSAGE);
    Optional<HandshakeGate.Retry> later = gate.check(cookie(hello));
    if (later.isPresent()) {
      say(reply(RETRY), encode(later.get()));
      throw new ConnectFailed(Why.BUSY, "The client was told to come back.");
    }
    return new FirstFlight(hello, first);
  }

  /** Tells a client that there is no room; does not wait for what it has to say. */
  static void turnAway(Socket socket) throws IOException {
    socket.getOutputStream().write(reply(BUSY));
  }

  /** Magic, the version of what follows, all versions that the client speaks, and a cookie. */
  static byte[] hello(byte[] versions, byte[] cookie) {
    return ByteBuffer.allocate(MAGIC.length + 3 + versions.length + cookie.length)
        .put(MAGIC)
        .put(versions[versions.length - 1])
        .put((byte) versions.length)
        .put(versions)
        .put((byte) cookie.length)
        .put(cookie)
        .array();
  }

  private static byte[] cookie(byte[] hello) {
    return Arrays.copyOfRange(hello, MAGIC.length + 3 + hello[MAGIC.length + 1], hello.length);
  }

  private static byte[] reply(byte answer) {
    return ByteBuffer.allocate(MAGIC.length + 2 + VERSIONS.length)
        .put(MAGIC)
        .put(answer)
        .put((byte) VERSIONS.length)
        .put(VERSIONS)
        .array();
  }

  private static byte[] encode(HandshakeGate.Retry later) {
    return ByteBuffer.allocate(3 + later.cookie().length)
        .putShort((short) later.after().toMillis())
        .put((byte) later.cookie().length)
        .put(later.cookie())
        .array();
  }

  private ComeBack comeBack() throws IOException {
    byte[] wait = read(2);
    int millis = (wait[0] & 0xFF) << 8 | (wait[1] & 0xFF);
    return new ComeBack(Duration.ofMillis(millis), readCookie());
  }

  private byte[] readCookie() throws IOException {
    int length = read(1)[0];
    if (length < 0 || length > MAX_COOKIE) {
      throw notOurs();
    }
    return read(length);
  }

  private byte[] readHello() throws IOException {
    requireMagic();
    byte[] start = read(2);
    int count = start[1];
    if (count < 1 || count > MAX_VERSIONS) {
      throw notOurs();
    }
    byte[] hello = hello(read(count), NO_COOKIE);
    hello[MAGIC.length] = start[0];
    // The cookie belongs to version 1; what another version has there nobody knows.
    return proposesTheNewest(hello) ? withCookie(hello, readCookie()) : hello;
  }

  private static byte[] withCookie(byte[] hello, byte[] cookie) {
    byte[] whole = Arrays.copyOf(hello, hello.length + cookie.length);
    whole[hello.length - 1] = (byte) cookie.length;
    System.arraycopy(cookie, 0, whole, hello.length, cookie.length);
    return whole;
  }

  /** Whoever hides a newer version that both sides speak is refused, not followed. */
  private static boolean proposesTheNewest(byte[] hello) {
    int newest = 0;
    int end = MAGIC.length + 2 + hello[MAGIC.length + 1];
    for (int i = MAGIC.length + 2; i < end; i++) {
      if (Arrays.binarySearch(VERSIONS, hello[i]) >= 0) {
        newest = Math.max(newest, hello[i]);
      }
    }
    return newest > 0 && hello[MAGIC.length] == newest;
  }

  private void requireWelcome() throws IOException {
    requireMagic();
    byte[] start = read(2);
    int count = start[1];
    if (count < 1 || count > MAX_VERSIONS) {
      throw notOurs();
    }
    byte[] versions = read(count);
    switch (start[0]) {
      case GO_ON -> {}
      case OTHER_VERSION ->
          throw new ConnectFailed(
              Why.OTHER_VERSION,
              "The server speaks version "
                  + Arrays.toString(versions)
                  + " of the protocol, this program version "
                  + Arrays.toString(VERSIONS)
                  + ". Update the older of the two.");
      case BUSY -> throw busy();
      case RETRY -> throw comeBack();
      default -> throw notOurs();
    }
  }

  static ConnectFailed busy() {
    return new ConnectFailed(
        Why.BUSY, "The server takes no more connections just now. Try again later.");
  }

  private void requireMagic() throws IOException {
    for (byte expected : MAGIC) {
      // Byte by byte: another protocol's server may send less than this and wait.
      if (read(1)[0] != expected) {
        throw notOurs();
      }
    }
  }

  private byte[] message(int length) throws IOException {
    byte[] prefix = read(PREFIX);
    if (((prefix[0] & 0xFF) << 8 | (prefix[1] & 0xFF)) != length) {
      throw notOurs();
    }
    return read(length);
  }

  private static ConnectFailed notOurs() {
    return new ConnectFailed(Why.NOT_A_SERVER, "What answers there is no AnonymousCloud server.");
  }

  private byte[] read(int length) throws IOException {
    byte[] bytes = new byte[length];
    int have = 0;
    while (have < length) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new SocketTimeoutException("The handshake takes too long.");
      }
      socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
      int count = in.read(bytes, have, length - have);
      if (count < 0) {
        throw new EOFException("The connection ended in the handshake.");
      }
      have += count;
    }
    return bytes;
  }

  /** In one write, so that it travels in as few packets as it can. */
  private void say(byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    socket.getOutputStream().write(all.toByteArray());
  }

  static byte[] prefixed(byte[] message) {
    byte[] sent = new byte[PREFIX + message.length];
    sent[0] = (byte) (message.length >>> 8);
    sent[1] = (byte) message.length;
    System.arraycopy(message, 0, sent, PREFIX, message.length);
    return sent;
  }
}
