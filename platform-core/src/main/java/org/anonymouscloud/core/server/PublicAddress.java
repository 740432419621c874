package org.anonymouscloud.core.server;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;

/**
 * Where clients reach a server, which may be another place than it listens on.
 *
 * @param host a name or an address; an IPv6 address has no brackets here
 * @param port 1 to 65535; empty if it is the one that the server listens on
 */
public record PublicAddress(String host, OptionalInt port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([A-Za-z0-9._-]+))(?::(\\d{1,5}))?");

  /**
   * Reads {@code host}, {@code host:port}, {@code [address]} or {@code [address]:port}.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public static PublicAddress parse(String text) {
    Matcher parts = FORM.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException("A public address looks like cloud.example.org:7420.");
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    String port = parts.group(3);
    PublicAddress address =
        new PublicAddress(
            host, port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)));
    // Whoever types the string must be able to: its own rules hold.
    String string = new ConnectionString(host, address.port.orElse(1), Optional.empty()).toString();
    ConnectionString.parse(string);
    return address;
  }

  ConnectionString connectionString(int listening, Fingerprint fingerprint) {
    return new ConnectionString(host, port.orElse(listening), Optional.of(fingerprint));
  }

  @Override
  public String toString() {
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return port.isPresent() ? shown + ":" + port.getAsInt() : shown;
  }
}
