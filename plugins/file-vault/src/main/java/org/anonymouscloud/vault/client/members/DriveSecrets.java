package org.anonymouscloud.vault.client.members;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.TreeMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * The drive secrets that this account has: the newest that is sealed to it, and those before, each
 * of which the one after it opens. A secret counts only if it is the one to which its roster
 * commits (A30). Not thread-safe.
 */
final class DriveSecrets implements AutoCloseable {
  private static final String GRANT_LABEL = "anonymouscloud/vault/v1/grant";

  private final AccountSession account;
  private final DriveId drive;
  private final RemoteVault remote;
  private final TreeMap<Integer, Secret> secrets = new TreeMap<>();

  DriveSecrets(AccountSession account, DriveId drive, RemoteVault remote) {
    this.account = account;
    this.drive = drive;
    this.remote = remote;
  }

  /** That of a generation; the caller closes it. */
  Optional<Secret> of(int generation) {
    return Optional.ofNullable(secrets.get(generation)).map(Secret::copy);
  }

  boolean has(int generation) {
    return secrets.containsKey(generation);
  }

  /** The newest generation of which there is one, which there must be. */
  int newest() {
    return secrets.lastKey();
  }

  boolean isEmpty() {
    return secrets.isEmpty();
  }

  /** A secret that was made here; it belongs to this from now on. */
  void learn(int generation, Secret secret) {
    Secret before = secrets.put(generation, secret);
    if (before != null) {
      before.close();
    }
  }

  /** Asks for the newest keys that are sealed to this account, if they are not there yet. */
  void open(RosterChain rosters) throws IOException {
    for (int number = rosters.generation(); number >= 0 && !has(number); number--) {
      Optional<Secret> granted = granted(rosters, number);
      if (granted.isPresent()) {
        learnFrom(rosters, number, granted.get());
        return;
      }
    }
  }

  private Optional<Secret> granted(RosterChain rosters, int generation) throws IOException {
    Optional<Member> own = rosters.generation(generation).member(account.account());
    if (own.isEmpty()) {
      return Optional.empty();
    }
    int sealed = own.get().generation();
    if (sealed > account.generation()) {
      // Another device knows the newer keys of the account; so does this one when it has asked.
      boolean _ = account.isInChain(own.get().link());
    }
    Optional<VaultMessages.GrantGot> grant = remote.grant(generation);
    if (grant.isEmpty() || sealed > account.generation()) {
      return Optional.empty();
    }
    byte[] context = context(account.account(), generation);
    try {
      Secret secret =
          Secret.of(account.openShared(sealed, GRANT_LABEL, context, grant.get().grant()));
      return isCommitted(rosters, generation, secret) ? Optional.of(secret) : Optional.empty();
    } catch (NotAuthentic e) {
      // Said by whoever needs these keys.
      return Optional.empty();
    }
  }

  private static boolean isCommitted(RosterChain rosters, int generation, Secret secret) {
    return secret.length() == DriveKeys.SECRET
        && DriveKeys.commitment(secret).equals(rosters.generation(generation).first().commitment());
  }

  /** Keeps a generation's secret, and those before it that open with it. */
  private void learnFrom(RosterChain rosters, int generation, Secret newest) {
    int at = generation;
    learn(at, newest);
    while (at > 0) {
      try (DriveKeys keys = DriveKeys.of(secrets.get(at));
          SignedRoster.Inside inside = rosters.generation(at).last().open(keys)) {
        if (has(inside.before()) || !isCommitted(rosters, inside.before(), inside.earlier())) {
          return;
        }
        at = inside.before();
        learn(at, inside.earlier().copy());
      } catch (NotAuthentic | Malformed e) {
        // What older keys have sealed stays closed, and says so where it is read.
        return;
      }
    }
  }

  /** What the drive is called in the newest roster that opens; none if none does. */
  Optional<Name> name(RosterChain rosters) {
    if (secrets.isEmpty()) {
      return Optional.empty();
    }
    try (DriveKeys keys = DriveKeys.of(secrets.get(newest()));
        SignedRoster.Inside inside = rosters.generation(newest()).last().open(keys)) {
      return Optional.of(inside.name());
    } catch (NotAuthentic | Malformed e) {
      return Optional.empty();
    }
  }

  /** Seals a secret to a member. */
  byte[] grant(KnownAccount to, int generation, Secret secret) {
    return to.seal(GRANT_LABEL, context(to.account(), generation), secret.bytes());
  }

  private byte[] context(AccountId to, int generation) {
    return ByteBuffer.allocate(DriveId.LENGTH + AccountId.LENGTH + 4)
        .put(drive.bytes())
        .put(to.bytes())
        .putInt(generation)
        .array();
  }

  @Override
  public void close() {
    secrets.values().forEach(Secret::close);
    secrets.clear();
  }
}
