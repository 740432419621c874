package org.anonymouscloud.core.session;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a server is and which key it must have: {@code anoncloud://host:port#FINGERPRINT}.
 *
 * @param host a name or an address; an IPv6 address has no brackets here
 * @param port 1 to 65535
 * @param fingerprint empty if the person has yet to confirm the server's key
 */
public record ConnectionString(String host, int port, Optional<Fingerprint> fingerprint) {
  private static final String SCHEME = "anoncloud";
  private static final int MAX_PORT = 65_535;

  /**
   * @throws IllegalArgumentException if the host is empty or the port out of range
   */
  public ConnectionString {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("A connection string needs a host.");
    }
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("A connection string needs a port from 1 to 65535.");
    }
  }

  /**
   * Reads the text form; the fingerprint may be in either case.
   *
   * @throws IllegalArgumentException if it is no connection string; the message is for people
   */
  public static ConnectionString parse(String text) {
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw notOne();
    }
    if (!SCHEME.equals(uri.getScheme())
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawPath() == null
        || !uri.getRawPath().isEmpty()) {
      throw notOne();
    }
    String host = uri.getHost();
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    // An empty fingerprint is a cut-off copy, not the wish to have none (A39).
    Optional<Fingerprint> fingerprint =
        Optional.ofNullable(uri.getRawFragment())
            .map(part -> new Fingerprint(part.toLowerCase(Locale.ROOT)));
    return new ConnectionString(host, uri.getPort(), fingerprint);
  }

  private static IllegalArgumentException notOne() {
    return new IllegalArgumentException(
        "A connection string looks like anoncloud://host:port#FINGERPRINT.");
  }

  @Override
  public String toString() {
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return SCHEME + "://" + shown + ":" + port + fingerprint.map(f -> "#" + f).orElse("");
  }
}
