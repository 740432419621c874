package org.anonymouscloud.core.opaque;

import org.anonymouscloud.core.crypto.p256.P256Point;

/** RFC 9807's lengths with P-256 and SHA-256, in bytes. */
final class Sizes {
  /** {@code Nn}, a nonce. */
  static final int NONCE = 32;

  /** {@code Nh}, {@code Nm}, {@code Nx}: a hash, a MAC, an extracted key. */
  static final int HASH = 32;

  /** {@code Npk}, a public key. */
  static final int KEY = P256Point.LENGTH;

  /** {@code Nseed}, what a key pair is derived from. */
  static final int SEED = 32;

  private Sizes() {}
}
