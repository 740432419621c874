package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.store.History;
import org.jspecify.annotations.Nullable;

/** The states that the drive has been in, and the way back to one. Thread-safe. */
final class HistoryRoutes {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final int USUAL = 20;
  private static final int MOST = 1_000;

  private final OpenDrive drive;

  HistoryRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return List.of(
        new Route(
                HandlerType.GET,
                "/vault/history",
                Scope.READ,
                "The states that the drive has been in, the newest first (from: the highest number,"
                    + " limit: how many).",
                VaultProblems.told(this::list))
            .asking("from", "limit"),
        new Route(
                HandlerType.POST,
                "/vault/history/{number}/go-back",
                Scope.WRITE,
                "Makes the tree of an earlier state the newest one again; the states between stay"
                    + " (leftOut: also one that was left out when devices were removed).",
                VaultProblems.told(this::goBack))
            .asking("leftOut"));
  }

  /**
   * @param time none if the state does not open, as its writer's clock said it
   * @param device that wrote it
   * @param opens whether its topmost folder can be read
   * @param counts false if a device left it that was removed
   */
  private record State(
      long number, @Nullable String time, String device, boolean opens, boolean counts) {}

  private void list(Context context) throws Problem, NotLoggedIn, IOException {
    String from = context.queryParam("from");
    int limit = RequestArguments.number(context, "limit", USUAL, MOST);
    Drive open = drive.of(context);
    List<State> states = new ArrayList<>();
    for (History.State state : open.history(from == null ? Long.MAX_VALUE : number(from), limit)) {
      states.add(
          new State(
              state.signed().number(),
              state.root().map(root -> root.time().toString()).orElse(null),
              state.signed().device().toString(),
              open.opens(state),
              state.counts()));
    }
    context.json(Map.of("states", states));
  }

  private void goBack(Context context) throws Problem, NotLoggedIn, IOException {
    long number = number(context.pathParam("number"));
    Drive.WentBack done =
        drive.of(context).goBack(number, RequestArguments.flag(context, "leftOut"));
    context.json(Map.of("number", done.made().number(), "before", done.before()));
  }

  private static long number(String text) throws Problem {
    try {
      if (NUMBER.matcher(text).matches()) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // Too long: the same answer.
    }
    throw RequestArguments.bad("The number of a state is 0 or more.");
  }
}
