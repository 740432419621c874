package org.anonymouscloud.core.release;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.anonymouscloud.core.crypto.Digest;

/**
 * The statement that a jar of these bytes is this version of this plugin. Whoever vouches for it
 * makes the jar one that may be opened.
 *
 * @param id 1 to 40 lower-case letters, digits and hyphens
 * @param capabilities what the plugin asks for, as {@code name/version}; at least one
 * @param size of the jar in bytes, at most {@link #MAX_SIZE}
 * @param digest SHA-256 of the jar
 */
public record Release(
    String id, Version version, List<String> capabilities, long size, Digest digest) {
  /** Bytes of a jar at most. */
  static final long MAX_SIZE = 256L << 20;

  public Release {
    capabilities = List.copyOf(capabilities);
  }

  /**
   * What a jar says of itself, to be vouched for. Opens the jar: only for one that was made here.
   */
  public static Release of(Path jar) throws PluginRefused, IOException {
    long size = Files.size(jar);
    if (size > MAX_SIZE) {
      throw new PluginRefused("it is larger than 256 MiB");
    }
    JarManifest manifest = JarManifest.read(jar);
    return new Release(
        manifest.id(), manifest.version(), manifest.capabilities(), size, digest(jar));
  }

  /**
   * Checks that a jar is the one this is about: first its bytes, and only then what is in it.
   *
   * @throws PluginRefused if it is not
   */
  public void check(Path jar) throws PluginRefused {
    try {
      if (!Files.isRegularFile(jar, LinkOption.NOFOLLOW_LINKS)) {
        throw new PluginRefused("its jar is missing, or is no file");
      }
      if (Files.size(jar) != size || !digest(jar).equals(digest)) {
        throw PluginRefused.untrusted(
            "its jar is damaged or was changed: it is not the one that was vouched for");
      }
    } catch (IOException e) {
      throw new PluginRefused("its jar cannot be read (" + e.getMessage() + ")", e);
    }
    if (!JarManifest.read(jar).equals(new JarManifest(id, version, capabilities))) {
      throw PluginRefused.untrusted("its manifest is that of another plugin or version");
    }
  }

  private static Digest digest(Path jar) throws IOException {
    try (InputStream content = Files.newInputStream(jar)) {
      return Digest.sha256(content);
    }
  }
}
