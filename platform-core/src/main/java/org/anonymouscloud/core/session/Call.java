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
   * Data for the server. Blocks while the server does not read; closing it says that all is sent.
   */
  OutputStream upload();

  /**
   * Data from the server. Its end says that the server has sent all; a cut connection is an error.
   */
  InputStream download();

  /** Waits for the answer's body. */
  byte[] answer() throws Refused, IOException;

  @Override
  void close();
}
