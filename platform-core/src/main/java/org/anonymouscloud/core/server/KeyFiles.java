package org.anonymouscloud.core.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.server.ServerKey;

/**
 * The two files without which a server's accounts are of no use. They are made at the first start
 * and never beside accounts: a server with another key is another one to its users, and one with
 * other secrets knows no password. Stateless.
 */
public final class KeyFiles {
  private KeyFiles() {}

  /** Where a server with this data folder keeps what it proves itself with. */
  public static Path key(Path data) {
    return data.resolve("server.key");
  }

  /** Where it keeps its password secrets. */
  public static Path secrets(Path data) {
    return data.resolve("server.secrets");
  }

  /**
   * Looks whether the files are those of the database. Makes nothing.
   *
   * @param data the server's folder
   * @throws CannotStart if not; the text says what to do
   */
  public static void check(Path data, OpenDatabase database) throws CannotStart, IOException {
    if (!AccountService.hasAccounts(database)) {
      return;
    }
    if (!Files.exists(key(data))) {
      throw lost(key(data), "People's devices know the server by it.");
    }
    Optional<String> known =
        database.read(
            handle ->
                DatabaseState.hasTable(handle, "server_key")
                    ? handle
                        .createQuery("SELECT fingerprint FROM server_key")
                        .mapTo(String.class)
                        .findOne()
                    : Optional.empty());
    if (known.isPresent() && !known.get().equals(fingerprint(data))) {
      throw new CannotStart(
          "The file "
              + key(data)
              + " is the key of another server: people's devices know this one by the fingerprint "
              + known.get()
              + ". Bring the right file back from the folder of 'admin backup --keys'. If it is"
              + " lost for good, move this one away and see 'anoncloud admin new-keys'.");
    }
    Path secrets = secrets(data);
    try {
      AccountService.checkSecrets(database, secrets);
    } catch (NoSuchFileException e) {
      throw lost(secrets, "Nobody can log in by password without it.");
    }
  }

  /** Notes in the database, which has its tables, which key is the server's from now on. */
  static void bind(Path data, OpenDatabase database) throws IOException {
    String fingerprint = fingerprint(data);
    database.<Integer, RuntimeException>write(
        handle -> {
          handle.execute("DELETE FROM server_key WHERE fingerprint <> ?", fingerprint);
          return handle.execute(
              "INSERT INTO server_key (fingerprint) VALUES (?) ON CONFLICT DO NOTHING",
              fingerprint);
        });
  }

  private static String fingerprint(Path data) throws IOException {
    try (ServerKey key = ServerKey.open(key(data))) {
      return key.fingerprint().toString();
    }
  }

  private static CannotStart lost(Path file, String why) {
    return new CannotStart(
        "The file "
            + file
            + " is missing, and this server has accounts. "
            + why
            + " Bring it back from the folder of 'admin backup --keys'. If it is lost for good, see"
            + " 'anoncloud admin new-keys'.");
  }
}
