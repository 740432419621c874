package org.anonymouscloud.vault.client.format;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;

/** A drive's keys by generation, each derived when it is first needed. Thread-safe. */
public final class KeyRing implements AutoCloseable {
  private final Map<Integer, DriveKeys> keys = new ConcurrentHashMap<>();

  /** Forgotten, and still in the hands of whoever works with them. */
  private final Queue<DriveKeys> retired = new ConcurrentLinkedQueue<>();

  /** The secrets of generations. */
  @FunctionalInterface
  public interface Secrets {
    /** That of a generation, which is closed by whoever asks; none if it is not known. */
    Optional<Secret> of(int generation);
  }

  private final IntSupplier newest;
  private final Secrets driveSecret;

  /**
   * @param newest the newest generation there is
   * @param driveSecret gives the drive secret of each
   */
  public KeyRing(IntSupplier newest, Secrets driveSecret) {
    this.newest = newest;
    this.driveSecret = driveSecret;
  }

  /** The generation in which everything new is sealed. */
  public int newest() {
    return newest.getAsInt();
  }

  /**
   * The keys of a generation.
   *
   * @throws NotAuthentic if there is no such generation
   */
  public DriveKeys of(int generation) throws NotAuthentic {
    if (generation < 0 || generation > newest()) {
      throw new NotAuthentic();
    }
    DriveKeys known = keys.get(generation);
    if (known != null) {
      return known;
    }
    try (Secret secret = driveSecret.of(generation).orElseThrow(NotAuthentic::new)) {
      return keys.computeIfAbsent(generation, number -> DriveKeys.of(secret));
    }
  }

  /** From now on the secrets are asked for anew, as they may be others. */
  public void forget() {
    for (int generation : List.copyOf(keys.keySet())) {
      DriveKeys gone = keys.remove(generation);
      if (gone != null) {
        retired.add(gone);
      }
    }
  }

  @Override
  public void close() {
    retired.forEach(DriveKeys::close);
    retired.clear();
    keys.values().forEach(DriveKeys::close);
    keys.clear();
  }
}
