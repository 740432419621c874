package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.Refused;

/**
 * An account that is made but that the server does not have yet. Keep the {@link #sheet} first,
 * then {@link #finish}: an account whose sheet is lost cannot be rescued. Not thread-safe.
 */
public final class Registration implements PreparedAccount {
  private final AccountFolder folder;
  private final Clock clock;
  private final Connection connection;
  private final ConnectionString server;
  private final UserName user;
  private final RegistrationRecord password;
  private final NewAccount account;
  private final NewAccount.Records records;
  private final Optional<InviteCode> invite;
  private boolean finished;

  Registration(
      AccountFolder folder,
      Clock clock,
      Connection connection,
      ConnectionString server,
      UserName user,
      RegistrationRecord password,
      NewAccount account,
      NewAccount.Records records,
      Optional<InviteCode> invite) {
    this.folder = folder;
    this.clock = clock;
    this.connection = connection;
    this.server = server;
    this.user = user;
    this.password = password;
    this.account = account;
    this.records = records;
    this.invite = invite;
  }

  @Override
  public EmergencySheet sheet() {
    return new EmergencySheet(server.toString(), user, account.accountKey(), account.words());
  }

  @Override
  public LocalAccount finish() throws Refused, IOException {
    finished = true;
    // On the disk before the server has it: no crash in between can lock the owner out.
    LocalAccount local =
        new LocalAccount(folder.create(account.device().secret().copy(), state()), clock);
    try {
      new AccountQuestions(connection)
          .tell(
              AccountMethod.REGISTER_FINISH,
              new AccountMessages.RegisterFinish(
                  user.text(),
                  password.encode(),
                  account.accountKey().loginKey().bytes(),
                  records.link().encode(),
                  records.slots().stream().map(SealedSlot::encode).toList(),
                  records.keyBag(),
                  AccountMessages.invite(invite)));
      local.logIn(connection);
      return local;
    } catch (Refused e) {
      local.logOut();
      throw e;
    } catch (IOException e) {
      local.close();
      throw e;
    }
  }

  private LocalState state() {
    return new LocalState(
        false,
        server,
        user,
        account.id(),
        account.device().id(),
        new ChainFloor(0, records.link().hash()),
        account.accountKey().secret().copy(),
        account.device().key(),
        account.keyBag(),
        List.of(account.root()));
  }

  @Override
  public void close() {
    account.accountKey().close();
    account.words().close();
    account.device().secret().close();
    if (!finished) {
      account.device().key().close();
      account.keyBag().close();
      account.root().close();
    }
  }
}
