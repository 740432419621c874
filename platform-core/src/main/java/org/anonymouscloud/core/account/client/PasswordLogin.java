package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.time.Clock;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.ChainWriter;
import org.anonymouscloud.core.account.client.remote.JoiningDevice;
import org.anonymouscloud.core.account.client.remote.OpenedAccount;
import org.anonymouscloud.core.account.client.remote.WrongAccountKey;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.LoginResponse;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.PasswordRefused;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * A login by the password, in which the server learns nothing of it (OPAQUE), on one session.
 *
 * @param connection on which nobody is logged in; stays the caller's
 * @param password in UTF-8, NFC; stays the caller's
 * @param accountKey stays the caller's
 */
record PasswordLogin(Connection connection, UserName user, Secret password, AccountKey accountKey) {
  /**
   * Adds a device to the account, and logs it in on the session.
   *
   * @param folder that keeps the account on this device; empty
   * @param server with its pinned key
   * @param name of this device
   * @param features asked for their heads before the link
   */
  LocalAccount join(
      AccountFolder folder,
      ConnectionString server,
      DeviceName name,
      Clock clock,
      AccountFeatures features)
      throws WrongAccountKey, Refused, IOException {
    AccountQuestions questions = new AccountQuestions(connection);
    try (Proven proven = prove();
        SlotSecret slot =
            SlotSecret.password(proven.account(), proven.exportKey(), accountKey.secret())) {
      OpenedAccount opened = OpenedAccount.openByPassword(questions, slot);
      JoiningDevice device = JoiningDevice.random();
      LocalState state =
          new LocalState(
              false,
              server,
              user,
              opened.chain().state().account(),
              device.id(),
              opened.chain().state().head(),
              accountKey.secret().copy(),
              device.key(),
              opened.keyBag(),
              opened.roots());
      // On the disk before the chain has it: no crash in between leaves a device without its keys.
      AccountFolder.Kept kept = folder.create(device.secret(), state);
      LocalAccount account = new LocalAccount(kept, clock);
      try {
        kept.raise(
            append(new OwnHeads(account, features), clock, slot, opened, device, name).head());
        account.logIn(connection);
        return account;
      } catch (Refused e) {
        account.logOut();
        throw e;
      } catch (IOException e) {
        account.close();
        throw e;
      }
    }
  }

  /** An account whose password was proven to the server, and what OPAQUE gave for it. */
  record Proven(AccountId account, Secret exportKey) implements AutoCloseable {
    @Override
    public void close() {
      exportKey.close();
    }
  }

  /**
   * Proves the password to the server, without sending it.
   *
   * @throws Refused with {@link ErrorCode#LOGIN_FAILED} if it is wrong
   */
  Proven prove() throws Refused, IOException {
    AccountQuestions questions = new AccountQuestions(connection);
    OpaqueClient.Login login = new OpaqueClient().login(password);
    AccountMessages.LoginStarted started =
        questions.ask(
            AccountMethod.LOGIN_START,
            new AccountMessages.LoginStart(user.text(), login.request().encode(), pass()),
            AccountMessages.LoginStarted.class);
    OpaqueClient.LoggedIn loggedIn;
    try {
      loggedIn =
          login.finish(
              LoginResponse.decode(started.response()),
              Identities.ofClient(user.bytes()),
              AccountMethod.loginContext(connection.handshakeHash()));
    } catch (PasswordRefused e) {
      throw new Refused(ErrorCode.LOGIN_FAILED, e.getMessage());
    }
    loggedIn.sessionKey().close();
    AccountMessages.LoginFinished finished =
        questions.ask(
            AccountMethod.LOGIN_FINISH,
            new AccountMessages.LoginFinish(loggedIn.proof().encode()),
            AccountMessages.LoginFinished.class);
    try {
      return new Proven(AccountId.of(finished.account()), loggedIn.exportKey());
    } catch (IllegalArgumentException e) {
      throw new AccountTampered(e);
    }
  }

  /** So that strangers' tries do not make the owner wait. */
  private byte[] pass() {
    try (SigningKey key = SlotSecret.loginKey(accountKey.secret())) {
      return Signatures.sign(
          key,
          AccountMethod.LOGIN_PASS_LABEL,
          AccountMethod.loginPass(user, connection.handshakeHash()));
    }
  }

  /** Adds the device to the chain in the name of the password slot. */
  private ChainState append(
      OwnHeads heads,
      Clock clock,
      SlotSecret slot,
      OpenedAccount opened,
      JoiningDevice device,
      DeviceName name)
      throws Refused, IOException {
    AccountQuestions questions = new AccountQuestions(connection);
    ChainState chain = opened.chain().state();
    RootSecret root = opened.roots().getLast();
    LinkBody body = new LinkBody.AddDevice(device.introduce(chain.account(), root, name));
    try (SigningKey key = slot.signingKey()) {
      return new ChainWriter(
              questions,
              clock,
              slot.slot(),
              key,
              (before, leaving) ->
                  heads.after(before, before.state().generation(), connection, leaving))
          .append(
              opened.chain(),
              () -> questions.chain(chain.head()),
              now -> {
                ChainWriter.requireSameRoot(chain, now);
                return new ChainWriter.Draft(body, ChainWriter.NewKeys.of(device.key()), root);
              });
    }
  }
}
