package org.anonymouscloud.vault.client.cli.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.cli.Outcome;
import org.anonymouscloud.vault.client.cli.TerminalText;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Check that all is there and is what was stored.",
      "Looks at each folder, and whether the server has each pack whole. With --full it fetches and"
          + " checks every byte of every file. What is damaged is named, and the exit code is 4;"
          + " it is 1 if the server says that it only cannot read something just now."
    })
final class VerifyCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long UNKNOWN = -1;

  private final CommandContext context;

  @Parameters(
      arity = "0..1",
      paramLabel = "PATH|DRIVE",
      description =
          "What to check: like /a/b or team:/a, or a whole drive by its name or id, like team; your"
              + " home, if not given.")
  private @Nullable String what;

  @Option(names = "--full", description = "Every byte of every file as well.")
  private boolean full;

  @Option(names = "--states", description = "Also the earlier states that stay.")
  private boolean states;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  VerifyCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    boolean path = what != null && what.indexOf('/') >= 0;
    VaultUrl asked = path ? VaultUrl.typed(what) : VaultUrl.top(what);
    String url = path ? asked.verify() : asked.drive() + "/verify";
    JsonNode found = MissingNode.getInstance();
    try (InputStream lines = context.agent().download(url + "?full=" + full + "&states=" + states);
        MappingIterator<JsonNode> each = JSON.readerFor(JsonNode.class).readValues(lines);
        Terminal.Progress progress = context.terminal().progress("Verifying", UNKNOWN)) {
      long before = 0;
      long all = 0;
      while (each.hasNextValue()) {
        found = each.nextValue();
        if (found.path("read").asLong() > 0 && !states) {
          // Of several states each has more to read, which is not known before.
          all = found.path("toRead").asLong();
          progress.total(all);
        }
        long now = found.path(full ? "read" : "bytes").asLong(before);
        progress.step(now - before);
        before = now;
      }
      // The last line is the result, and says no more how far it was.
      progress.step(Math.max(0, all - before));
    }
    Outcome outcome = new Outcome(context.terminal());
    for (JsonNode one : found.path("damaged")) {
      outcome.failUnread(one, damage(asked, one));
    }
    if (found.path("moreDamaged").asBoolean()) {
      outcome.fail(Problem.Kind.SECURITY, "There is more that is damaged.");
    }
    if (json) {
      context.terminal().printJson(asked.told(found));
    } else {
      context
          .terminal()
          .print(
              "%s%s of %s and %s in %s%s%s %s: %s."
                  .formatted(
                      TypedDrive.heading(asked.driveName()),
                      TerminalText.counted(found.path("files").asLong(), "file"),
                      ShownSize.of(found.path("bytes").asLong()),
                      TerminalText.counted(found.path("folders").asLong(), "folder"),
                      TerminalText.counted(found.path("packs").asLong(), "pack"),
                      asked.isTop() ? ", those in the trash included," : "",
                      states ? (asked.isTop() ? "" : ",") + " each state counted for itself," : "",
                      full
                          ? "were checked to the last byte"
                          : "were checked, but not their content",
                      outcome.exitCode() == 0
                          ? "all is there"
                          : found.path("damaged").size() + " damaged"));
    }
    return outcome.exitCode();
  }

  private static String damage(VaultUrl asked, JsonNode one) {
    String state = one.has("state") ? "In state " + one.path("state").asText() + ": " : "";
    return state + asked.shown(one.path("path").asText()) + ": " + one.path("detail").asText();
  }
}
