package org.anonymouscloud.core.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens.
 *
 * @param host a name or an address; an IPv6 address has no brackets here
 * @param port 0 to 65535; 0 takes any free port
 */
public record ListenAddress(String host, int port) {
  /** This machine alone may connect; the port is not one that another service is known for. */
  public static final ListenAddress STANDARD = new ListenAddress("127.0.0.1", 7420);

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([^\\]]+)\\]|([^:\\[\\]]+)):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;

  /**
   * @throws IllegalArgumentException if the port is out of range
   */
  public ListenAddress {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("A port is a number from 0 to 65535.");
    }
  }

  /**
   * Reads {@code host:port} or {@code [address]:port}.
   *
   * @throws IllegalArgumentException if it is neither; the message is for people
   */
  public static ListenAddress parse(String text) {
    Matcher parts = FORM.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "An address to listen on looks like 127.0.0.1:7420 or [::1]:7420.");
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    return new ListenAddress(host, Integer.parseInt(parts.group(3)));
  }

  InetSocketAddress resolve() throws CannotStart {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new CannotStart(
          "There is no machine named '" + host + "' to listen on. Give an address of this one.", e);
    }
  }

  /**
   * Whether it stands for all addresses of this machine.
   *
   * @throws CannotStart if there is no such host
   */
  public boolean isAll() throws CannotStart {
    return resolve().getAddress().isAnyLocalAddress();
  }

  /** What clients are told: a server that listens on all addresses is named by its machine. */
  String reachableHost() throws CannotStart {
    if (!isAll()) {
      return host;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * Looks whether a server could listen here now.
   *
   * @param option that names the address on the command line, for people
   * @throws CannotStart if not
   */
  public void check(String option) throws CannotStart, IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(resolve());
    } catch (BindException e) {
      throw taken(option, e);
    }
  }

  /** The address cannot be had. */
  CannotStart taken(String option, BindException why) {
    return new CannotStart(
        "The server cannot listen on "
            + this
            + ": "
            + why.getMessage()
            + ". Stop the other program, or choose another address with "
            + option
            + ".",
        why);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
