package org.anonymouscloud.core.session.server;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

/** Accepts connections whose bytes are counted. Thread-safe. */
final class CountedServerSocket extends ServerSocket {
  private final SessionCounts counts;

  CountedServerSocket(SessionCounts counts) throws IOException {
    this.counts = counts;
  }

  @Override
  public Socket accept() throws IOException {
    Socket accepted = new CountedSocket();
    implAccept(accepted);
    return accepted;
  }

  private final class CountedSocket extends Socket {
    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          int value = super.read();
          counts.received(value < 0 ? 0 : 1);
          return value;
        }

        @Override
        public int read(byte[] array, int offset, int length) throws IOException {
          int count = super.read(array, offset, length);
          counts.received(count);
          return count;
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(int value) throws IOException {
          out.write(value);
          counts.sent(1);
        }

        @Override
        public void write(byte[] array, int offset, int length) throws IOException {
          out.write(array, offset, length);
          counts.sent(length);
        }
      };
    }
  }
}
