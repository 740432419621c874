package org.anonymouscloud.core.crypto.noise;

import java.util.concurrent.atomic.AtomicBoolean;
import org.anonymouscloud.core.crypto.BulkProvider;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;

/**
 * Gets the JDK's bulk ciphers up to speed, where no native library takes their place. The JVM
 * replaces them by the processor's own instructions only where its optimizing compiler has seen
 * them called some thousand times; until then AES-GCM runs at 0.1 GB/s instead of more than 4.
 * Calls count, not bytes: in pieces of 64 KiB the first half gigabyte of a transfer would be slow,
 * in pieces of 1 KiB it is over in half a second.
 *
 * <p>It costs two seconds of processor time, the compiler's included, so a process pays for it only
 * once it has much to encrypt. Thread-safe.
 */
public final class WarmUp {
  private static final int PIECES = 10_000;
  private static final int PIECE = 1024;
  private static final byte[] NO_DATA = {};

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private WarmUp() {}

  /** Begins once, on a thread of its own, which ends by itself. Returns at once. */
  public static void begin() {
    BulkProvider.prepare();
    if (BulkProvider.isJdkForGood() && BEGUN.compareAndSet(false, true)) {
      start();
    }
  }

  private static void start() {
    Thread.ofPlatform().daemon().name("cipher-warm-up").start(WarmUp::run);
  }

  private static void run() {
    byte[] piece = new byte[PIECE + Aead.TAG_LENGTH];
    byte[] sealed = new byte[piece.length];
    try (Secret key = Secret.random(Aead.KEY_LENGTH);
        Aead aead = new Aead(Aead.Algorithm.AES_256_GCM, key)) {
      for (int i = 0; i < PIECES; i++) {
        int length = aead.seal(i, NO_DATA, piece, 0, PIECE, sealed, 0);
        aead.open(i, NO_DATA, sealed, 0, length, piece, 0);
        Hmac.sha256(key, piece, 0, PIECE);
      }
    } catch (NotAuthentic e) {
      throw new IllegalStateException("AES-GCM does not open what it has sealed.", e);
    }
  }
}
