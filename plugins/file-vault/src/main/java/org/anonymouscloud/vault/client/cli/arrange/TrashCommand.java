package org.anonymouscloud.vault.client.cli.arrange;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.Outcome;
import org.anonymouscloud.vault.client.cli.TerminalText;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.anonymouscloud.vault.client.cli.typed.TypedTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code anoncloud trash}. */
@Command(
    name = "trash",
    mixinStandardHelpOptions = true,
    description = {
      "What was removed from the vault: list it, bring it back, delete it.",
      "Each 'rm' is one removal, whose id stands before what it took. What is in the trash takes"
          + " space, and what was deleted from it does too as long as earlier states have it"
          + " ('anoncloud drive retention')."
    })
final class TrashCommand implements Callable<Integer> {
  private static final int AT_ONCE = 5_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EMPTY = "The trash is empty.";

  private final CommandContext context;
  private final Clock clock;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  /** As it was given before; scripts have it. */
  @Option(names = "--drive", scope = ScopeType.INHERIT, hidden = true)
  private @Nullable String before;

  /**
   * @param clock tells what is older than asked for
   */
  TrashCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Problem, IOException {
    return list(null, json);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List what is in the trash, the oldest removal first.")
  int list(
      @Parameters(arity = "0..1", paramLabel = TypedDrive.LABEL, description = TypedDrive.OR_HOME)
          @Nullable String drive,
      @Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    VaultUrl top = VaultUrl.top(TypedDrive.either(drive, before));
    String trash = top.drive() + "/trash";
    Outcome outcome = new Outcome(context.terminal());
    if (asJson) {
      JsonGenerator out = JSON.createGenerator(context.terminal().output());
      out.writeStartObject();
      out.writeArrayFieldStart("things");
      each(trash, top, outcome, thing -> out.writeTree(top.told(thing)));
      out.writeEndArray();
      out.writePOJOField("failed", outcome.failures());
      out.writeEndObject();
      out.writeRaw('\n');
      out.flush();
    } else if (each(trash, top, outcome, thing -> print(top, thing)) == 0
        && outcome.exitCode() == 0) {
      context.terminal().print(TypedDrive.heading(top.driveName()) + EMPTY);
    }
    return outcome.exitCode();
  }

  /** Is given one thing after another. */
  @FunctionalInterface
  private interface Receiver {
    void take(JsonNode thing) throws IOException;
  }

  private long each(String trash, VaultUrl top, Outcome outcome, Receiver receiver)
      throws Problem, IOException {
    long count = 0;
    String after = "";
    do {
      JsonNode page =
          context.agent().get(trash + "?limit=" + AT_ONCE + "&after=" + VaultUrl.encoded(after));
      for (JsonNode thing : page.path("things")) {
        receiver.take(thing);
        count++;
      }
      warn(top, page, outcome);
      after = page.path("next").asText("");
    } while (!after.isEmpty());
    return count;
  }

  private static void warn(VaultUrl top, JsonNode answer, Outcome outcome) {
    for (JsonNode part : answer.path("unreadable")) {
      outcome.failUnread(
          part,
          "Cannot read "
              + top.shown(part.path("path").asText())
              + " in the trash, or not wholly: "
              + part.path("detail").asText());
    }
  }

  private void print(VaultUrl top, JsonNode thing) {
    context
        .terminal()
        .print(
            top.shown(thing.path("removal").asText())
                + "  "
                + ShownTime.of(thing.path("removed").asText())
                + "  "
                + top.shown(thing.path("path").asText())
                + (thing.path("type").asText().equals("folder") ? "/" : ""));
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = {
        "Bring back what was removed.",
        "To where it was; folders that are missing above it are made, and what is there now stays"
            + " beside it."
      })
  int restore(
      @Parameters(
              arity = "1..*",
              paramLabel = "ID|PATH",
              description =
                  "A removal as 'anoncloud trash' shows it; ID/PATH for a part of it; or a path"
                      + " like /a/b, of the newest removal that has it. In another drive than"
                      + " your home team:ID, team:ID/PATH or team:/a/b.")
          List<String> things,
      @Option(
              names = "--to",
              paramLabel = "FOLDER",
              description = "Bring it into this folder instead.")
          @Nullable String to,
      @Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    List<VaultUrl> all = new ArrayList<>();
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("things", named(things, all));
    VaultUrl.requireAlike(all, "trash restore");
    if (to != null) {
      VaultUrl folder = VaultUrl.typed(to);
      asked.put("to", folder.path().toString());
      // As they were given before: the drive apart from all paths.
      if (before == null || folder.driveName() != null) {
        all.add(folder);
      }
    }
    VaultUrl.requireTogether(all);
    VaultUrl top = VaultUrl.top(TypedDrive.either(all.getFirst().driveName(), before));
    JsonNode done = context.agent().post(top.drive() + "/trash/restore", asked);
    Outcome outcome = new Outcome(context.terminal());
    warn(top, done, outcome);
    if (asJson) {
      context.terminal().printJson(top.told(done));
      return outcome.exitCode();
    }
    for (JsonNode thing : done.path("restored")) {
      context.terminal().print("Restored " + top.shown(thing.path("to").asText()) + ".");
    }
    for (JsonNode conflict : done.path("conflicts")) {
      context
          .terminal()
          .warn(
              "Something was there already; what came back is "
                  + top.shown(conflict.asText())
                  + ".");
    }
    return outcome.exitCode();
  }

  /**
   * Things in the trash as the API takes them.
   *
   * @param all is given where each is
   */
  private static List<String> named(List<String> things, List<VaultUrl> all) throws Problem {
    List<String> named = new ArrayList<>();
    for (String thing : things) {
      boolean isPath = isPath(thing);
      VaultUrl url = VaultUrl.typed(isPath ? thing : asPath(thing));
      all.add(url);
      named.add(isPath ? url.path().toString() : url.path().toString().substring(1));
    }
    return named;
  }

  private static boolean isPath(String thing) {
    int colon = thing.indexOf(":/");
    return thing.startsWith("/") || (colon > 0 && thing.indexOf('/') == colon + 1);
  }

  /** An id with a slash before it, behind the drive if there is one. */
  private static String asPath(String thing) {
    int drive = thing.indexOf(':') + 1;
    int slash = thing.indexOf('/');
    return drive > 0 && (slash < 0 || drive < slash)
        ? thing.substring(0, drive) + "/" + thing.substring(drive)
        : "/" + thing;
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = {
        "Delete some of what is in the trash.",
        "Earlier states of the drive keep it, and its space, as long as they stay: see 'anoncloud"
            + " drive retention'."
      })
  int delete(
      @Parameters(arity = "1..*", paramLabel = "ID|PATH", description = "As for 'trash restore'.")
          List<String> things,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    List<VaultUrl> all = new ArrayList<>();
    List<String> named = named(things, all);
    VaultUrl.requireAlike(all, "trash delete");
    VaultUrl top = VaultUrl.top(TypedDrive.either(all.getFirst().driveName(), before));
    if (!yes && !agrees("Delete this from the trash", top)) {
      return 1;
    }
    JsonNode done = context.agent().post(top.drive() + "/trash/delete", Map.of("things", named));
    Outcome outcome = new Outcome(context.terminal());
    warn(top, done, outcome);
    if (asJson) {
      context.terminal().printJson(top.told(done));
    } else {
      context
          .terminal()
          .print(
              TypedDrive.heading(top.driveName())
                  + "Deleted "
                  + TerminalText.counted(done.path("deleted").size(), "thing")
                  + ".");
    }
    return outcome.exitCode();
  }

  @Command(
      name = "empty",
      mixinStandardHelpOptions = true,
      description =
          "Delete what is in the trash. Earlier states of the drive keep it, and its space, as long"
              + " as they stay: see 'anoncloud drive retention'.")
  int empty(
      @Parameters(arity = "0..1", paramLabel = TypedDrive.LABEL, description = TypedDrive.OR_HOME)
          @Nullable String drive,
      @Option(
              names = "--older-than",
              paramLabel = "AGE",
              description =
                  "Only what was removed longer ago, like 45m, 12h, 30d or 8w; all, if not given.")
          @Nullable String olderThan,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    Duration age =
        olderThan == null ? Duration.ZERO : TypedTime.age(new TypedText("--older-than", olderThan));
    VaultUrl top = VaultUrl.top(TypedDrive.either(drive, before));
    Instant end = olderThan == null ? Instant.MAX : clock.instant().minus(age);
    String query = olderThan == null ? "" : "?before=" + VaultUrl.encoded(end.toString());
    String trash = top.drive() + "/trash";
    if (!yes && !isAnything(trash, end)) {
      if (asJson) {
        context.terminal().printJson(Map.of("removals", 0, "sent", 0));
      } else {
        context
            .terminal()
            .print(
                TypedDrive.heading(top.driveName())
                    + (olderThan == null ? EMPTY : "Nothing in the trash is as old as that."));
      }
      return 0;
    }
    if (!yes && !agrees("Delete what is in the trash", top)) {
      return 1;
    }
    JsonNode done = context.agent().post(trash + "/empty" + query, Map.of());
    if (asJson) {
      context.terminal().printJson(done);
    } else {
      long removals = done.path("removals").asLong();
      context
          .terminal()
          .print(
              TypedDrive.heading(top.driveName())
                  + (removals == 0
                      ? "Nothing was in the trash to delete."
                      : "Deleted " + TerminalText.counted(removals, "removal") + "."));
    }
    return 0;
  }

  /** Whether there is something to delete, or may be, as it cannot be read. */
  private boolean isAnything(String trash, Instant end) throws Problem, IOException {
    try {
      JsonNode found = context.agent().get(trash + "?limit=1");
      JsonNode oldest = found.path("things").path(0);
      return !found.path("unreadable").isEmpty()
          || (oldest.isObject() && Instant.parse(oldest.path("removed").asText()).isBefore(end));
    } catch (Problem e) {
      if (e.kind() != Problem.Kind.SECURITY) {
        throw e;
      }
      // To empty it is the way on where it cannot be read.
      return true;
    }
  }

  private boolean agrees(String what, VaultUrl drive) throws Problem {
    boolean agrees =
        context
            .terminal()
            .confirm(
                List.of(),
                what
                    + " of "
                    + TypedDrive.inWords(drive.driveName())
                    + "? Earlier states alone will have it.");
    if (!agrees) {
      context.terminal().warn("Nothing was deleted.");
    }
    return agrees;
  }
}
