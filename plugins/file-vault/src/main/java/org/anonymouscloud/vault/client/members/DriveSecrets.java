package org.anonymouscloud.vault.client.members;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * The drive secrets that this account has: those that are sealed to it, and those that open with a
 * later one. A secret counts only if it is the one to which its roster commits (A30). Not
 * thread-safe.
 */
final class DriveSecrets implements AutoCloseable {
  private static final String GRANT_LABEL = "anonymouscloud/vault/v1/grant";

  private final AccountSession account;
  private final DriveId drive;
  private final RemoteVault remote;
  private final TreeMap<Integer, Secret> secrets = new TreeMap<>();

  /** Older generations of which the server has been asked for this account's share. */
  private final Set<Integer> inVain = new HashSet<>();

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

  /** The newest before a generation of which there is one. */
  Optional<Integer> before(int generation) {
    return Optional.ofNullable(secrets.lowerKey(generation));
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

  /**
   * Finds the keys that are not there yet: the newest are sealed to this account, and those before
   * open with them. Where they do not, as a member has sealed something false, this account's own
   * share of older ones is asked for: nobody takes from it what was given to it.
   */
  void open(RosterChain rosters) throws IOException {
    int newest = rosters.generation();
    for (int number = newest; number >= 0; number--) {
      if (!has(number) && (number == newest || !inVain.contains(number))) {
        Optional<Secret> granted = granted(rosters, number);
        if (granted.isPresent()) {
          learn(number, granted.get());
        }
      }
      if (has(number) && secrets.headMap(number).size() < number) {
        for (SignedRoster.Inside inside : earlier(rosters, number)) {
          try (inside) {
            if (!has(inside.before())) {
              learn(inside.before(), inside.earlier().copy());
            }
          }
        }
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
    if (sealed > account.generation()) {
      return Optional.empty();
    }
    Optional<Secret> secret =
        grant.isEmpty()
            ? Optional.empty()
            : opened(rosters, generation, sealed, grant.get().grant());
    if (secret.isEmpty()) {
      inVain.add(generation);
    }
    return secret;
  }

  private Optional<Secret> opened(RosterChain rosters, int generation, int sealed, byte[] grant) {
    byte[] context = context(account.account(), generation);
    try {
      Secret secret = Secret.of(account.openShared(sealed, GRANT_LABEL, context, grant));
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

  /**
   * The earlier secrets that open with a generation's, each as its roster says it should be. All of
   * what was sealed is looked at, as one may make good what another has left out.
   */
  private List<SignedRoster.Inside> earlier(RosterChain rosters, int generation) {
    List<SignedRoster.Inside> earlier = new ArrayList<>();
    try (DriveKeys keys = DriveKeys.of(secrets.get(generation))) {
      for (SignedRoster.Sealed sealed : rosters.generation(generation).opening()) {
        Optional<SignedRoster.Inside> inside = opened(sealed, keys);
        if (inside.isPresent()) {
          boolean fits =
              inside.get().before() < generation
                  && isCommitted(rosters, inside.get().before(), inside.get().earlier());
          if (fits) {
            earlier.add(inside.get());
          } else {
            inside.get().close();
          }
        }
      }
    }
    return earlier;
  }

  /** None if it does not open, or its maker sealed what makes no sense. */
  private static Optional<SignedRoster.Inside> opened(SignedRoster.Sealed sealed, DriveKeys keys) {
    try {
      return Optional.of(sealed.open(keys));
    } catch (NotAuthentic | Malformed e) {
      return Optional.empty();
    }
  }

  /**
   * The generations, the newest first, of which there is a secret here and to which nothing that is
   * sealed leads from the newest on: who is taken in now would not have them.
   */
  List<Integer> cutOff(RosterChain rosters) {
    Set<Integer> reached = new HashSet<>(Set.of(rosters.generation()));
    List<Integer> cutOff = new ArrayList<>();
    for (int number : secrets.descendingKeySet()) {
      if (!reached.contains(number)) {
        cutOff.add(number);
      } else if (number > 0) {
        for (SignedRoster.Inside inside : earlier(rosters, number)) {
          reached.add(inside.before());
          inside.close();
        }
      }
    }
    return cutOff;
  }

  /**
   * What the drive is called: as the newest roster of an owner says it that opens. Who only writes,
   * or leaves, cannot change it.
   */
  Optional<Name> name(RosterChain rosters) {
    for (int number : secrets.descendingKeySet()) {
      try (DriveKeys keys = DriveKeys.of(secrets.get(number))) {
        for (SignedRoster.Sealed sealed : rosters.generation(number).byOwners()) {
          Optional<SignedRoster.Inside> inside = opened(sealed, keys);
          if (inside.isPresent()) {
            inside.get().close();
            return inside.map(SignedRoster.Inside::name);
          }
        }
      }
    }
    return Optional.empty();
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

  /** Forgets all of them; they can be asked for anew. */
  @Override
  public void close() {
    secrets.values().forEach(Secret::close);
    secrets.clear();
    inVain.clear();
  }
}
