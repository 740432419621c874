package org.anonymouscloud.core.channel;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.noise.CipherState;
import org.anonymouscloud.core.noise.Handshake;
import org.anonymouscloud.core.noise.HandshakeKeys;
import org.anonymouscloud.core.noise.Transport;

/** A client that keeps the handshake's rules and no other. */
public final class RawPeer implements AutoCloseable {
  private static final int REPLY = 19;
  private static final int SECOND_MESSAGE = 1200;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Transport keys;

  public RawPeer(int port) throws IOException, NotAuthentic {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
    byte[] hello = ChannelHandshake.hello(ChannelHandshake.VERSIONS, ChannelHandshake.NO_COOKIE);
    try (Handshake handshake =
        Handshake.initiator(ChannelHandshake.SUITE, hello, HandshakeKeys.none())) {
      out.write(hello);
      out.write(ChannelHandshake.prefixed(handshake.write(new byte[0])));
      in.skipNBytes(REPLY + Channel.PREFIX);
      byte[] message = new byte[SECOND_MESSAGE];
      in.readFully(message);
      var _ = handshake.read(message);
      this.keys = handshake.split();
    }
  }

  /** A frame with the padding it should have. */
  public static byte[] frame(int type, int stream, int... data) {
    ByteBuffer frame =
        ByteBuffer.allocate(Channel.padded(Channel.HEADER + data.length))
            .put((byte) type)
            .putInt(stream)
            .putShort((short) data.length);
    for (int value : data) {
      frame.put((byte) value);
    }
    return frame.array();
  }

  /** Seals and sends any plaintext. */
  public void send(byte[] plain) throws IOException {
    byte[] record = new byte[Channel.PREFIX + plain.length + CipherState.TAG_LENGTH];
    int sealed = keys.send().seal(plain, 0, plain.length, record, Channel.PREFIX);
    record[0] = (byte) (sealed >>> 8);
    record[1] = (byte) sealed;
    out.write(record);
  }

  /** Sends bytes that nobody has sealed. */
  public void sendUnsealed(byte... bytes) throws IOException {
    out.write(bytes);
  }

  /** The plaintext of the next record. */
  public byte[] receive() throws IOException, NotAuthentic {
    byte[] record = new byte[in.readUnsignedShort()];
    in.readFully(record);
    int length = keys.receive().open(record, 0, record.length, record, 0);
    return Arrays.copyOf(record, length);
  }

  @Override
  public void close() throws IOException {
    keys.close();
    socket.close();
  }
}
