package org.anonymouscloud.client.agent;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.agent.account.ComingIn;
import org.anonymouscloud.client.agent.account.CurrentAccount;
import org.anonymouscloud.client.agent.api.Failures;
import org.anonymouscloud.client.agent.api.RequestBody;
import org.anonymouscloud.client.agent.feature.LoggedInAccount;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.PasswordRule;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.local.Keeper;
import org.anonymouscloud.core.account.client.pairing.PairingCode;
import org.anonymouscloud.core.account.client.remote.NewestNotOpened;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.client.sheet.Unreadable;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.FinalFailure;
import org.jspecify.annotations.Nullable;

/**
 * The part of the local API that is about the account. Secrets are base64 in JSON bodies, so that
 * they go from array to array and never become a String here. Thread-safe.
 */
final class AccountRoutes {
  /** Minutes in a week. */
  private static final int MAX_LOCK_AFTER = 7 * 24 * 60;

  private final CurrentAccount account;
  private final ComingIn comingIn;

  AccountRoutes(CurrentAccount account, ComingIn comingIn) {
    this.account = account;
    this.comingIn = comingIn;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/account",
            Scope.READ,
            "Who is logged in here, and on which server; and why that server lets this device in no"
                + " more, if so.",
            context -> context.json(describe(account.account()))),
        new Route(
            HandlerType.POST,
            "/account/register",
            Scope.ADMIN,
            "Prepares a new account and gives its emergency sheet, to be kept before it is"
                + " confirmed.",
            this::register),
        new Route(
            HandlerType.POST,
            "/account/register/confirm",
            Scope.ADMIN,
            "Gives a prepared account to the server and logs in.",
            this::confirm),
        new Route(
            HandlerType.POST,
            "/account/login",
            Scope.ADMIN,
            "Opens an account here with its password and account key.",
            this::login),
        new Route(
            HandlerType.POST,
            "/account/pair",
            Scope.ADMIN,
            "Comes into the account of a device that has made a pairing code; waits for it.",
            this::pair),
        new Route(
            HandlerType.POST,
            "/account/password",
            Scope.ADMIN,
            "Gives the account another password; no file is sealed anew.",
            this::changePassword),
        new Route(
            HandlerType.POST,
            "/account/recover",
            Scope.ADMIN,
            "Opens an account with its recovery words and gives a new emergency sheet, to be kept"
                + " before it is confirmed; until then nothing has changed.",
            this::recover),
        new Route(
            HandlerType.POST,
            "/account/recover/confirm",
            Scope.ADMIN,
            "Gives the account its new password, sheet and device, and logs in.",
            this::confirm),
        new Route(
            HandlerType.POST,
            "/account/lock",
            Scope.ADMIN,
            "Forgets the account's keys until somebody unlocks them.",
            context -> {
              account.lock();
              context.json(Map.of("locked", true));
            }),
        new Route(
            HandlerType.POST,
            "/account/unlock",
            Scope.ADMIN,
            "Opens the account with the passphrase of this device, or with what the keyring keeps.",
            this::unlock),
        new Route(
            HandlerType.PUT,
            "/account/passphrase",
            Scope.ADMIN,
            "Seals the keys on this device to a passphrase of a person or the keyring, or to none.",
            this::protect),
        new Route(
            HandlerType.GET,
            "/account/keys",
            Scope.READ,
            "Who keeps what opens the keys on this device: the file, a passphrase, the keyring.",
            context -> context.json(Map.of("keys", keeper()))),
        new Route(
            HandlerType.POST,
            "/account/rehearse",
            Scope.ADMIN,
            "Checks account key or recovery words against the account, and changes nothing. Only"
                + " the words count as a rehearsal.",
            this::rehearse),
        new Route(
            HandlerType.GET,
            "/account/delete",
            Scope.ADMIN,
            "What other people lose when the account is deleted; changes nothing.",
            context -> context.json(Map.of("endsForOthers", account.endsForOthers()))),
        new Route(
            HandlerType.POST,
            "/account/delete",
            Scope.ADMIN,
            "Deletes the account and all that is its from the server, for good.",
            this::delete),
        new Route(
            HandlerType.DELETE,
            "/account",
            Scope.ADMIN,
            "Removes the account from this device. It stays on the server. Says whether the"
                + " account's other devices could be told.",
            this::logOut));
  }

  /**
   * @param server connection string with the server's fingerprint
   * @param password in UTF-8, NFC
   * @param invite as people write it; only for a server that takes nobody without
   * @param deviceName what to call this device; the machine's name if it is left out
   */
  record Register(
      @Nullable String server,
      @Nullable String user,
      byte @Nullable [] password,
      byte @Nullable [] invite,
      @Nullable String deviceName) {}

  /**
   * @param registration from the answer to {@link Register}
   */
  record Confirm(@Nullable String registration) {}

  /**
   * @param server connection string with the server's fingerprint
   * @param password in UTF-8, NFC
   * @param accountKey as people write it, or a whole emergency sheet
   * @param deviceName what to call this device; the machine's name if it is left out
   */
  record Login(
      @Nullable String server,
      @Nullable String user,
      byte @Nullable [] password,
      byte @Nullable [] accountKey,
      @Nullable String deviceName) {}

  /**
   * @param server connection string with the server's fingerprint
   * @param code as people write it
   * @param deviceName what to call this device; the machine's name if it is left out
   */
  record Pair(@Nullable String server, byte @Nullable [] code, @Nullable String deviceName) {}

  /**
   * @param password the new one, in UTF-8, NFC
   */
  record ChangePassword(byte @Nullable [] password) {}

  /**
   * @param server connection string with the server's fingerprint
   * @param words as people write them, or a whole emergency sheet
   * @param password the new one, in UTF-8, NFC
   * @param keepDevices whether the account's other devices stay; they go if it is left out
   * @param acceptLoss whether to go on if the words open an older state of the account alone; no
   *     other device stays then
   * @param deviceName what to call this device; the machine's name if it is left out
   */
  record Recover(
      @Nullable String server,
      @Nullable String user,
      byte @Nullable [] words,
      byte @Nullable [] password,
      boolean keepDevices,
      boolean acceptLoss,
      @Nullable String deviceName) {}

  /**
   * One of the two, or both.
   *
   * @param accountKey as people write it
   * @param words as people write them
   */
  record Rehearse(byte @Nullable [] accountKey, byte @Nullable [] words) {}

  /**
   * @param passphrase in UTF-8, NFC; only to be left out if the keyring keeps it
   */
  record Unlock(byte @Nullable [] passphrase) {}

  /**
   * @param passphrase in UTF-8, NFC; without it and the keyring the keys are left to the disk's own
   *     protection
   * @param keyring whether to have the platform's keyring keep a random passphrase
   * @param lockAfter minutes without use until the device locks; 0 or left out for never
   */
  record Protect(byte @Nullable [] passphrase, boolean keyring, boolean unsealed, int lockAfter) {}

  /**
   * @param user the name of the account that is logged in here, to be sure
   * @param password of the account, in UTF-8, NFC
   */
  record Delete(@Nullable String user, byte @Nullable [] password) {}

  private void delete(Context context) throws Exception {
    Delete wish = RequestBody.read(context, Delete.class);
    try (Secret password = Secret.of(RequestBody.required(wish.password(), "password"))) {
      account.delete(RequestBody.user(wish.user()), password);
    }
    context.json(Map.of("deleted", true));
  }

  private void logOut(Context context) throws IOException {
    CurrentAccount.LoggedOut done = account.logOut();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("loggedOut", done.was());
    told.put("othersTold", done.othersTold());
    DeviceId left = done.device();
    if (left != null) {
      told.put("device", left.toString());
    }
    context.json(told);
  }

  private void unlock(Context context) throws Exception {
    Unlock wish = RequestBody.read(context, Unlock.class);
    if (wish.passphrase() == null && account.keeper() == Keeper.KEYRING) {
      context.json(describe(account.unlock().local()));
      return;
    }
    try (Secret passphrase = Secret.of(RequestBody.required(wish.passphrase(), "passphrase"))) {
      context.json(describe(account.unlock(passphrase).local()));
    }
  }

  private void protect(Context context) throws Exception {
    Protect wish = RequestBody.read(context, Protect.class);
    if (wish.lockAfter() < 0 || wish.lockAfter() > MAX_LOCK_AFTER) {
      throw RequestBody.badInput(
          "'lockAfter' is a number of minutes, at most " + MAX_LOCK_AFTER + ".", null);
    }
    if (wish.unsealed() == (wish.keyring() || wish.passphrase() != null)) {
      throw RequestBody.badInput(
          "The body says 'passphrase' or 'keyring': true, or 'unsealed': true to leave the keys to"
              + " whoever can read this user's files. Nothing was done.",
          null);
    }
    if (wish.passphrase() == null) {
      account.seal(
          wish.keyring()
              ? here -> here.protectByKeyring(wish.lockAfter())
              : LocalAccount::unprotect);
    } else {
      if (wish.keyring()) {
        throw RequestBody.badInput("The keyring gets a passphrase of its own, not yours.", null);
      }
      try (Secret passphrase = fresh(wish.passphrase(), "passphrase")) {
        account.seal(here -> here.protect(passphrase, wish.lockAfter()));
      }
    }
    context.json(describe(account.account().local()));
  }

  private void register(Context context) throws Exception {
    Register wish = RequestBody.read(context, Register.class);
    try (Secret password = fresh(wish.password(), "password")) {
      answer(
          context,
          comingIn.register(
              RequestBody.server(wish.server()),
              RequestBody.user(wish.user()),
              password,
              deviceName(wish.deviceName()),
              invite(wish.invite())));
    }
  }

  private static void answer(Context context, ComingIn.Prepared prepared) throws IOException {
    try (Secret sheet = prepared.sheet().text()) {
      context
          .contentType("application/json")
          .result(
              RequestBody.JSON.writeValueAsBytes(
                  Map.of("registration", prepared.id(), "sheet", sheet.bytes())));
    }
  }

  private void confirm(Context context) throws Exception {
    Confirm wish = RequestBody.read(context, Confirm.class);
    String id = RequestBody.required(wish.registration(), "registration");
    context.json(welcome(comingIn.finish(id)));
  }

  private void login(Context context) throws Exception {
    Login wish = RequestBody.read(context, Login.class);
    try (Secret password = Secret.of(RequestBody.required(wish.password(), "password"));
        Secret text = Secret.of(RequestBody.required(wish.accountKey(), "accountKey"));
        AccountKey key = accountKey(text)) {
      LoggedInAccount opened =
          comingIn.login(
              RequestBody.server(wish.server()),
              RequestBody.user(wish.user()),
              password,
              key,
              deviceName(wish.deviceName()));
      context.json(welcome(opened));
    }
  }

  private void pair(Context context) throws Exception {
    Pair wish = RequestBody.read(context, Pair.class);
    try (Secret text = Secret.of(RequestBody.required(wish.code(), "code"));
        PairingCode code = code(text)) {
      ConnectionString server = RequestBody.server(wish.server());
      DeviceName name = deviceName(wish.deviceName());
      context.json(describe(comingIn.join(server, code, name).local()));
    }
  }

  private static PairingCode code(Secret text) throws Problem {
    try {
      return PairingCode.parse(text.bytes());
    } catch (Unreadable e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private void changePassword(Context context) throws Exception {
    ChangePassword wish = RequestBody.read(context, ChangePassword.class);
    try (Secret password = fresh(wish.password(), "password")) {
      account.account().online().changePassword(password);
    }
    context.json(Map.of("changed", true));
  }

  private void recover(Context context) throws Exception {
    Recover wish = RequestBody.read(context, Recover.class);
    if (wish.keepDevices() && wish.acceptLoss()) {
      throw RequestBody.badInput(
          "With 'acceptLoss' no device is kept: one of them may have caused the loss.", null);
    }
    try (Secret text = Secret.of(RequestBody.required(wish.words(), "words"));
        Secret password = fresh(wish.password(), "password");
        RecoveryWords words = words(text)) {
      answer(
          context,
          comingIn.recover(
              RequestBody.server(wish.server()),
              RequestBody.user(wish.user()),
              words,
              password,
              deviceName(wish.deviceName()),
              wish.keepDevices(),
              wish.acceptLoss()));
    }
  }

  private void rehearse(Context context) throws Exception {
    Rehearse wish = RequestBody.read(context, Rehearse.class);
    if (wish.accountKey() == null && wish.words() == null) {
      throw RequestBody.badInput("The body has neither 'accountKey' nor 'words'.", null);
    }
    LoggedInAccount here = account.account();
    if (wish.accountKey() != null) {
      try (Secret text = Secret.of(wish.accountKey());
          AccountKey key = accountKey(text)) {
        require(
            here.local().isOpenedBy(key),
            wish.words() == null
                ? "This is not the account key of this account."
                : "This sheet is not the account's newest: its account key is another.");
      }
    }
    if (wish.words() != null) {
      try (Secret text = Secret.of(wish.words());
          RecoveryWords words = words(text)) {
        require(
            here.online().isOpenedBy(words), "These are not the recovery words of this account.");
      } catch (NewestNotOpened e) {
        throw new Problem(
            Problem.Kind.SECURITY,
            "These are the words of this account, but the device "
                + e.by()
                + " has renewed its keys without them, as a stolen device does: nothing newer would"
                + " come back. Remove that device ('anoncloud device revoke "
                + e.by()
                + "'), or any other if it is gone already: that renews the keys for the words as"
                + " well. Then rehearse once more.",
            e);
      }
      // The account key alone brings nobody back who has lost the password.
      here.local().rehearse();
    }
    context.json(describe(here.local()));
  }

  private static void require(boolean right, String otherwise) throws Problem {
    if (!right) {
      throw new Problem(
          Problem.Kind.FORBIDDEN, otherwise + " Look for the sheet that you printed last.");
    }
  }

  /**
   * A new password or passphrase.
   *
   * @param what it is called, also in the request
   */
  private static Secret fresh(byte @Nullable [] bytes, String what) throws Problem {
    Secret password = Secret.of(RequestBody.required(bytes, what));
    Optional<String> objection = PasswordRule.objection(password, what);
    if (objection.isPresent()) {
      password.close();
      throw RequestBody.badInput(objection.get(), null);
    }
    return password;
  }

  /** What a person calls this device, or else the machine. */
  private static DeviceName deviceName(@Nullable String wanted) throws Problem {
    try {
      return wanted == null
          ? DeviceName.from(InetAddress.getLocalHost().getHostName())
          : new DeviceName(wanted);
    } catch (UnknownHostException e) {
      return DeviceName.from("");
    } catch (IllegalArgumentException e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static AccountKey accountKey(Secret text) throws Problem {
    try {
      return EmergencySheet.accountKeyIn(text.bytes());
    } catch (Unreadable e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static Optional<InviteCode> invite(byte @Nullable [] text) throws Problem {
    try {
      return text == null ? Optional.empty() : Optional.of(InviteCode.parse(text));
    } catch (IllegalArgumentException e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static RecoveryWords words(Secret text) throws Problem {
    try {
      return EmergencySheet.wordsIn(text.bytes());
    } catch (Unreadable e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private Map<String, Object> welcome(LoggedInAccount opened) throws NotLoggedIn, IOException {
    Map<String, Object> description = describe(opened.local());
    description.put("notes", account.welcome(opened));
    return description;
  }

  private String keeper() throws NotLoggedIn, IOException {
    return account.keeper().name().toLowerCase(Locale.ROOT);
  }

  private Map<String, Object> describe(LoggedInAccount here) throws NotLoggedIn, IOException {
    Map<String, Object> description = describe(here.local());
    here.online()
        .link()
        .failure()
        .filter(failure -> failure instanceof FinalFailure known && known.isFinal())
        .flatMap(Failures::problem)
        .ifPresent(problem -> description.put("problem", problem.getMessage()));
    return description;
  }

  private Map<String, Object> describe(LocalAccount here) throws NotLoggedIn, IOException {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("user", here.user().text());
    description.put("server", here.server().toString());
    description.put("device", here.device().toString());
    description.put("keys", keeper());
    here.lockAfter().ifPresent(limit -> description.put("lockAfter", limit.toMinutes()));
    here.rehearsed().ifPresent(day -> description.put("rehearsed", day.toString()));
    return description;
  }
}
