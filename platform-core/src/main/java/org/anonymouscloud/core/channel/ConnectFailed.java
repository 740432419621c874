package org.anonymouscloud.core.channel;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;

/** No session came about. The message is for people. */
public final class ConnectFailed extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  /** What went wrong. */
  public enum Why {
    /** Nothing answers at the address, or there is no such address. */
    UNREACHABLE,
    /** Something answers, and it is no AnonymousCloud server. */
    NOT_A_SERVER,
    /** The connection broke before the handshake was done. */
    CUT,
    /** The connection stands, but the other side says nothing. */
    SILENT,
    /** The server speaks other versions of the protocol. */
    OTHER_VERSION,
    /** The server takes no more connections just now. */
    BUSY,
    /** The handshake was changed on the way (A38, A47). */
    NOT_AUTHENTIC
  }

  private final Why why;

  public ConnectFailed(Why why, String message) {
    super(message);
    this.why = why;
  }

  /** Nothing answers at an address. */
  public static ConnectFailed unreachable(String host, int port) {
    return new ConnectFailed(
        Why.UNREACHABLE, "No server answers at " + host + ", port " + port + ".");
  }

  public Why why() {
    return why;
  }

  @Override
  public boolean isFinal() {
    return why == Why.NOT_AUTHENTIC || why == Why.OTHER_VERSION || why == Why.NOT_A_SERVER;
  }
}
