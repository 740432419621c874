package org.anonymouscloud.core.account.server.password;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * What the server needs to check passwords, in a file beside the database: who steals the database
 * alone cannot guess offline. If the file is lost, nobody can log in by password any more, so it
 * belongs into the backup, apart from the database's. Thread-safe.
 *
 * <p>Passwords are registered with the newest {@linkplain PasswordKeys generation}; the older ones
 * stay for the records that name them, until those are gone.
 */
public final class ServerSecrets implements AutoCloseable {
  private static final byte[] MAGIC = "anoncloud-opaque-1\n".getBytes(US_ASCII);
  private static final int SEED = 32;
  private static final int MAX_GENERATIONS = 1_000;

  private final Secret fakeSeed;
  private final Secret attemptsKey;

  /** The newest last. */
  private final List<PasswordKeys> generations;

  private ServerSecrets(Secret fakeSeed, List<PasswordKeys> generations) {
    this.fakeSeed = fakeSeed;
    this.attemptsKey = derived(fakeSeed, "anonymouscloud/account/v1/attempts");
    this.generations = List.copyOf(generations);
  }

  private static Secret derived(Secret seed, String label) {
    return Secret.of(Hkdf.SHA256.expand(seed.bytes(), label.getBytes(US_ASCII), SEED));
  }

  /** New secrets that live as long as this object. */
  public static ServerSecrets random() {
    return new ServerSecrets(Secret.random(SEED), List.of(PasswordKeys.random()));
  }

  /**
   * Reads the file, or makes it if there is none: whole or not at all, readable by its owner alone.
   *
   * @throws IOException if the file is damaged, open to others, or cannot be read or made
   */
  public static ServerSecrets open(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      try (ServerSecrets fresh = random()) {
        fresh.write(file, PrivateFile::create);
      } catch (FileAlreadyExistsException another) {
        // A second server process on the same folder made it first; theirs counts.
      }
      return read(file);
    }
  }

  /**
   * Reads the file.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException if the file is damaged, open to others, or cannot be read
   */
  public static ServerSecrets existing(Path file) throws IOException {
    return read(file);
  }

  /**
   * Puts a new generation into the file: whole or not at all. No server may run on it meanwhile.
   * The generation before stays in any case, for servers on copies of the file.
   *
   * @param used the generations that records name; others are dropped
   * @return the ids of the generations in the file now, the newest last
   * @throws IOException if there is no such file, it lacks a generation in use, or cannot be
   *     written; then nothing has changed
   */
  public static List<String> rotate(Path file, Set<String> used) throws IOException {
    try (ServerSecrets old = read(file)) {
      old.requireAll(used, file);
      List<PasswordKeys> kept = new ArrayList<>();
      for (PasswordKeys keys : old.generations) {
        if (used.contains(keys.id()) || keys == old.newest()) {
          kept.add(keys);
        }
      }
      if (kept.size() == MAX_GENERATIONS) {
        throw new IOException("There are too many generations of password secrets in use.");
      }
      kept.add(PasswordKeys.random());
      try (ServerSecrets rotated = new ServerSecrets(old.fakeSeed.copy(), kept)) {
        rotated.write(file, PrivateFile::replace);
        return rotated.generations.stream().map(PasswordKeys::id).toList();
      }
    }
  }

  /**
   * Checks that the passwords of a database can be checked with these.
   *
   * @param used the generations that records name
   * @throws IOException if one is missing; the message says what to do
   */
  public void requireAll(Set<String> used, Path file) throws IOException {
    for (String id : used) {
      if (generation(id).isEmpty()) {
        throw new IOException(
            "The password secrets in "
                + file
                + " are not those that this database's passwords were registered with. Bring"
                + " the file back from the folder of 'admin backup --keys', where an older one may"
                + " be called server.secrets-before-TIME. If it is lost for good, see 'anoncloud"
                + " admin new-keys'");
      }
    }
  }

  private interface Writer {
    void write(Path file, byte[] content) throws IOException;
  }

  private void write(Path file, Writer writer) throws IOException {
    byte[] content =
        Arrays.copyOf(MAGIC, MAGIC.length + SEED + generations.size() * PasswordKeys.LENGTH);
    try {
      System.arraycopy(fakeSeed.bytes(), 0, content, MAGIC.length, SEED);
      int at = MAGIC.length + SEED;
      for (PasswordKeys keys : generations) {
        keys.encode(content, at);
        at += PasswordKeys.LENGTH;
      }
      writer.write(file, content);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static ServerSecrets read(Path file) throws IOException {
    byte[] content = PrivateFile.read(file);
    try {
      int first = MAGIC.length + SEED;
      int count = (content.length - first) / PasswordKeys.LENGTH;
      if (count < 1
          || count > MAX_GENERATIONS
          || content.length != first + count * PasswordKeys.LENGTH
          || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw damaged(file);
      }
      List<PasswordKeys> generations = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        generations.add(
            PasswordKeys.decode(content, first + i * PasswordKeys.LENGTH)
                .orElseThrow(() -> damaged(file)));
      }
      return new ServerSecrets(
          Secret.of(Arrays.copyOfRange(content, MAGIC.length, first)), generations);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static IOException damaged(Path file) {
    return new IOException(
        "The password secrets in " + file + " are damaged. Restore the file from your backup.");
  }

  /** What new passwords are registered with, and what unknown users are answered with. */
  public PasswordKeys newest() {
    return generations.getLast();
  }

  /** What the passwords whose records name {@code id} were registered with. */
  public Optional<PasswordKeys> generation(String id) {
    return generations.stream().filter(keys -> keys.id().equals(id)).findFirst();
  }

  /** What the records of unknown users come from. */
  public Secret fakeSeed() {
    return fakeSeed;
  }

  /** What names and networks are coded with where attempts are counted. */
  public Secret attemptsKey() {
    return attemptsKey;
  }

  @Override
  public void close() {
    fakeSeed.close();
    attemptsKey.close();
    generations.forEach(PasswordKeys::close);
  }

  @Override
  public String toString() {
    return "ServerSecrets";
  }
}
