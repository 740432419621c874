package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.Activity;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code anoncloud admin accounts}. */
@Command(
    name = "accounts",
    mixinStandardHelpOptions = true,
    description = {
      "Show all accounts: name, space used, held and allowed, and whether somebody is there.",
      "Held is what an account has given back and what is kept for another day; what of it counts"
          + " is in the used space as well.",
      "With --json also when each was made, and a name that the server drew for it. That is all"
          + " that there is to see: docs/what-the-server-sees.md."
    })
final class AccountsCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  AccountsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    List<AccountSummary> accounts = server.use(context, Administration::accounts);
    if (json) {
      context.terminal().printJson(accounts.stream().map(AccountsCommand::describe).toList());
      return 0;
    }
    print("NAME", "USED", "HELD", "QUOTA", "STATUS");
    for (AccountSummary account : accounts) {
      print(
          account.name().text(),
          ShownSize.of(account.used()),
          ShownSize.of(account.held()),
          account.quota() == Long.MAX_VALUE ? "-" : ShownSize.of(account.quota()),
          status(account));
    }
    return 0;
  }

  private void print(String name, String used, String held, String quota, String status) {
    context
        .terminal()
        .print(
            String.format(
                Locale.ROOT, "%-20s %10s %10s %10s  %s", name, used, held, quota, status));
  }

  private static String status(AccountSummary account) {
    String activity =
        account.activity() == Activity.OFFLINE
            ? "last seen " + account.lastSeen()
            : account.activity().text();
    return account.active() ? activity : "disabled, " + activity;
  }

  private static Map<String, Object> describe(AccountSummary account) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("user", account.name().text());
    document.put("drive", account.drive());
    document.put("usedBytes", account.used());
    document.put("heldBytes", account.held());
    if (account.quota() != Long.MAX_VALUE) {
      document.put("quotaBytes", account.quota());
    }
    document.put("status", account.activity().text());
    document.put("lastSeen", account.lastSeen().toString());
    document.put("created", account.created().toString());
    document.put("disabled", !account.active());
    return document;
  }
}
