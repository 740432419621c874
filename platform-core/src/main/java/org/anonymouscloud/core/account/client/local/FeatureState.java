package org.anonymouscloud.core.account.client.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.crypto.Secret;

/** Small values of one feature on this device, sealed, one file each. Thread-safe. */
public final class FeatureState {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private final Path folder;
  private final String feature;
  private final Secret key;

  /**
   * @param key of values, stays the caller's
   */
  FeatureState(Path folder, String feature, Secret key) {
    RootSecret.requireFeature(feature);
    this.folder = folder;
    this.feature = feature;
    this.key = key;
  }

  /**
   * The value last put under a name.
   *
   * @param name 1 to 64 of a-z, 0-9, dots, underscores and hyphens, a letter or digit first
   * @throws StateDamaged if what is there was not put under this name by this device
   */
  public Optional<byte[]> get(String name) throws IOException {
    Optional<Secret> value = SealedFile.VALUE.read(file(name), key, feature, name);
    // The array is handed over, so nothing is left to wipe.
    return value.map(Secret::bytes);
  }

  /** Keeps a value, in place of the one before; it is durable when this returns. */
  public void put(String name, byte[] value) throws IOException {
    SealedFile.VALUE.write(file(name), key, value, feature, name);
  }

  /** The dot keeps features apart from each other and from the account's own files. */
  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A name of local state has 1 to 64 of a-z, 0-9, dots, underscores and hyphens.");
    }
    return folder.resolve(feature + "." + name);
  }
}
