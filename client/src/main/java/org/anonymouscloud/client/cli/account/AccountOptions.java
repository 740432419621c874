package org.anonymouscloud.client.cli.account;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code register} and {@code login} both ask for. */
final class AccountOptions {
  @Option(
      names = "--server",
      paramLabel = "CONNECTION-STRING",
      description = "anoncloud://host:port#FINGERPRINT; the server of 'anoncloud up' if not given.")
  @Nullable String server;

  @Option(names = "--user", paramLabel = "NAME", description = "The user name.")
  @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Holds the password; without it the password is asked for.")
  @Nullable Path passwordFile;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "What to call this device among yours; the machine's name if not given. Only your devices"
              + " can read it.")
  @Nullable String deviceName;

  @Option(names = "--json", description = "One JSON document.")
  boolean json;

  /**
   * Refuses before anybody is asked for a password what the agent would refuse after it.
   *
   * @throws Problem if somebody is logged in here
   */
  static void requireNobody(Context context) throws Problem, IOException {
    String user;
    try {
      user = context.agent().get("/account").path("user").asText();
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.NOT_LOGGED_IN || e.kind() == Problem.Kind.LOCKED) {
        return;
      }
      throw e;
    }
    throw new Problem(
        Problem.Kind.CONFLICT,
        "'" + user + "' is logged in here already. Use 'anoncloud logout' first.");
  }

  /** The user name, in its one form. */
  String userName() throws Problem {
    return userName(user);
  }

  /**
   * A user name in its one form.
   *
   * @throws Problem also if nobody has given one
   */
  static String userName(@Nullable String given) throws Problem {
    if (given == null) {
      throw new Problem(Problem.Kind.BAD_INPUT, "Whose account? Give --user NAME.");
    }
    try {
      return UserName.parse(given).text();
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }
}
