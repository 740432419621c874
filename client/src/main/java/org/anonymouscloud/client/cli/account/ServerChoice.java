package org.anonymouscloud.client.cli.account;

import java.io.Console;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.ForeignText;
import org.jspecify.annotations.Nullable;

/** Which server a person means, and that its key is the one they mean. */
public final class ServerChoice {
  /** For the connection alone; a person may think as long as the server waits. */
  public static final Duration CONNECT = Duration.ofSeconds(15);

  private ServerChoice() {}

  /**
   * The server of an option, or else the one that {@code anoncloud up} started here.
   *
   * @return with a fingerprint: the one that was given, or the one that the person has confirmed
   *     just now
   */
  public static ConnectionString trusted(Home home, @Nullable String option)
      throws Problem, IOException {
    ConnectionString server = parse(option == null ? local(home) : option);
    if (server.fingerprint().isPresent()) {
      return server;
    }
    KeyCheck ask =
        StandardTerminal.person()
            .<KeyCheck>map(console -> seen -> confirmed(console, server, seen))
            .orElse(KeyCheck.NONE);
    try (Session session = Session.connect(server, ask, CONNECT)) {
      return new ConnectionString(server.host(), server.port(), Optional.of(session.serverKey()));
    }
  }

  /** Reads a connection string that a person has given. */
  public static ConnectionString parse(String text) throws Problem {
    try {
      return ConnectionString.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  private static String local(Home home) throws Problem, IOException {
    return home.localServer()
        .orElseThrow(
            () ->
                new Problem(
                    Problem.Kind.BAD_INPUT,
                    "Which server? Give --server CONNECTION-STRING, or start one on this machine"
                        + " with 'anoncloud up'."));
  }

  private static boolean confirmed(Console console, ConnectionString server, Fingerprint seen) {
    console.printf(
        "This is the first contact with %s. Its fingerprint is%n%n    %s%n%n"
            + "Compare it with what 'anoncloud admin fingerprint' prints on the server; if it is"
            + " another,%nsomeone is in between. ",
        ForeignText.visible(server.toString()), seen);
    String answer = console.readLine("%s", "Is it the same? [yes/no] ");
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).equals("yes");
  }
}
