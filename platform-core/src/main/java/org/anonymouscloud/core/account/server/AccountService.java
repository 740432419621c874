package org.anonymouscloud.core.account.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.anonymouscloud.core.account.AccountChains;
import org.anonymouscloud.core.account.AccountData;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainReader;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.ListedDevice;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.password.Credential;
import org.anonymouscloud.core.account.server.password.PasswordKeys;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.account.server.password.StoredPassword;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accounts of a server. Thread-safe; several server nodes may share one database. */
public final class AccountService {
  /** Links in one answer. */
  private static final int LINKS_IN_AN_ANSWER = 16;

  /** Of these together; a session that reads none of its answers has many of them waiting. */
  private static final int BYTES_IN_AN_ANSWER = 64 * 1024;

  private static final int DRIVE_NAME_BYTES = 16;

  private static final Logger LOG = LoggerFactory.getLogger(AccountService.class);
  private static final String OWNER = Migrations.CORE;
  private static final String SCRIPTS = "org/anonymouscloud/core/db";

  private final OpenDatabase database;
  private final ServerSecrets secrets;
  private final Clock clock;
  private final AccountPolicy policy;
  private final LoginLimits limits;
  private final Pairings pairings;
  private final VerifiedChains chains;
  private final List<AccountData> others;
  private final StoredSpace space = new StoredSpace(OWNER, AccountService::quota);

  /**
   * Brings the tables up to date.
   *
   * @param secrets closed by the caller, after this service has served its last request
   * @param others who keep something of accounts besides
   */
  public AccountService(
      OpenDatabase database,
      ServerSecrets secrets,
      Clock clock,
      AccountPolicy policy,
      List<? extends AccountData> others) {
    this.database = database;
    this.secrets = secrets;
    this.clock = clock;
    this.policy = policy;
    this.limits = new LoginLimits(database, secrets.attemptsKey(), clock);
    this.pairings = new Pairings(database, clock);
    this.chains = new VerifiedChains(database);
    this.others = List.copyOf(others);
    migrate(database);
  }

  /** Brings the tables up to date. */
  public static void migrate(OpenDatabase database) {
    database.migrate(tables());
  }

  /** The scripts of the account tables. */
  public static Migrations tables() {
    return Migrations.of(OWNER, AccountService.class, SCRIPTS);
  }

  /** The bytes of accounts that a feature has; none for accounts that are gone. */
  public AccountSpace space(String feature) {
    return new StoredSpace(feature, AccountService::quota);
  }

  /** The chains of all accounts, as they are stored. */
  public static AccountChains storedChains() {
    return new AccountChains() {
      @Override
      public boolean have(Handle rows, AccountId account, ChainFloor link, int generation) {
        return new AccountTables(rows).has(account, link, generation);
      }

      @Override
      public boolean had(Handle rows, AccountId account, ChainFloor link, int generation) {
        return have(rows, account, link, generation)
            || new GoneChains(rows).had(account, link, generation);
      }
    };
  }

  private static long quota(Handle rows, AccountId account) {
    return new AccountTables(rows).quota(account).orElse(0L);
  }

  /**
   * Deletes an account, whose sessions end within a second; its features' data goes in the
   * background. Nobody can bring it back.
   */
  public void delete(AccountId account) {
    database.<Boolean, RuntimeException>write(
        handle -> new AccountTables(handle).delete(account, clock.millis()));
  }

  /** A number that rises whenever a session may have to end, by whichever process. */
  public long changes() {
    return database.read(handle -> new AccountTables(handle).changes());
  }

  /** Those of the devices that may not be logged in: removed, or their account disabled or gone. */
  public Set<DeviceOfAccount> refused(Set<DeviceOfAccount> devices) {
    return database.read(
        handle -> {
          AccountTables tables = new AccountTables(handle);
          return devices.stream()
              .filter(one -> !tables.isValid(one.account(), one.device()))
              .collect(Collectors.toSet());
        });
  }

  /** Whether a device may be logged in. */
  boolean isValid(AccountId account, DeviceId device) {
    return database.read(handle -> new AccountTables(handle).isValid(account, device));
  }

  /** Deletes what has expired; some node does so now and then. */
  public void forget() {
    limits.forget();
    database.<Void, RuntimeException>write(
        handle -> {
          new InviteTable(handle).forget(clock.instant());
          return null;
        });
  }

  /** The letter boxes of devices that pair. */
  Pairings pairings() {
    return pairings;
  }

  ServerSecrets secrets() {
    return secrets;
  }

  LoginLimits limits() {
    return limits;
  }

  /** Whether a database has accounts; it may have no tables yet. */
  public static boolean hasAccounts(OpenDatabase database) {
    return database.read(
        handle ->
            DatabaseState.hasTable(handle, "accounts")
                && handle
                    .createQuery("SELECT 1 FROM accounts LIMIT 1")
                    .mapTo(Integer.class)
                    .findOne()
                    .isPresent());
  }

  /**
   * Checks that the passwords in a database with accounts can be checked.
   *
   * @param file where the secrets are
   * @throws IOException if it is not there, or a generation of password secrets is missing in it
   */
  public static void checkSecrets(OpenDatabase database, Path file) throws IOException {
    try (ServerSecrets secrets = ServerSecrets.existing(file)) {
      secrets.requireAll(database.read(handle -> new AccountTables(handle).passwordKeys()), file);
    }
  }

  /**
   * The generation that an account's password was registered with; the newest, under which none
   * fits, if that was lost.
   */
  PasswordKeys passwordKeys(AccountTables.Account account) throws Refused {
    if (account.password().keys().isEmpty()) {
      return secrets.newest();
    }
    return secrets
        .generation(account.password().keys())
        .orElseThrow(
            () -> {
              LOG.error("A password's record names secrets that this server does not have.");
              return new Refused(
                  ErrorCode.INTERNAL, "The server lacks what it needs to check the password.");
            });
  }

  /** Refuses early what {@link #create} would refuse, before the client pays for Argon2id. */
  void checkRegistration(UserName name, Optional<InviteCode> invite) throws Refused {
    if (policy.registration() == Registration.CLOSED) {
      throw new Refused(ErrorCode.REGISTRATION_CLOSED, "This server takes no new accounts.");
    }
    if (policy.registration() == Registration.INVITE) {
      InviteCode code = invite.orElseThrow(AccountService::inviteMissing);
      // Before the name is looked up: who is not invited learns nothing of names (A11).
      if (!database.<Boolean, RuntimeException>read(
          handle -> new InviteTable(handle).isValid(code, clock.instant()))) {
        throw inviteNotValid();
      }
    }
    if (database.<Boolean, RuntimeException>read(
        handle -> new AccountTables(handle).isTaken(name))) {
      throw nameTaken();
    }
  }

  private static Refused inviteMissing() {
    return new Refused(
        ErrorCode.INVITE_NEEDED,
        "This server takes new accounts by invitation. Ask its owner for one.");
  }

  private static Refused inviteNotValid() {
    return new Refused(
        ErrorCode.INVITE_NEEDED,
        "This invitation is not valid: it was used, has expired or was taken back.");
  }

  private static Refused nameTaken() {
    return new Refused(
        ErrorCode.NAME_TAKEN, "Someone else has this user name, or one that looks like it.");
  }

  /** Adds an account whose messages have been decoded. */
  void create(
      UserName name,
      StoredPassword password,
      ChainLink link,
      List<SealedSlot> slots,
      byte[] keyBag,
      Optional<InviteCode> invite)
      throws Refused {
    checkRegistration(name, invite);
    ChainState state = begin(link);
    checkSlots(state, link, slots);
    AccountId account = state.account();
    String drive = java.util.HexFormat.of().formatHex(RandomBytes.next(DRIVE_NAME_BYTES));
    database.<Void, Refused>write(
        handle -> {
          if (policy.registration() == Registration.INVITE
              && !new InviteTable(handle)
                  .redeem(invite.orElseThrow(AccountService::inviteMissing), clock.instant())) {
            throw inviteNotValid();
          }
          AccountTables tables = new AccountTables(handle);
          if (tables.isBeingDeleted(account)) {
            throw new Refused(
                ErrorCode.CONFLICT, "This account is just being deleted; try again later.", true);
          }
          if (new GoneChains(handle).isKept(account)) {
            throw new Refused(ErrorCode.CONFLICT, "This account was deleted. Make another one.");
          }
          if (!tables.insert(name, account, password, drive, policy.quota(), today())) {
            throw nameTaken();
          }
          tables.append(account, link);
          tables.putSigner(account, new SlotId.Recovery(), state.recovery().signing());
          state.devices().values().forEach(device -> put(tables, account, device, link));
          slots.forEach(slot -> tables.putSlot(account, slot));
          tables.insertKeyBag(account, keyBag);
          return null;
        });
  }

  Optional<AccountTables.Account> find(UserName name) {
    return database.read(handle -> new AccountTables(handle).find(name));
  }

  private static void put(
      AccountTables tables, AccountId account, ListedDevice device, ChainLink link) {
    tables.putSigner(account, new SlotId.Device(device.id()), device.signingKey());
    tables.putArrival(account, device.id(), link);
  }

  /** Which devices of an account brought in which. */
  public static Lineage lineage(OpenDatabase database, AccountId account) {
    return database.read(handle -> new AccountTables(handle).lineage(account));
  }

  Optional<AccountTables.Signer> signer(AccountId account, SlotId slot) {
    return database.read(handle -> new AccountTables(handle).signer(account, slot));
  }

  /** What the words of an account must prove, if there is such an account. */
  Optional<AccountTables.Recoverable> recoverable(UserName name) {
    return database.read(handle -> new AccountTables(handle).recoverable(name));
  }

  /** Whether a password is the one of an account that may log in. */
  boolean isInForce(AccountId account, Credential password) {
    return database.read(handle -> new AccountTables(handle).isInForce(account, password));
  }

  /** Whether these are the recovery words of an account that may log in. */
  boolean isInForce(AccountId account, VerifyKey words) {
    return signer(account, new SlotId.Recovery())
        .filter(signer -> signer.active() && signer.signingKey().equals(words))
        .isPresent();
  }

  /** Notes the day. */
  void seen(AccountId account, long lastSeen) {
    long today = today();
    if (lastSeen < today) {
      database.<Void, RuntimeException>write(
          handle -> {
            new AccountTables(handle).seen(account, today);
            return null;
          });
    }
  }

  /**
   * The same of another account.
   *
   * @param alsoGone whether it may be one that is deleted and of which the chain alone is left
   */
  AccountMessages.ChainGot linksOfOther(AccountId account, long from, boolean alsoGone)
      throws Refused {
    return database.<AccountMessages.ChainGot, Refused>read(
        handle -> {
          AccountTables tables = new AccountTables(handle);
          if (tables.userName(account).isPresent()) {
            return asManyAsFit(tables.links(account, from, LINKS_IN_AN_ANSWER + 1));
          }
          GoneChains gone = new GoneChains(handle);
          if (alsoGone && gone.isKept(account)) {
            return asManyAsFit(gone.links(account, from, LINKS_IN_AN_ANSWER + 1));
          }
          throw new Refused(ErrorCode.NOT_FOUND, "This account is gone.");
        });
  }

  AccountMessages.ChainGot links(AccountId account, long from) {
    return asManyAsFit(
        database.read(
            handle -> new AccountTables(handle).links(account, from, LINKS_IN_AN_ANSWER + 1)));
  }

  private static AccountMessages.ChainGot asManyAsFit(List<byte[]> links) {
    int count = 0;
    int bytes = 0;
    while (count < Math.min(links.size(), LINKS_IN_AN_ANSWER)
        && (count == 0 || bytes + links.get(count).length <= BYTES_IN_AN_ANSWER)) {
      bytes += links.get(count++).length;
    }
    return new AccountMessages.ChainGot(links.subList(0, count), count < links.size());
  }

  /**
   * Compares and sets: the link must follow the last one at the time of the transaction, which
   * changes all that the link means or nothing.
   *
   * @param fresh for a link that changes the password, and for no other
   * @param by the device that did it, whose sessions stay; none if it is about to come
   */
  void append(
      AccountId account,
      ChainLink link,
      List<SealedSlot> slots,
      Optional<StoredPassword> fresh,
      Optional<DeviceId> by)
      throws Refused {
    LinkBody body = link.content().body();
    boolean password = body instanceof LinkBody.ChangePassword || body instanceof LinkBody.Recover;
    if (password != fresh.isPresent()) {
      throw new Refused(
          ErrorCode.BAD_REQUEST, "A link that changes the password comes with its record.");
    }
    // All checks are made before the transaction, which others' writes would wait for; and the
    // number, which may be wrong for no fault of the client, before all else.
    requireNewer(link, database.read(handle -> new AccountTables(handle).head(account)));
    ChainState before = chains.newest(account);
    requireNewer(link, Optional.of(before.head()));
    database.<Void, Refused>read(
        handle -> {
          ChainRoom.check(new AccountTables(handle), link.content(), before);
          return null;
        });
    ChainState next;
    try {
      next = before.append(link);
    } catch (ChainRefused e) {
      throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
    checkSlots(next, link, slots);
    database.<Void, Refused>write(
        handle -> {
          AccountTables tables = new AccountTables(handle);
          boolean unchanged = tables.head(account).equals(Optional.of(before.head()));
          if (!unchanged || !tables.append(account, link)) {
            throw anotherFirst();
          }
          // Only what is a link: else whoever sends nonsense, or is first with another, uses up
          // what a removal needs.
          ChainRoom.count(handle, limits, link.content());
          space.count(handle, account, link.encode().length);
          follow(handle, link, before, next);
          tellOthers(handle, tables, before, next);
          slots.forEach(slot -> tables.putSlot(account, slot));
          fresh.ifPresent(made -> tables.setPassword(account, made));
          if (next.passwordHasEnded() && !before.passwordHasEnded()) {
            endPassword(tables, account);
          }
          return null;
        });
    chains.remember(next);
    // The sessions of devices that stay end as well: they come back, and see the new root secret
    // before they write again (A16).
    switch (body) {
      case LinkBody.Revoke revoked -> new AccountEnd(account, by).publish(database.signals());
      case LinkBody.Recover recovered ->
          // It logs in next, perhaps before the signal arrives.
          new AccountEnd(account, Optional.of(recovered.device().id())).publish(database.signals());
      default -> {}
    }
  }

  private static void requireNewer(ChainLink link, Optional<ChainFloor> head) throws Refused {
    if (head.isPresent() && link.content().seq() <= head.get().seq()) {
      throw anotherFirst();
    }
  }

  private static Refused anotherFirst() {
    return new Refused(ErrorCode.CONFLICT, "Another device changed the account first.", true);
  }

  /**
   * Has a login be answered like one with a wrong password, whatever the password. Who set the old
   * one knows the private key that belongs to its record, so another OPRF key would not suffice.
   */
  private void endPassword(AccountTables tables, AccountId account) {
    UserName name = new UserName(tables.userName(account).orElseThrow());
    StoredPassword ended = tables.find(name).orElseThrow().password();
    tables.setPassword(
        account,
        new StoredPassword(
            RegistrationRecord.fake(secrets.fakeSeed(), name.text()).encode(),
            Credential.random(),
            secrets.newest().id(),
            ended.loginKey(),
            0));
  }

  /** What is kept beside the chain, after a link. */
  private static void follow(Handle handle, ChainLink link, ChainState before, ChainState after) {
    AccountTables tables = new AccountTables(handle);
    AccountId account = after.account();
    for (ListedDevice device : after.devices().values()) {
      if (before.device(device.id()).isEmpty()) {
        put(tables, account, device, link);
      }
    }
    for (DeviceId device : before.devices().keySet()) {
      if (after.device(device).isEmpty()) {
        tables.revoke(account, new SlotId.Device(device));
        new PairingTables(handle).removeOf(account, device);
        tables.removeMark(account, device);
      }
    }
    if (!after.password().equals(before.password()) || after.passwordHasEnded()) {
      tables.removeSlot(account, new SlotId.Password());
    }
    if (!after.recovery().equals(before.recovery())) {
      tables.removeSlot(account, new SlotId.Recovery());
      tables.putSigner(account, new SlotId.Recovery(), after.recovery().signing());
    }
  }

  /** Whatever a feature makes of it, the device is removed. */
  private void tellOthers(
      Handle handle, AccountTables tables, ChainState before, ChainState after) {
    Set<DeviceId> removed = new HashSet<>(before.devices().keySet());
    removed.removeAll(after.devices().keySet());
    if (removed.isEmpty()) {
      return;
    }
    List<String> owners = tables.ownersOfTables();
    for (AccountData other : others) {
      if (owners.contains(other.tables().owner())) {
        removed.forEach(device -> tell(handle, other, after.account(), device));
      }
    }
  }

  private static void tell(Handle handle, AccountData other, AccountId account, DeviceId removed) {
    handle.execute("SAVEPOINT device_removed");
    try {
      other.deviceRemoved(handle, account, removed);
    } catch (DatabaseUnavailable e) {
      throw e;
    } catch (RuntimeException | Error e) {
      LOG.error("{} does not let go of a removed device.", other.tables().owner(), e);
      handle.execute("ROLLBACK TO SAVEPOINT device_removed");
    }
    handle.execute("RELEASE SAVEPOINT device_removed");
  }

  private static ChainState begin(ChainLink link) throws Refused {
    try {
      return ChainReader.replay(List.of(link.encode())).state();
    } catch (ChainRefused e) {
      throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
  }

  private static void checkSlots(ChainState state, ChainLink link, List<SealedSlot> slots)
      throws Refused {
    List<SlotId> wanted = state.sealedWith(link.content().body());
    boolean right =
        slots.stream().map(SealedSlot::slot).toList().equals(wanted)
            && slots.stream().allMatch(slot -> slot.generation() == state.generation());
    if (!right) {
      throw new Refused(ErrorCode.BAD_REQUEST, "The sealed slots do not fit the link.");
    }
  }

  byte[] slot(AccountId account, SlotId slot, int generation) throws Refused {
    return database
        .read(handle -> new AccountTables(handle).slot(account, slot, generation))
        .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "There is no such slot."));
  }

  /** What a device has put last; no bytes if nothing. */
  byte[] mark(AccountId account, DeviceId device) {
    return database
        .read(handle -> new AccountTables(handle).mark(account, device))
        .orElseGet(() -> new byte[0]);
  }

  /** Compares and sets what is kept for a device that has not been removed meanwhile. */
  void putMark(AccountId account, DeviceId device, byte[] previous, byte[] mark) throws Refused {
    database.<Void, Refused>write(
        handle -> {
          AccountTables tables = new AccountTables(handle);
          if (!tables.isValid(account, device)) {
            throw new Refused(ErrorCode.NOT_LOGGED_IN, "This device is not logged in any more.");
          }
          if (!Arrays.equals(tables.mark(account, device).orElse(new byte[0]), previous)) {
            throw new Refused(ErrorCode.CONFLICT, "Another mark is kept for this device.");
          }
          tables.putMark(account, device, mark);
          return null;
        });
  }

  /** The state of an account's contacts that its devices have put last. */
  AccountMessages.ContactsGot contacts(AccountId account) {
    return database
        .read(handle -> new AccountTables(handle).contacts(account))
        .map(kept -> new AccountMessages.ContactsGot(kept.number(), kept.state()))
        .orElseGet(() -> new AccountMessages.ContactsGot(-1, new byte[0]));
  }

  /** Compares and sets; a device that has been removed meanwhile puts nothing. */
  void putContacts(DeviceOfAccount by, AccountMessages.ContactsPut put) throws Refused {
    database.<Void, Refused>write(
        handle -> {
          AccountTables tables = new AccountTables(handle);
          if (!tables.isValid(by.account(), by.device())) {
            throw new Refused(ErrorCode.NOT_LOGGED_IN, "This device is not logged in any more.");
          }
          Optional<AccountTables.Contacts> kept = tables.contacts(by.account());
          if (kept.map(AccountTables.Contacts::number).orElse(-1L) != put.previous()) {
            throw new Refused(
                ErrorCode.CONFLICT, "Another device changed the contacts first.", true);
          }
          int before = kept.map(contacts -> contacts.state().length).orElse(0);
          space.count(handle, by.account(), put.state().length - before);
          tables.putContacts(by.account(), put.number(), put.state());
          return null;
        });
  }

  byte[] keyBag(AccountId account) throws Refused {
    return database
        .read(handle -> new AccountTables(handle).keyBag(account))
        .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "There is no key bag."));
  }

  /** The day, as days since 1970. */
  long today() {
    return LocalDate.now(clock).toEpochDay();
  }
}
