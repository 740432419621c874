package org.anonymouscloud.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.Refused;

/** One account of a running server, logged in many times over. */
final class IdleSessions implements AutoCloseable {
  private final Accounts accounts;
  private final LocalAccount account;
  private final List<OnlineAccount> sessions = new ArrayList<>();

  /**
   * Registers the account.
   *
   * @param folder for the account's state; must be new
   */
  IdleSessions(ConnectionString server, Path folder) throws Exception {
    accounts = new Accounts(server);
    account = accounts.register(folder, "bench" + ProcessHandle.current().pid());
  }

  void growTo(int count) throws IOException {
    while (sessions.size() < count) {
      OnlineAccount online = new OnlineAccount(account, AccountFeatures.NONE, accounts::connect);
      sessions.add(online);
      ask(online);
    }
  }

  void askAll() throws IOException {
    for (OnlineAccount online : sessions) {
      ask(online);
    }
  }

  /** A session that is not logged in would get another answer. */
  private static void ask(OnlineAccount online) throws IOException {
    try {
      var _ = online.link().ask("bench/nothing", new byte[0]);
    } catch (Refused e) {
      if (e.code() != org.anonymouscloud.core.wire.ErrorCode.UNKNOWN_METHOD) {
        throw new IOException("The server refuses a session: " + e.code(), e);
      }
    }
  }

  static long residentMebibytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new IOException("There is no process " + pid + ".");
  }

  @Override
  public void close() {
    sessions.forEach(OnlineAccount::close);
    account.close();
  }
}
