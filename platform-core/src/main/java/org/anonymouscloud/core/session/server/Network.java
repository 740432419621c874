package org.anonymouscloud.core.session.server;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.Secret;

/**
 * The network that a client is in: the first 24 bits of an IPv4 address or 56 of an IPv6 address,
 * which is about what one person or one site can have. To be counted by and compared, never to be
 * shown or logged. Immutable.
 */
public final class Network {
  private static final int IPV4_PREFIX = 3;
  private static final int IPV6_PREFIX = 7;

  private static final int IPV4_LARGE = 2;
  private static final int IPV6_LARGE = 4;

  private static final Network THIS_MACHINE = new Network(new byte[0]);

  private final byte[] prefix;

  private Network(byte[] prefix) {
    this.prefix = prefix;
  }

  /** The network of an address. */
  public static Network of(InetAddress address) {
    return address.isLoopbackAddress() ? THIS_MACHINE : ofPrefix(address);
  }

  /** As if there were no loopback addresses. */
  static Network ofPrefix(InetAddress address) {
    byte[] bytes = address.getAddress();
    return new Network(Arrays.copyOf(bytes, bytes.length == 4 ? IPV4_PREFIX : IPV6_PREFIX));
  }

  /**
   * The larger network that this is a part of: 16 bits of an IPv4 address or 32 of an IPv6 address,
   * about what a provider has. Whoever has one network easily has others in it.
   */
  public Network larger() {
    int length = prefix.length == IPV6_PREFIX ? IPV6_LARGE : IPV4_LARGE;
    return isThisMachine() ? this : new Network(Arrays.copyOf(prefix, length));
  }

  /** The network that {@link #encode} gave. */
  public static Network decode(byte[] encoded) {
    return new Network(encoded.clone());
  }

  /** For another process of the same server. */
  public byte[] encode() {
    return prefix.clone();
  }

  /**
   * Whether the client is on this machine. So it is behind a local proxy, whose clients share
   * nothing but that; limits for one network do not apply.
   */
  public boolean isThisMachine() {
    return prefix.length == 0;
  }

  /**
   * A code of this network, the same each time, from which without the key nobody gets back to it.
   *
   * @param purpose keeps codes of one kind apart from those of others
   */
  public Digest code(Secret key, byte[] purpose) {
    byte[] message =
        ByteBuffer.allocate(1 + prefix.length + purpose.length)
            .put((byte) prefix.length)
            .put(prefix)
            .put(purpose)
            .array();
    return Hmac.sha256(key, message, 0, message.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network network && Arrays.equals(prefix, network.prefix);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(prefix);
  }

  /** Tells nothing, so that no log does. */
  @Override
  public String toString() {
    return "Network";
  }
}
