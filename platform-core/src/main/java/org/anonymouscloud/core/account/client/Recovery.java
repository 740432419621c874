package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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
import org.anonymouscloud.core.account.client.remote.NewPassword;
import org.anonymouscloud.core.account.client.remote.NewestNotOpened;
import org.anonymouscloud.core.account.client.remote.OpenedAccount;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * An account that its recovery words have opened, and that is about to get a new password, a new
 * account key and new words. Keep the {@link #sheet} first, then {@link #finish}: until then the
 * old sheet counts, from then on the new one alone. Not thread-safe.
 */
public final class Recovery implements PreparedAccount {
  /** So often a thief may be quicker before this gives up. */
  private static final int RENEWALS = 100;

  private final AccountFolder folder;
  private final Connection connection;
  private final ConnectionString server;
  private final UserName user;
  private final DeviceName name;
  private final boolean keepDevices;
  private final boolean acceptLoss;
  private final Clock clock;
  private final AccountFeatures features;
  private final SlotSecret slot;
  private final NewPassword password;
  private final AccountKey accountKey = AccountKey.random();
  private final RecoveryWords words = RecoveryWords.random();
  private final JoiningDevice device = JoiningDevice.random();
  private final RootSecret root = RootSecret.random();
  private OpenedAccount opened;
  private boolean finished;

  private Recovery(
      AccountFolder folder,
      Connection connection,
      ConnectionString server,
      UserName user,
      DeviceName name,
      boolean keepDevices,
      boolean acceptLoss,
      Clock clock,
      AccountFeatures features,
      SlotSecret slot,
      OpenedAccount opened,
      NewPassword password) {
    this.folder = folder;
    this.connection = connection;
    this.server = server;
    this.user = user;
    this.name = name;
    this.keepDevices = keepDevices;
    this.acceptLoss = acceptLoss;
    this.clock = clock;
    this.features = features;
    this.slot = slot;
    this.opened = opened;
    this.password = password;
  }

  /** Proves the words to the server and opens the account with them. */
  static Recovery begin(
      AccountFolder folder,
      Connection connection,
      ConnectionString server,
      UserName user,
      RecoveryWords words,
      Secret password,
      DeviceName name,
      boolean keepDevices,
      boolean acceptLoss,
      Clock clock,
      AccountFeatures features)
      throws Refused, IOException {
    AccountQuestions questions = new AccountQuestions(connection);
    SlotSecret slot = prove(questions, connection.handshakeHash(), user, words);
    boolean done = false;
    OpenedAccount opened = null;
    try {
      opened = OpenedAccount.openByWords(questions, slot);
      requireWhole(opened, acceptLoss, keepDevices);
      NewPassword fresh = NewPassword.change(questions, user, password);
      done = true;
      return new Recovery(
          folder,
          connection,
          server,
          user,
          name,
          keepDevices,
          acceptLoss,
          clock,
          features,
          slot,
          opened,
          fresh);
    } finally {
      if (!done) {
        slot.close();
        if (opened != null) {
          opened.close();
        }
      }
    }
  }

  private static void requireWhole(OpenedAccount opened, boolean acceptLoss, boolean keepDevices)
      throws NewestNotOpened {
    int lost = opened.lost();
    if (lost > 0 && !acceptLoss) {
      throw new NewestNotOpened(lost, opened.firstLost());
    }
    if (lost > 0 && keepDevices) {
      throw new IllegalArgumentException(
          "Whoever renewed the keys without the words is one of the devices, so none stays.");
    }
  }

  private static SlotSecret prove(
      AccountQuestions server, byte[] handshakeHash, UserName user, RecoveryWords words)
      throws Refused, IOException {
    AccountMessages.RecoveryLoggedIn in;
    try (SigningKey key = SlotSecret.recoveryKey(words.secret())) {
      byte[] signature =
          Signatures.sign(
              key,
              AccountMethod.RECOVERY_LOGIN_LABEL,
              AccountMethod.recoveryLogin(user, handshakeHash));
      in =
          server.ask(
              AccountMethod.RECOVERY_LOGIN,
              new AccountMessages.RecoveryLogin(user.text(), signature),
              AccountMessages.RecoveryLoggedIn.class);
    }
    try {
      return SlotSecret.recovery(AccountId.of(in.account()), words.secret());
    } catch (IllegalArgumentException e) {
      throw new AccountTampered(e);
    }
  }

  @Override
  public EmergencySheet sheet() {
    return new EmergencySheet(server.toString(), user, accountKey, words);
  }

  @Override
  public LocalAccount finish() throws Refused, IOException {
    finished = true;
    ChainState chain = opened.chain().state();
    LocalState state =
        new LocalState(
            false,
            server,
            user,
            chain.account(),
            device.id(),
            chain.head(),
            accountKey.secret().copy(),
            device.key(),
            opened.keyBag(),
            roots());
    // On the disk before the server has it: no crash in between can lock the owner out.
    AccountFolder.Kept kept = folder.create(device.secret().copy(), state);
    LocalAccount account = new LocalAccount(kept, clock);
    try {
      kept.raise(appendWhateverComes(kept, account).head());
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

  private List<RootSecret> roots() {
    List<RootSecret> roots = new ArrayList<>(opened.roots());
    roots.add(root);
    return roots;
  }

  /**
   * Whoever puts the sheet away takes minutes, in which a stolen device may renew the root secret:
   * the same words open what it has made of the account, and the same sheet goes on to count.
   */
  private ChainState appendWhateverComes(AccountFolder.Kept kept, LocalAccount account)
      throws Refused, IOException {
    for (int renewal = 0; ; renewal++) {
      try {
        return append(account);
      } catch (Refused e) {
        if (e.code() != ErrorCode.CONFLICT || renewal == RENEWALS) {
          throw e;
        }
      }
      OpenedAccount newer = OpenedAccount.openByWords(new AccountQuestions(connection), slot);
      // The account has the same one already.
      newer.keyBag().close();
      requireWhole(newer, acceptLoss, keepDevices);
      opened = newer;
      kept.restart(opened.chain().state().head(), roots());
    }
  }

  private ChainState append(LocalAccount account) throws Refused, IOException {
    ChainState chain = opened.chain().state();
    AccountQuestions questions = new AccountQuestions(connection);
    RootSecret newest = opened.roots().get(opened.generation());
    try (SigningKey byOldWords = slot.signingKey();
        SlotSecret newPassword =
            SlotSecret.password(chain.account(), password.exportKey(), accountKey.secret());
        SlotSecret newRecovery = SlotSecret.recovery(chain.account(), words.secret());
        SigningKey byPassword = newPassword.signingKey();
        SigningKey byRecovery = newRecovery.signingKey()) {
      return new ChainWriter(
              questions,
              clock,
              slot.slot(),
              byOldWords,
              (before, leaving) ->
                  new OwnHeads(account, features)
                      .after(before, opened.generation(), connection, leaving))
          .append(
              opened.chain(),
              () -> questions.chain(chain.head()),
              now -> {
                ChainWriter.requireSameRoot(chain, now);
                LinkBody body =
                    new LinkBody.Recover(
                        newPassword.keys(),
                        newRecovery.keys(),
                        root.succeed(now, opened.generation(), newest),
                        keepDevices,
                        device.introduce(now.account(), newest, name));
                return new ChainWriter.Draft(
                    body,
                    ChainWriter.NewKeys.of(byPassword, byRecovery, device.key()),
                    root,
                    new ChainWriter.Password(password.record(), accountKey.loginKey()));
              });
    }
  }

  @Override
  public void close() {
    accountKey.close();
    words.close();
    device.secret().close();
    password.close();
    slot.close();
    if (!finished) {
      device.key().close();
      root.close();
      opened.close();
    }
  }
}
