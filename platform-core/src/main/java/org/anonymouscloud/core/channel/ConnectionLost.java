package org.anonymouscloud.core.channel;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;

/** The session is over, so what was under way is not done or nobody knows. */
public final class ConnectionLost extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  /** How a session ends. */
  public enum Why {
    /** This side has ended it. */
    ENDED_HERE("The session has been closed."),
    /** The other side has ended it, and said so under the session's keys. */
    ENDED_THERE("The other side has ended the session."),
    /** The other side has ended it because it shuts down. */
    SHUT_DOWN("The server is shutting down."),
    /** The connection broke; what came before is true, but it may not be all (A40). */
    CUT("The connection was cut."),
    /** The other side has not been heard of, or has taken nothing, for too long. */
    SILENT("The other side no longer answers."),
    /** A record was changed, repeated, dropped or moved on the way: one text for all (A41). */
    NOT_AUTHENTIC("The connection was tampered with and has been closed."),
    /** One side did not follow the protocol. */
    PROTOCOL_BROKEN("The two sides do not follow the same protocol.");

    private final String text;

    Why(String text) {
      this.text = text;
    }
  }

  private final Why why;

  public ConnectionLost(Why why) {
    super(why.text);
    this.why = why;
  }

  public Why why() {
    return why;
  }

  @Override
  public boolean isFinal() {
    return why == Why.NOT_AUTHENTIC;
  }
}
