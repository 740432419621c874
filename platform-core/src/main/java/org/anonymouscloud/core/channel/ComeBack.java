package org.anonymouscloud.core.channel;

import java.io.IOException;
import java.time.Duration;

/** The server has too many handshakes to do and has asked to come back with a cookie (A44). */
final class ComeBack extends IOException {
  private static final long serialVersionUID = 1;

  private final Duration after;
  private final byte[] cookie;

  ComeBack(Duration after, byte[] cookie) {
    super("The server has asked to come back.");
    this.after = after;
    this.cookie = cookie;
  }

  Duration after() {
    return after;
  }

  byte[] cookie() {
    return cookie;
  }
}
