package org.anonymouscloud.core.worker;

import java.util.Map;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;

/** What a listener and a worker say to each other (docs/formats/worker.md, version 1). */
sealed interface Note {
  /** The version of all notes. */
  int VERSION = 1;

  /**
   * The listener's first.
   *
   * @param settings of the server, by their names
   * @param socket the file of the listener's local socket
   * @param token what the worker says there first
   */
  record Begin(int version, Map<String, String> settings, String socket, byte[] token)
      implements Note {}

  /** The worker can serve. */
  record Ready(int version) implements Note {}

  /**
   * The local socket carries a client's bytes from now on.
   *
   * @param network the client's, as {@code Network} encodes it
   */
  record Serve(byte[] network) implements Note {}

  /** The client is a user. */
  record Trusted() implements Note {}

  /** The client has proven to be a user, and has no device yet. */
  record Proven(byte[] account, byte[] by) implements Note {}

  /** The client has logged out, or what it has proven counts no more. */
  record Forgotten() implements Note {}

  /** The worker asks for a seat for its session. */
  record Take(byte[] account, byte[] device) implements Note {}

  /**
   * The answer.
   *
   * @param seat a name of {@link Seats.Seat}
   */
  record Taken(String seat) implements Note {}

  /** The worker gives its seat back. */
  record GiveBack() implements Note {}

  /** The worker wants the signals of a channel. */
  record Subscribe(String channel) implements Note {}

  /** The worker has a signal for all. */
  record Publish(String channel, String message) implements Note {}

  /** A signal of a channel that the worker wants. */
  record Signal(String channel, String message) implements Note {}

  /** A request was answered; for the metrics. */
  record Answered(String feature, String result, long nanos) implements Note {}

  /** The session is to end when its requests are answered. */
  record Drain() implements Note {}

  /** The byte before an encoded note. */
  default byte type() {
    return switch (this) {
      case Begin _ -> 1;
      case Ready _ -> 2;
      case Serve _ -> 3;
      case Trusted _ -> 4;
      case Take _ -> 5;
      case Taken _ -> 6;
      case GiveBack _ -> 7;
      case Subscribe _ -> 8;
      case Publish _ -> 9;
      case Signal _ -> 10;
      case Answered _ -> 11;
      case Drain _ -> 12;
      case Proven _ -> 13;
      case Forgotten _ -> 14;
    };
  }

  /** Reads a note of a type. */
  static Note decode(int type, byte[] body) throws Malformed {
    return switch (type) {
      case 1 -> Cbor.decode(body, Begin.class);
      case 2 -> Cbor.decode(body, Ready.class);
      case 3 -> Cbor.decode(body, Serve.class);
      case 4 -> Cbor.decode(body, Trusted.class);
      case 5 -> Cbor.decode(body, Take.class);
      case 6 -> Cbor.decode(body, Taken.class);
      case 7 -> Cbor.decode(body, GiveBack.class);
      case 8 -> Cbor.decode(body, Subscribe.class);
      case 9 -> Cbor.decode(body, Publish.class);
      case 10 -> Cbor.decode(body, Signal.class);
      case 11 -> Cbor.decode(body, Answered.class);
      case 12 -> Cbor.decode(body, Drain.class);
      case 13 -> Cbor.decode(body, Proven.class);
      case 14 -> Cbor.decode(body, Forgotten.class);
      default -> throw new Malformed("There is no note of type " + type + ".");
    };
  }
}
