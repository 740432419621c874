package org.anonymouscloud.client.agent.api;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * One free port, bound on each loopback address of the machine and nowhere else.
 *
 * @param channels bound, blocking
 */
record LoopbackPorts(int port, List<ServerSocketChannel> channels) {
  private static final byte[] IPV4 = {127, 0, 0, 1};
  private static final byte[] IPV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  private static final int ATTEMPTS = 20;

  static LoopbackPorts bind() throws IOException {
    for (int attempt = 1; ; attempt++) {
      ServerSocketChannel first = bind(IPV4, 0);
      int port = ((InetSocketAddress) first.getLocalAddress()).getPort();
      List<ServerSocketChannel> channels = new ArrayList<>(List.of(first));
      try {
        channels.add(bind(IPV6, port));
        return new LoopbackPorts(port, channels);
      } catch (BindException e) {
        // Either someone has this port on ::1, then another port will do, or there is no ::1.
        if (attempt == ATTEMPTS || String.valueOf(e.getMessage()).contains("assign")) {
          return new LoopbackPorts(port, channels);
        }
        first.close();
      } catch (SocketException | UnsupportedOperationException e) {
        return new LoopbackPorts(port, channels);
      }
    }
  }

  private static ServerSocketChannel bind(byte[] address, int port) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.bind(new InetSocketAddress(InetAddress.getByAddress(address), port));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
