package org.anonymouscloud.core.account.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.ContactsHeader;
import org.anonymouscloud.core.account.server.LoginLimits.Allowance;
import org.anonymouscloud.core.account.server.LoginLimits.Door;
import org.anonymouscloud.core.account.server.LoginLimits.Guess;
import org.anonymouscloud.core.account.server.LoginLimits.Own;
import org.anonymouscloud.core.account.server.password.Credential;
import org.anonymouscloud.core.account.server.password.PasswordKeys;
import org.anonymouscloud.core.account.server.password.StoredPassword;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.LoginProof;
import org.anonymouscloud.core.opaque.LoginRequest;
import org.anonymouscloud.core.opaque.OpaqueServer;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.opaque.RegistrationRequest;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/**
 * The other end of one session, and what it may ask about its account. A password alone opens the
 * account's own records; features are for devices in the chain. Thread-safe.
 */
public final class AccountPeer {
  private static final int DAYS_OF_A_NEW_PASSWORD = 7;

  /** Stands in for the key of an account that there is not, so that refusing it takes as long. */
  private static final VerifyKey NOBODYS_KEY = SigningKey.generate().verifyKey();

  private final AccountService service;
  private final byte[] handshakeHash;
  private final Network network;
  private volatile State state = new Anonymous();

  /** What the next password of the account is being made with, once its making was begun here. */
  private Optional<Credential> begun = Optional.empty();

  /**
   * @param handshakeHash of the session's channel
   * @param network that the client is in
   */
  public AccountPeer(AccountService service, byte[] handshakeHash, Network network) {
    this.service = service;
    this.handshakeHash = handshakeHash.clone();
    this.network = network;
  }

  private sealed interface State {}

  private record Anonymous() implements State {}

  /** The account is absent when the user is unknown, and nobody outside can tell. */
  private record Proving(
      Guess guess, OpaqueServer.Login login, Optional<AccountTables.Account> account)
      implements State {}

  /** The password may be one that a device has set by itself. */
  private record KnowsPassword(AccountId account, StoredPassword password) implements State {}

  private record KnowsWords(AccountId account, VerifyKey words) implements State {}

  /**
   * @param before whether password or words were proven, by which only the owner destroys
   */
  private record LoggedIn(AccountId account, DeviceId device, State before) implements State {}

  /** What a session has shown besides its device. */
  private enum Owner {
    NOT_SHOWN,
    /** By a password that a device alone has set not long ago. */
    SHOWN_BY_A_NEW_PASSWORD,
    SHOWN
  }

  /** The account whose device is logged in. */
  public Optional<AccountId> account() {
    return state instanceof LoggedIn in ? Optional.of(in.account()) : Optional.empty();
  }

  /**
   * What somebody has proven who has no device of an account.
   *
   * @param by equal for all who have shown the same password, or the same words
   */
  public record Proof(AccountId account, Digest by) {}

  /** What was proven here, if it is still in force and no device is logged in. */
  public Optional<Proof> proof() {
    State now = state;
    if (!isInForce(now)) {
      return Optional.empty();
    }
    return switch (now) {
      case KnowsPassword(AccountId account, StoredPassword password) ->
          Optional.of(new Proof(account, Digest.sha256(password.credential().bytes())));
      case KnowsWords(AccountId account, VerifyKey words) ->
          Optional.of(new Proof(account, Digest.sha256(words.bytes())));
      case Anonymous _, Proving _, LoggedIn _ -> Optional.empty();
    };
  }

  /** The account whose password or words were proven here, by somebody who has no device of it. */
  public Optional<AccountId> provenAccount() {
    return proof().map(Proof::account);
  }

  /**
   * What was proven once may be void by now: another password or other words are in force, or the
   * account is disabled or gone.
   */
  private boolean isInForce(State proven) {
    return switch (proven) {
      case KnowsPassword(AccountId account, StoredPassword password) ->
          service.isInForce(account, password.credential());
      case KnowsWords(AccountId account, VerifyKey words) -> service.isInForce(account, words);
      case LoggedIn(var _, var _, State before) -> isInForce(before);
      case Anonymous _, Proving _ -> true;
    };
  }

  /** The device that is logged in. */
  public Optional<DeviceId> device() {
    return state instanceof LoggedIn in ? Optional.of(in.device()) : Optional.empty();
  }

  /**
   * Whether the device that is logged in, if one is, may be so still: it was not removed, and its
   * account is neither disabled nor gone.
   */
  public boolean mayStayLoggedIn() {
    return !(state instanceof LoggedIn in) || service.isValid(in.account(), in.device());
  }

  /** Ends what was proven on this session; it may log in anew. */
  public synchronized void logOut() {
    state = new Anonymous();
    begun = Optional.empty();
  }

  /**
   * Answers a request whose method begins with {@link AccountMethod#PREFIX}.
   *
   * @return the answer's body
   * @throws Refused to answer with a typed error
   * @throws DatabaseUnavailable for the server to answer, as for every other request
   */
  public byte[] handle(Request request) throws Refused {
    AccountMethod method =
        AccountMethod.of(request.method())
            .orElseThrow(
                () -> new Refused(ErrorCode.UNKNOWN_METHOD, "There is no such account method."));
    try {
      return Cbor.encode(answer(method, request.body()));
    } catch (Malformed | IllegalArgumentException e) {
      throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
  }

  private Record answer(AccountMethod method, byte[] body) throws Refused, Malformed {
    return switch (method) {
      case REGISTER_START ->
          startRegistration(Cbor.decode(body, AccountMessages.RegisterStart.class));
      case REGISTER_FINISH ->
          finishRegistration(Cbor.decode(body, AccountMessages.RegisterFinish.class));
      case LOGIN_START -> startLogin(Cbor.decode(body, AccountMessages.LoginStart.class));
      case LOGIN_FINISH -> finishLogin(Cbor.decode(body, AccountMessages.LoginFinish.class));
      case DEVICE_LOGIN -> logInDevice(Cbor.decode(body, AccountMessages.DeviceLogin.class));
      case RECOVERY_LOGIN -> logInByWords(Cbor.decode(body, AccountMessages.RecoveryLogin.class));
      case PASSWORD_START -> startPassword(Cbor.decode(body, AccountMessages.PasswordStart.class));
      case CHAIN_GET -> chain(Cbor.decode(body, AccountMessages.ChainGet.class));
      case CHAIN_APPEND -> append(Cbor.decode(body, AccountMessages.ChainAppend.class));
      case SLOT_GET -> slot(Cbor.decode(body, AccountMessages.SlotGet.class));
      case KEY_BAG_GET -> new AccountMessages.KeyBag(service.keyBag(proven()));
      case PAIR_OPEN -> openPairing();
      case PAIR_PUT -> putLetter(Cbor.decode(body, AccountMessages.PairPut.class));
      case PAIR_GET ->
          new AccountMessages.PairGot(
              service
                  .pairings()
                  .get(Cbor.decode(body, AccountMessages.PairGet.class), deviceOfAccount()));
      case PAIR_CLOSE -> closePairing(Cbor.decode(body, AccountMessages.PairClose.class));
      case MARK_GET -> mark();
      case MARK_PUT -> putMark(Cbor.decode(body, AccountMessages.MarkPut.class));
      case CONTACTS_GET -> service.contacts(proven());
      case CONTACTS_PUT -> putContacts(Cbor.decode(body, AccountMessages.ContactsPut.class));
      case CONTACT_FIND -> find(Cbor.decode(body, AccountMessages.ContactFind.class));
      case CONTACT_CHAIN -> contactChain(Cbor.decode(body, AccountMessages.ContactChain.class));
      case DELETE -> delete();
      case LOGOUT -> logout();
    };
  }

  private AccountMessages.RegisterStarted startRegistration(AccountMessages.RegisterStart message)
      throws Refused, Malformed {
    UserName name = new UserName(message.userName());
    RegistrationRequest request = RegistrationRequest.decode(message.request());
    service.limits().count(Door.REGISTRATION, network);
    service.checkRegistration(name, invite(message.invite()));
    // It evaluates under the key by which logins of this name are answered, now and later.
    service.limits().count(new Guess(name, false, network));
    return evaluated(request, Credential.of(name));
  }

  private AccountMessages.RegisterStarted evaluated(
      RegistrationRequest request, Credential credential) {
    OpaqueServer opaque = service.secrets().newest().opaque();
    return new AccountMessages.RegisterStarted(
        opaque.register(request, credential.bytes()).encode());
  }

  private StoredPassword password(
      byte[] record, byte[] loginKey, Credential credential, long deviceSet) throws Malformed {
    return new StoredPassword(
        RegistrationRecord.decode(record).encode(),
        credential,
        service.secrets().newest().id(),
        VerifyKey.of(loginKey),
        deviceSet);
  }

  private AccountMessages.Empty finishRegistration(AccountMessages.RegisterFinish message)
      throws Refused, Malformed {
    UserName name = new UserName(message.userName());
    StoredPassword password =
        password(message.record(), message.loginKey(), Credential.of(name), 0);
    checkKeyBag(message.keyBag());
    ChainLink link = ChainLink.decode(message.link());
    List<SealedSlot> slots = slots(message.slots());
    Optional<InviteCode> invite = invite(message.invite());
    service.limits().count(Door.REGISTRATION, network);
    service.create(name, password, link, slots, message.keyBag(), invite);
    return new AccountMessages.Empty();
  }

  private static Optional<InviteCode> invite(byte[] bytes) {
    return bytes.length == 0 ? Optional.empty() : Optional.of(InviteCode.of(bytes));
  }

  private synchronized AccountMessages.LoginStarted startLogin(AccountMessages.LoginStart message)
      throws Refused, Malformed {
    requireNobody();
    UserName name = new UserName(message.userName());
    LoginRequest request = LoginRequest.decode(message.request());
    Optional<AccountTables.Account> account = service.find(name);
    Guess guess = new Guess(name, hasPass(message, name, account), network);
    service.limits().count(guess);
    // Made for known users too, so that both take the same time (A11).
    RegistrationRecord fake = RegistrationRecord.fake(service.secrets().fakeSeed(), name.text());
    RegistrationRecord record =
        account.isPresent() ? RegistrationRecord.decode(account.get().password().record()) : fake;
    PasswordKeys keys =
        account.isPresent() ? service.passwordKeys(account.get()) : service.secrets().newest();
    Credential credential =
        account.map(known -> known.password().credential()).orElseGet(() -> Credential.of(name));
    OpaqueServer.Login login =
        keys.opaque()
            .login(
                request,
                record,
                credential.bytes(),
                Identities.ofClient(name.bytes()),
                AccountMethod.loginContext(handshakeHash));
    state = new Proving(guess, login, account);
    return new AccountMessages.LoginStarted(login.response().encode());
  }

  /** Takes the same time whether there is such an account or not. */
  private boolean hasPass(
      AccountMessages.LoginStart message, UserName name, Optional<AccountTables.Account> account) {
    return message.pass().length > 0
        && Signatures.verify(
            account.map(known -> known.password().loginKey()).orElse(NOBODYS_KEY),
            AccountMethod.LOGIN_PASS_LABEL,
            AccountMethod.loginPass(name, handshakeHash),
            message.pass());
  }

  private synchronized AccountMessages.LoginFinished finishLogin(
      AccountMessages.LoginFinish message) throws Refused, Malformed {
    if (!(state instanceof Proving(var guess, var login, var account))) {
      throw new Refused(ErrorCode.BAD_REQUEST, "No login was started on this session.");
    }
    state = new Anonymous();
    boolean right = login.finish(LoginProof.decode(message.proof()));
    if (!right || account.isEmpty()) {
      throw loginFailed();
    }
    service.limits().succeeded(guess);
    requireActive(account.get().active());
    state = new KnowsPassword(account.get().id(), account.get().password());
    return new AccountMessages.LoginFinished(account.get().id().bytes());
  }

  private synchronized AccountMessages.Empty logInDevice(AccountMessages.DeviceLogin message)
      throws Refused {
    AccountId account = AccountId.of(message.account());
    DeviceId device = DeviceId.of(message.device());
    if (!knows(account)) {
      requireNobody();
    }
    AccountTables.Signer known =
        service.signer(account, new SlotId.Device(device)).orElseThrow(AccountPeer::loginFailed);
    boolean right =
        Signatures.verify(
            known.signingKey(),
            AccountMethod.DEVICE_LOGIN_LABEL,
            AccountMethod.deviceLogin(account, device, handshakeHash),
            message.signature());
    if (!right) {
      throw loginFailed();
    }
    requireValid(known);
    requireActive(known.active());
    service.seen(account, known.lastSeen());
    state = new LoggedIn(account, device, state);
    return new AccountMessages.Empty();
  }

  private Owner owner(State shown) {
    if (!isInForce(shown)) {
      return Owner.NOT_SHOWN;
    }
    return switch (shown) {
      case KnowsPassword(var _, StoredPassword password) ->
          password.deviceSet() > service.today() - DAYS_OF_A_NEW_PASSWORD
              ? Owner.SHOWN_BY_A_NEW_PASSWORD
              : Owner.SHOWN;
      case KnowsWords words -> Owner.SHOWN;
      case Anonymous _, Proving _ -> Owner.NOT_SHOWN;
      case LoggedIn(var _, var _, State before) -> owner(before);
    };
  }

  private boolean knows(AccountId account) {
    return provenAccount().equals(Optional.of(account));
  }

  /**
   * Whether the device that is logged in may still be: a login may cross a revocation, and a
   * session that comes just after the others have ended must not stay.
   */
  public boolean isStillValid() {
    return !(state instanceof LoggedIn(AccountId account, DeviceId device, var _))
        || service.isValid(account, device);
  }

  /**
   * There is nothing to guess in recovery words, so nobody's tries keep the owner's from counting:
   * what is looked at first is one row and one signature, the same for a name that nobody has.
   */
  private synchronized AccountMessages.RecoveryLoggedIn logInByWords(
      AccountMessages.RecoveryLogin message) throws Refused {
    requireNobody();
    UserName name = new UserName(message.userName());
    Optional<AccountTables.Recoverable> known = service.recoverable(name);
    boolean right =
        Signatures.verify(
            known.map(AccountTables.Recoverable::recoveryKey).orElse(NOBODYS_KEY),
            AccountMethod.RECOVERY_LOGIN_LABEL,
            AccountMethod.recoveryLogin(name, handshakeHash),
            message.signature());
    if (!right || known.isEmpty()) {
      service.limits().count(Door.RECOVERY, network);
      throw new Refused(
          ErrorCode.LOGIN_FAILED,
          "The user name or the recovery words are wrong; of several sheets only the one that was"
              + " printed last counts.");
    }
    requireActive(known.get().active());
    state = new KnowsWords(known.get().id(), known.get().recoveryKey());
    return new AccountMessages.RecoveryLoggedIn(known.get().id().bytes());
  }

  /** A password for the account of who is at the other end; nothing changes before its link. */
  private synchronized AccountMessages.RegisterStarted startPassword(
      AccountMessages.PasswordStart message) throws Refused, Malformed {
    RegistrationRequest request = RegistrationRequest.decode(message.request());
    countPassword();
    Credential fresh = Credential.random();
    begun = Optional.of(fresh);
    return evaluated(request, fresh);
  }

  /** So that no device uses up another's, nor anybody what the owner of the words needs. */
  private void countPassword() throws Refused {
    AccountId account = proven();
    switch (state) {
      case LoggedIn(var _, DeviceId device, State before) -> {
        if (!(before instanceof KnowsWords && isInForce(before))) {
          service.limits().count(Own.PASSWORDS, new DeviceOfAccount(account, device));
        }
      }
      case KnowsWords words -> {}
      default -> service.limits().count(Allowance.PASSWORDS, account);
    }
  }

  private AccountMessages.ChainGot chain(AccountMessages.ChainGet message) throws Refused {
    return service.links(proven(), message.from());
  }

  private synchronized AccountMessages.Empty append(AccountMessages.ChainAppend message)
      throws Refused, Malformed {
    AccountId account = proven();
    ChainLink link = ChainLink.decode(message.link());
    Optional<StoredPassword> fresh = Optional.empty();
    if (message.record().length > 0) {
      Credential credential =
          begun.orElseThrow(
              () ->
                  new Refused(
                      ErrorCode.BAD_REQUEST,
                      "No password was begun on this session. Begin the change once more."));
      // Whoever has a device changes the password by it, whatever else the session has shown.
      long deviceSet = link.content().body() instanceof LinkBody.Recover ? 0 : service.today();
      fresh = Optional.of(password(message.record(), message.loginKey(), credential, deviceSet));
    }
    service.append(account, link, slots(message.slots()), fresh, device());
    if (fresh.isPresent()) {
      begun = Optional.empty();
      state = after(state, fresh.get());
    }
    return new AccountMessages.Empty();
  }

  /** What a session has shown that has just put a new password, and perhaps new words, in force. */
  private State after(State shown, StoredPassword password) {
    return switch (shown) {
      case KnowsPassword(AccountId account, var _) -> new KnowsPassword(account, password);
      case KnowsWords(AccountId account, VerifyKey words) ->
          new KnowsWords(
              account,
              service
                  .signer(account, new SlotId.Recovery())
                  .map(AccountTables.Signer::signingKey)
                  .orElse(words));
      case LoggedIn(AccountId account, DeviceId device, State before) ->
          new LoggedIn(account, device, after(before, password));
      case Anonymous _, Proving _ -> shown;
    };
  }

  private AccountMessages.SlotGot slot(AccountMessages.SlotGet message) throws Refused, Malformed {
    return new AccountMessages.SlotGot(
        service.slot(proven(), SlotId.decode(message.slot()), message.generation()));
  }

  private AccountMessages.PairOpened openPairing() throws Refused {
    DeviceOfAccount by = thisDevice();
    service.limits().count(Own.PAIRINGS, by);
    return new AccountMessages.PairOpened(service.pairings().open(by));
  }

  /**
   * Only who tries names of boxes is counted, so that no such strangers keep others from pairing.
   */
  private AccountMessages.Empty putLetter(AccountMessages.PairPut letter) throws Refused {
    if (letter.step() == 1 && !service.pairings().isOpen(letter.relay())) {
      service.limits().count(Door.PAIRING, network);
    }
    service.pairings().put(letter, deviceOfAccount());
    return new AccountMessages.Empty();
  }

  private AccountMessages.Empty closePairing(AccountMessages.PairClose message) throws Refused {
    service.pairings().close(message.relay(), thisDevice());
    return new AccountMessages.Empty();
  }

  private AccountMessages.MarkGot mark() throws Refused {
    if (!(state instanceof LoggedIn(AccountId account, DeviceId device, var _))) {
      throw notLoggedIn();
    }
    return new AccountMessages.MarkGot(service.mark(account, device));
  }

  private AccountMessages.Empty putMark(AccountMessages.MarkPut message) throws Refused {
    if (!(state instanceof LoggedIn(AccountId account, DeviceId device, var _))) {
      throw notLoggedIn();
    }
    if (message.mark().length != AccountMessages.MarkPut.LENGTH) {
      throw new Refused(
          ErrorCode.BAD_REQUEST, "A mark has " + AccountMessages.MarkPut.LENGTH + " bytes.");
    }
    service.putMark(account, device, message.previous(), message.mark());
    return new AccountMessages.Empty();
  }

  private AccountMessages.Empty putContacts(AccountMessages.ContactsPut message)
      throws Refused, Malformed {
    DeviceOfAccount by = thisDevice();
    if (message.state().length == 0
        || message.state().length > AccountMessages.ContactsPut.MAX_LENGTH
        || message.previous() < -1
        || message.number() <= message.previous()
        || message.number() - message.previous() > AccountMessages.ContactsPut.MAX_STEP) {
      throw new Refused(ErrorCode.BAD_REQUEST, "These are no contacts to keep.");
    }
    service.limits().count(Own.CONTACTS, by);
    requireOwn(by, message);
    service.putContacts(by, message);
    return new AccountMessages.Empty();
  }

  /** No stolen device leaves the others something that is no state. */
  private void requireOwn(DeviceOfAccount by, AccountMessages.ContactsPut message)
      throws Refused, Malformed {
    ContactsHeader header = ContactsHeader.decode(message.state());
    boolean own =
        header.number() == message.number()
            && header.device().equals(by.device())
            && service
                .signer(by.account(), new SlotId.Device(by.device()))
                .filter(
                    signer ->
                        ContactsHeader.isSignedBy(
                            signer.signingKey(), by.account(), message.state()))
                .isPresent();
    if (!own) {
      throw new Refused(ErrorCode.BAD_REQUEST, "These contacts are not signed by this device.");
    }
  }

  /** Names are no secret among those who have an account, but nobody walks through them all. */
  private AccountMessages.ContactFound find(AccountMessages.ContactFind message) throws Refused {
    DeviceOfAccount asking = thisDevice();
    UserName name = new UserName(message.userName());
    service.limits().count(Allowance.NAMES, asking);
    return service
        .find(name)
        .map(found -> new AccountMessages.ContactFound(found.id().bytes()))
        .orElseThrow(
            () -> new Refused(ErrorCode.NOT_FOUND, "There is no user '" + name + "' here."));
  }

  /** Whoever has an account's id, which nobody can guess, was told it by its name. */
  private AccountMessages.ChainGot contactChain(AccountMessages.ContactChain message)
      throws Refused {
    service.limits().count(Allowance.CHAINS, thisDevice());
    return service.linksOfOther(
        AccountId.of(message.account()), message.from(), message.alsoGone());
  }

  private Optional<DeviceOfAccount> deviceOfAccount() {
    return state instanceof LoggedIn in
        ? Optional.of(new DeviceOfAccount(in.account(), in.device()))
        : Optional.empty();
  }

  private DeviceOfAccount thisDevice() throws Refused {
    return deviceOfAccount().orElseThrow(AccountPeer::notLoggedIn);
  }

  private AccountId loggedIn() throws Refused {
    return account().orElseThrow(AccountPeer::notLoggedIn);
  }

  /**
   * Neither a device that was stolen nor a password that was seen suffices to destroy what they
   * open, nor a password that the device has set for this.
   */
  private AccountMessages.Empty delete() throws Refused {
    AccountId account = loggedIn();
    switch (owner(state)) {
      case SHOWN -> service.delete(account);
      case NOT_SHOWN ->
          throw new Refused(
              ErrorCode.BAD_REQUEST, "To delete the account, log in with its password first.");
      case SHOWN_BY_A_NEW_PASSWORD ->
          throw new Refused(
              ErrorCode.RATE_LIMITED,
              "A device has changed the password less than "
                  + DAYS_OF_A_NEW_PASSWORD
                  + " days ago. Until then only who has used the recovery words deletes the"
                  + " account.");
    }
    return new AccountMessages.Empty();
  }

  private AccountMessages.Empty logout() {
    logOut();
    return new AccountMessages.Empty();
  }

  /** The account of a device that is logged in or of someone who knows password or words. */
  private AccountId proven() throws Refused {
    return account().or(this::provenAccount).orElseThrow(AccountPeer::notLoggedIn);
  }

  private void requireNobody() throws Refused {
    if (state instanceof LoggedIn
        || state instanceof KnowsPassword
        || state instanceof KnowsWords) {
      throw new Refused(ErrorCode.BAD_REQUEST, "This session is logged in already.");
    }
  }

  private static void requireActive(boolean active) throws Refused {
    if (!active) {
      throw new Refused(
          ErrorCode.ACCOUNT_DISABLED, "The server's owner has disabled this account.");
    }
  }

  private static void requireValid(AccountTables.Signer device) throws Refused {
    if (device.revoked()) {
      throw new Refused(ErrorCode.DEVICE_REVOKED, "This device was removed from the account.");
    }
  }

  private static void checkKeyBag(byte[] keyBag) throws Refused {
    if (keyBag.length != AccountMessages.KeyBag.LENGTH) {
      throw new Refused(ErrorCode.BAD_REQUEST, "This is not a key bag.");
    }
  }

  private static List<SealedSlot> slots(List<byte[]> encoded) throws Malformed {
    List<SealedSlot> slots = new ArrayList<>();
    for (byte[] slot : encoded) {
      slots.add(SealedSlot.decode(slot));
    }
    return slots;
  }

  private static Refused loginFailed() {
    return new Refused(ErrorCode.LOGIN_FAILED, "The user name or the password is wrong.");
  }

  private static Refused notLoggedIn() {
    return new Refused(ErrorCode.NOT_LOGGED_IN, "Log in first.");
  }
}
