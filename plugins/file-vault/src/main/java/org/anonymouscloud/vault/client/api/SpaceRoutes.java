package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.space.Verification;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/** How long states stay, what is given back, and whether all is there. Thread-safe. */
final class SpaceRoutes {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration NEWS = Duration.ofSeconds(1);

  private final OpenDrive drive;
  private final Clock clock;

  SpaceRoutes(OpenDrive drive, Clock clock) {
    this.drive = drive;
    this.clock = clock;
  }

  List<Route> routes() {
    return Stream.concat(
            Stream.of(
                new Route(
                    HandlerType.GET,
                    "/vault/retention",
                    Scope.READ,
                    "For how many days every state of the drive stays, and for how many weeks the"
                        + " last of each week.",
                    VaultProblems.told(this::retention)),
                new Route(
                        HandlerType.PUT,
                        "/vault/retention",
                        Scope.WRITE,
                        "Says how long states stay (days, weeks; one that is not given stays as it"
                            + " is).",
                        VaultProblems.told(this::retain))
                    .asking("days", "weeks"),
                new Route(
                        HandlerType.POST,
                        "/vault/compact",
                        Scope.WRITE,
                        "Gives space back that no state needs that is to stay: one step; 'more'"
                            + " says whether there is another (dryRun: only say what would be done,"
                            + " giveUpUnreadable: drop earlier states that cannot be read or need"
                            + " what the server has lost; agreed: these alone, numbers with"
                            + " commas between them).",
                        VaultProblems.told(this::compact))
                    .asking("dryRun", "giveUpUnreadable", "agreed")),
            Stream.concat(
                Stream.of(
                    new Route(
                        HandlerType.GET,
                        "/vault/breakdown",
                        Scope.READ,
                        "What the drive takes on the server, and for what. Reads each folder of"
                            + " each state: lines of JSON with 'read' pages so far, and at the end"
                            + " one with 'now', 'trash', 'earlier', 'packing', 'unneeded' and"
                            + " 'other' bytes"
                            + " and how much was 'unread'.",
                        VaultProblems.told(this::breakdown))),
                Stream.of("/vault/verify", "/vault/verify/<path>")
                    .map(
                        path ->
                            new Route(
                                    HandlerType.GET,
                                    path,
                                    Scope.READ,
                                    "Whether all is there (full: also each byte of content, states:"
                                        + " also of earlier states): lines of JSON with 'files' and"
                                        + " 'bytes' so far (full: also 'read' and 'toRead', bytes"
                                        + " of content), and at the end one with 'damaged'.",
                                    VaultProblems.told(this::verify))
                                .asking("full", "states"))))
        .toList();
  }

  /**
   * @param swept when space was last given back; none if it never was
   */
  private record RetentionView(int days, int weeks, @Nullable String swept) {
    static RetentionView of(KeptStates kept) {
      boolean never = kept.swept().equals(Instant.EPOCH);
      return new RetentionView(kept.days(), kept.weeks(), never ? null : kept.swept().toString());
    }
  }

  private void retention(Context context) throws Problem, NotLoggedIn, IOException {
    context.json(RetentionView.of(drive.of(context).kept()));
  }

  private void retain(Context context) throws Problem, NotLoggedIn, IOException {
    Drive open = drive.of(context);
    KeptStates now = open.kept();
    int days = RequestArguments.count(context, "days", now.days(), KeptStates.MAX_DAYS);
    int weeks = RequestArguments.count(context, "weeks", now.weeks(), KeptStates.MAX_WEEKS);
    context.json(RetentionView.of(open.retain(days, weeks)));
  }

  private void compact(Context context) throws Problem, NotLoggedIn, IOException {
    Sweep.Wish wish =
        new Sweep.Wish(
            true,
            RequestArguments.flag(context, "giveUpUnreadable"),
            agreed(context),
            RequestArguments.flag(context, "dryRun"));
    context.json(drive.of(context).sweep(wish, () -> {}));
  }

  private static Optional<Set<Long>> agreed(Context context) throws Problem {
    String text = context.queryParam("agreed");
    if (text == null) {
      return Optional.empty();
    }
    Set<Long> agreed = new HashSet<>();
    for (String number : text.split(",", -1)) {
      agreed.add(RequestArguments.state(number));
    }
    return Optional.of(agreed);
  }

  /**
   * @param state none for the newest
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record DamageView(@Nullable Long state, String path, String code, String detail) {}

  /** Tells how far it has come from time to time: so it also ends when nobody listens any more. */
  private final class Telling {
    private final HttpServletResponse response;
    private final JsonGenerator json;
    private Instant told = clock.instant();

    Telling(Context context) throws IOException {
      context.contentType("application/x-ndjson");
      response = context.res();
      json = JSON.createGenerator(context.outputStream());
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    }

    void pass(Supplier<Object> soFar) throws IOException {
      Instant now = clock.instant();
      if (now.isAfter(told.plus(NEWS))) {
        told = now;
        end(soFar.get());
      }
    }

    void end(Object all) throws IOException {
      json.writePOJO(all);
      json.flush();
      // Javalin's stream does not pass a flush on (7.2.3).
      response.flushBuffer();
    }
  }

  private void breakdown(Context context) throws Problem, NotLoggedIn, IOException {
    Drive open = drive.of(context);
    Telling telling = new Telling(context);
    AtomicLong read = new AtomicLong();
    telling.end(
        open.breakdown(
            () -> {
              long pages = read.incrementAndGet();
              telling.pass(() -> Map.of("read", pages));
            }));
  }

  private static Map<String, Long> soFar(Verification going, boolean full) {
    return full
        ? Map.of(
            "files", going.files(),
            "bytes", going.bytes(),
            "read", going.read(),
            "toRead", going.toRead())
        : Map.of("files", going.files(), "bytes", going.bytes());
  }

  private void verify(Context context) throws Problem, NotLoggedIn, IOException {
    VaultPath path = RequestArguments.path(context);
    boolean states = RequestArguments.flag(context, "states");
    boolean full = RequestArguments.flag(context, "full");
    if (states && !path.isTop()) {
      throw RequestArguments.bad("Earlier states are looked at as a whole: give no path.");
    }
    Drive open = drive.of(context);
    Telling telling = new Telling(context);
    AtomicReference<Verification> going = new AtomicReference<>();
    Verification verification =
        open.verification(full, () -> telling.pass(() -> soFar(going.get(), full)));
    going.set(verification);
    Verification.Found found = open.verify(path, states, verification);
    telling.end(
        Map.of(
            "files",
            found.files(),
            "folders",
            found.folders(),
            "bytes",
            found.bytes(),
            "packs",
            found.packs(),
            "full",
            full,
            "damaged",
            found.damaged().stream()
                .map(
                    one ->
                        new DamageView(
                            one.state().orElse(null),
                            one.path().toString(),
                            VaultProblems.kind(one.why()).code(),
                            String.valueOf(one.why().getMessage())))
                .toList(),
            "moreDamaged",
            found.more()));
  }
}
