package org.anonymouscloud.core.backup;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.server.ServerKey;

/**
 * Copies of what a server proves itself and checks passwords with. They lie in a folder of their
 * own, away from the rows: who has both can try passwords, or be the server. Stateless.
 */
public final class ServerKeys {
  private static final String KEY = "server.key";
  private static final String SECRETS = "server.secrets";
  private static final List<String> ALL = List.of(KEY, SECRETS);

  private ServerKeys() {}

  /**
   * Copies the keys of a server. Secrets that were copied earlier and are others now are kept
   * beside them, for older backups may need them.
   *
   * @param data the server's folder
   * @param place of the backups
   * @param folder is made if it is not there
   * @param backup the backup that the keys belong to
   * @throws KeysRefused if the folder lies with the backups, is open to others, or has the key of
   *     another server; then nothing was changed
   */
  public static void save(Path data, Path place, Path folder, Path backup)
      throws IOException, KeysRefused {
    checkFolder(data, place, folder);
    PrivateFile.createFolder(folder);
    for (String name : ALL) {
      byte[] now = PrivateFile.read(data.resolve(name));
      Path copy = folder.resolve(name);
      try {
        if (Files.exists(copy)) {
          byte[] old = PrivateFile.read(copy);
          if (Arrays.equals(old, now)) {
            continue;
          }
          PrivateFile.replace(folder.resolve(name + "-before-" + backup.getFileName()), old);
          Arrays.fill(old, (byte) 0);
        }
        PrivateFile.replace(copy, now);
      } finally {
        Arrays.fill(now, (byte) 0);
      }
    }
  }

  /** As {@link #save} does before it changes anything. */
  public static void checkFolder(Path data, Path place, Path folder)
      throws IOException, KeysRefused {
    Path keys = real(folder);
    for (Path other : List.of(real(place), real(data))) {
      if (keys.startsWith(other) || other.startsWith(keys)) {
        throw new KeysRefused(
            "The keys would lie with "
                + other
                + ". Give them a folder of their own, best on another disk: who has the keys and"
                + " the rows can try passwords, and be the server.");
      }
    }
    if (Files.isDirectory(folder)) {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder);
      mode.remove(PosixFilePermission.OWNER_READ);
      mode.remove(PosixFilePermission.OWNER_WRITE);
      mode.remove(PosixFilePermission.OWNER_EXECUTE);
      if (!mode.isEmpty()) {
        throw new KeysRefused(
            "The folder "
                + folder
                + " is open to other users of this machine: chmod 700 it first.");
      }
    }
    Path key = folder.resolve(KEY);
    if (Files.exists(key)
        && !Arrays.equals(PrivateFile.read(key), PrivateFile.read(data.resolve(KEY)))) {
      throw new KeysRefused(
          "The folder "
              + folder
              + " has the keys of another server. Name a folder of their own for these.");
    }
  }

  /** Where a path leads, as far as it is there. */
  private static Path real(Path path) throws IOException {
    Path whole = path.toAbsolutePath().normalize();
    Path there = whole;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there.toRealPath().resolve(there.relativize(whole));
  }

  /**
   * Looks whether all keys are in a folder.
   *
   * @throws NoSuchFileException if one is missing
   * @throws AccessDeniedException if one is not for this user to read
   */
  static void requireAll(Path folder) throws NoSuchFileException, AccessDeniedException {
    for (String name : ALL) {
      Path file = folder.resolve(name);
      if (Files.notExists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      if (!Files.isReadable(file)) {
        throw new AccessDeniedException(file.toString());
      }
    }
  }

  /** The owner of the keys in a folder. */
  static Fingerprint fingerprint(Path folder) throws IOException {
    try (ServerKey key = ServerKey.open(folder.resolve(KEY))) {
      return key.fingerprint();
    }
  }

  /** Where a server's folder has its password secrets. */
  static Path secrets(Path data) {
    return data.resolve(SECRETS);
  }

  /** The keys that a server has in its folder. */
  static List<Path> in(Path data) {
    return ALL.stream().map(data::resolve).filter(Files::exists).toList();
  }

  /** Puts the keys into a server's folder. */
  static void restore(Path folder, Path data) throws IOException {
    for (String name : ALL) {
      byte[] content = PrivateFile.read(folder.resolve(name));
      try {
        PrivateFile.replace(data.resolve(name), content);
      } finally {
        Arrays.fill(content, (byte) 0);
      }
    }
  }
}
