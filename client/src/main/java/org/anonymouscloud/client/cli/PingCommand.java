package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.account.ServerChoice;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud ping}: the one command that speaks with a server itself. */
@Command(
    name = "ping",
    mixinStandardHelpOptions = true,
    description = {
      "Open a session with a server, check its key and measure a round trip.",
      "Without a fingerprint in the string, shows the server's and asks whether it is the right"
          + " one; off a terminal it refuses (exit code 4). Nothing is remembered."
    })
final class PingCommand implements Callable<Integer> {
  private static final double NANOS_IN_A_MILLISECOND = 1e6;

  private final Context context;

  @Parameters(
      paramLabel = "CONNECTION-STRING",
      description = "anoncloud://host:port#FINGERPRINT, as the server's ready line shows it.")
  private String server = "";

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  PingCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    ConnectionString target = ServerChoice.trusted(context.home(), server);
    try (Session session = Session.connect(target, KeyCheck.NONE, ServerChoice.CONNECT)) {
      // The first one warms up this side; what the person wants to know is the way.
      session.ping();
      double millis = session.ping().toNanos() / NANOS_IN_A_MILLISECOND;
      String fingerprint = session.serverKey().toString();
      if (json) {
        context.terminal().printJson(Map.of("fingerprint", fingerprint, "roundTripMillis", millis));
      } else {
        context.terminal().print("fingerprint: " + fingerprint + " (as expected)");
        context.terminal().print(String.format(Locale.ROOT, "round trip: %.2f ms", millis));
      }
    }
    return 0;
  }
}
