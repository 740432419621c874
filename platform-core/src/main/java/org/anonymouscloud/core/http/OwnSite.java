package org.anonymouscloud.core.http;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names under which an HTTP server of this machine is asked by those who mean it. A web page
 * that a browser here has opened asks under another one: the page's own, whose address it has
 * turned to this machine (DNS rebinding, A61), or with the page's as its origin.
 *
 * @param hosts as in a {@code Host} header, in lower case
 * @param anyAddress whether it may also be asked by any address in figures, which nobody can turn
 */
public record OwnSite(Set<String> hosts, boolean anyAddress) {
  private static final Pattern HOST =
      Pattern.compile("(?:\\[([^\\]]+)\\]|([^:\\[\\]]+))(?::\\d+)?");

  public OwnSite {
    hosts = Set.copyOf(hosts);
  }

  /** One that only this machine can reach. */
  public static OwnSite loopback(int port) {
    return new OwnSite(Set.of("127.0.0.1:" + port, "[::1]:" + port, "localhost:" + port), false);
  }

  /** The same, which has this name as well. */
  public OwnSite named(String host) {
    Set<String> more = new TreeSet<>(hosts);
    more.add(host.toLowerCase(Locale.ROOT));
    return new OwnSite(more, anyAddress);
  }

  /** The same, which other machines may reach by its addresses. */
  public OwnSite byAnyAddress() {
    return new OwnSite(hosts, true);
  }

  /**
   * Whether a request is meant for it.
   *
   * @param lines of the {@code Host} header; only a single one can be
   * @param authority of a target in absolute form, which overrides the header
   */
  public boolean isAsked(List<String> lines, @Nullable String authority) {
    return lines.size() == 1 && isOwn(lines.getFirst()) && (authority == null || isOwn(authority));
  }

  private boolean isOwn(String host) {
    return hosts.contains(host.toLowerCase(Locale.ROOT)) || (anyAddress && isAddress(host));
  }

  private static boolean isAddress(String host) {
    Matcher parts = HOST.matcher(host);
    if (!parts.matches()) {
      return false;
    }
    try {
      var _ = InetAddress.ofLiteral(parts.group(1) == null ? parts.group(2) : parts.group(1));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Whether a request comes from a web page of somebody else's.
   *
   * @param origins all of {@code Origin}
   * @param fetchSites all of {@code Sec-Fetch-Site}
   * @param mayBeTyped whether it may come from an address that a person has typed or kept
   */
  public boolean isForeign(List<String> origins, List<String> fetchSites, boolean mayBeTyped) {
    return !origins.stream()
            .allMatch(origin -> origin.startsWith("http://") && hosts.contains(origin.substring(7)))
        || !fetchSites.stream()
            .allMatch(site -> site.equals("same-origin") || (mayBeTyped && site.equals("none")));
  }
}
