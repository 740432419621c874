package org.anonymouscloud.vault.client.format;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;

/** A drive's keys by generation, each derived when it is first needed. Thread-safe. */
public final class KeyRing implements AutoCloseable {
  private final Map<Integer, DriveKeys> keys = new ConcurrentHashMap<>();
  private final IntSupplier newest;
  private final IntFunction<Secret> vaultSecret;

  /**
   * @param newest the newest generation there is
   * @param vaultSecret gives the vault's secret of a generation, which is closed here
   */
  public KeyRing(IntSupplier newest, IntFunction<Secret> vaultSecret) {
    this.newest = newest;
    this.vaultSecret = vaultSecret;
  }

  /** The generation in which everything new is sealed. */
  public int newest() {
    return newest.getAsInt();
  }

  /**
   * The keys of a generation.
   *
   * @throws NotAuthentic if this account has no such generation
   */
  public DriveKeys of(int generation) throws NotAuthentic {
    if (generation < 0 || generation > newest()) {
      throw new NotAuthentic();
    }
    return keys.computeIfAbsent(
        generation,
        number -> {
          try (Secret secret = vaultSecret.apply(number)) {
            return DriveKeys.of(secret);
          }
        });
  }

  @Override
  public void close() {
    keys.values().forEach(DriveKeys::close);
    keys.clear();
  }
}
