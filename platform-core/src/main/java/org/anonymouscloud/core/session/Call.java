package org.anonymouscloud.core.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.anonymouscloud.core.wire.Refused;

/**
 * One request with bulk data, seen by the asking side. One thread may write while another reads.
 * Closing before the answer tells the server to stop.
 */
public interface Call extends AutoCloseable {
  /**
   * Data for the server. Small writes are gathered until it is flushed or closed; closing it says
   * that all is sent. Blocks while the server does not read. Once the answer is there, what is
   * still written is thrown away, as the server needs no more of it.
   */
  OutputStream upload();

  /**
   * Data from the server. Its end says that the server has sent all; a cut connection is an error.
   */
  InputStream download();

  /**
   * Waits for the answer's body. A server that still wants the rest of the upload, or has more to
   * download, does not answer until it has been given that, or rid of it.
   *
   * @throws Refused if the server says no
   * @throws IOException if the connection breaks before the answer or the call has been closed
   */
  byte[] answer() throws Refused, IOException;

  @Override
  void close();
}
