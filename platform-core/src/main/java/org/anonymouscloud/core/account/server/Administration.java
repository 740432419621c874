package org.anonymouscloud.core.account.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountData;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.database.OpenDatabase;

/**
 * What a server's owner may do about accounts, also from a process beside the servers that use the
 * database. Thread-safe.
 */
public final class Administration {
  private final OpenDatabase database;
  private final List<AccountData> features;
  private final Clock clock;

  /**
   * Brings the account tables up to date.
   *
   * @param features what all features of the server keep
   */
  public Administration(OpenDatabase database, List<? extends AccountData> features, Clock clock) {
    this.database = database;
    this.features = List.copyOf(features);
    this.clock = clock;
    AccountService.migrate(database);
  }

  /** All accounts, by name. */
  public List<AccountSummary> accounts() {
    return database.read(
        handle -> {
          AccountTables tables = new AccountTables(handle);
          Map<AccountId, Long> held = StoredSpace.held(handle, features);
          return tables.all(clock.millis()).stream()
              .map(
                  account ->
                      account.having(
                          StoredSpace.used(handle, account.id()),
                          held.getOrDefault(account.id(), 0L)))
              .toList();
        });
  }

  /**
   * Changes an account's quota; false if there is no such account.
   *
   * @param quota bytes, not negative; {@link Long#MAX_VALUE} for no limit
   */
  public boolean setQuota(UserName name, long quota) {
    AccountPolicy.checkQuota(quota);
    return database.write(handle -> new AccountTables(handle).setQuota(name, quota));
  }

  /**
   * Lets an account log in, or no longer: then its sessions end within a second, on every node.
   * False if there is no such account.
   */
  public boolean setActive(UserName name, boolean active) {
    return database.write(handle -> new AccountTables(handle).setActive(name, active));
  }

  /**
   * What others lose with an account, in whole sentences.
   *
   * @return empty if there is no such account
   */
  public Optional<List<String>> endsForOthers(UserName name) {
    return database.read(
        handle ->
            new AccountTables(handle)
                .id(name)
                .map(
                    account ->
                        features.stream()
                            .filter(feature -> feature.tables().areApplied(handle))
                            .flatMap(feature -> feature.endsForOthers(handle, account).stream())
                            .toList()));
  }

  /**
   * Deletes an account and all that it has; false if there is none. Nobody can bring it back, and
   * its name is free. What features keep of it goes in the background if this is cut short, and
   * files go when the feature that has them clears away.
   */
  public boolean delete(UserName name) {
    boolean deleted =
        database.write(
            handle -> {
              AccountTables tables = new AccountTables(handle);
              return tables
                  .id(name)
                  .filter(account -> tables.delete(account, clock.millis()))
                  .isPresent();
            });
    if (deleted) {
      new Deletions(database, features, clock).goOn();
    }
    return deleted;
  }

  /**
   * Invites one person, who can make an account while {@link AccountPolicy.Registration#INVITE} or
   * less is the policy.
   *
   * @param code given to that person; nobody can read it from the server
   */
  public Invite invite(InviteCode code, Duration validFor) {
    return database.write(
        handle -> new InviteTable(handle).insert(code, clock.instant().plus(validFor)));
  }

  /** The invitations that can still be used, the first to expire first. */
  public List<Invite> invites() {
    return database.read(handle -> new InviteTable(handle).all(clock.instant()));
  }

  /** Takes an invitation back; false if there is none of this id. */
  public boolean revokeInvite(String id) {
    return database.write(handle -> new InviteTable(handle).revoke(id));
  }

  /**
   * Gives up all passwords, as the secrets they were registered with are lost. Accounts, devices
   * and recovery words stay as they are; whoever has one of these sets a new password.
   */
  public void losePasswords() {
    database.<Void, RuntimeException>write(
        handle -> {
          new AccountTables(handle).losePasswords();
          return null;
        });
  }

  /** Has the next start take whatever key the server has then, its own being lost for good. */
  public void loseServerKey() {
    database.<Integer, RuntimeException>write(handle -> handle.execute("DELETE FROM server_key"));
  }

  /**
   * Begins a new generation of password secrets, for registrations and password changes from the
   * server's next start on. Generations that no account uses are dropped, but never the one before.
   * No server may run on the file.
   *
   * @param file the server's secrets
   * @return the ids of the generations kept, the newest last
   * @throws IOException if the file is not there, is not this database's or cannot be written; then
   *     nothing has changed
   */
  public List<String> rotateSecrets(Path file) throws IOException {
    return ServerSecrets.rotate(
        file, database.read(handle -> new AccountTables(handle).passwordKeys()));
  }
}
