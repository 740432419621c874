package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.Size;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.TypedText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin quota}. */
@Command(
    name = "quota",
    mixinStandardHelpOptions = true,
    description = {
      "Set how much space an account may use.",
      "What is stored already stays, also if it is more; then nothing can be added."
    })
final class QuotaCommand implements Callable<Integer> {
  private static final String NO_LIMIT = "none";

  private final Context context;

  @Mixin private ServerDatabase server = new ServerDatabase();

  @Parameters(paramLabel = "NAME", index = "0", description = "The user name.")
  private String name = "";

  /** All words that are left, so that '50 MB' is refused as a size and not as a word too many. */
  @Parameters(
      paramLabel = "SIZE",
      index = "1..*",
      arity = "1..*",
      hideParamSyntax = true,
      description = "Like 500M or 20G, or none.")
  private List<String> size = List.of();

  QuotaCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    UserName user = ServerDatabase.user(name);
    long bytes = bytes();
    if (!server.use(context, administration -> administration.setQuota(user, bytes))) {
      throw ServerDatabase.nobody(user);
    }
    context
        .terminal()
        .print(
            bytes == Long.MAX_VALUE
                ? user + " may use all the space there is."
                : user + " may use " + ShownSize.of(bytes) + ".");
    return 0;
  }

  private long bytes() throws Problem {
    String text = String.join(" ", size);
    try {
      return text.equals(NO_LIMIT) ? Long.MAX_VALUE : Size.parse(text);
    } catch (IllegalArgumentException e) {
      Problem refused = new TypedText("SIZE", text).refused("a size like 500M or 20G, or none");
      refused.initCause(e);
      throw refused;
    }
  }
}
