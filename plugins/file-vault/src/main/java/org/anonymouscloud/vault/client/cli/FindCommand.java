package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.typed.TypedSize;
import org.anonymouscloud.vault.client.cli.typed.TypedTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud find}. */
@Command(
    name = "find",
    mixinStandardHelpOptions = true,
    description = {
      "Find files, folders and links in the vault, also far below.",
      "What is found fits all that is asked for. A TIME is like "
          + TypedTime.FORMS
          + "; a SIZE is in bytes, or like 10k, 5M, 1G."
    })
final class FindCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** No file is larger than 2^50 bytes, so any larger bound means the same. */
  private static final BigInteger MOST = BigInteger.TWO.pow(50).add(BigInteger.ONE);

  private static final Set<String> KINDS = Set.of("file", "folder", "link");

  private final CommandContext context;
  private final Clock clock;

  @Mixin private final AtOption at;

  @Parameters(
      arity = "0..1",
      defaultValue = "/",
      paramLabel = "PATH",
      description =
          "Where to look, like /a/b, or team:/ for all of another drive; everywhere in your home,"
              + " if not given.")
  private String path = "/";

  @Option(
      names = "--name",
      paramLabel = "GLOB",
      description = "Names like this: * for any characters, ? for one, [a-z] for one of some.")
  private @Nullable String name;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only what is a file, a folder, or a link.")
  private @Nullable String type;

  @Option(names = "--larger", paramLabel = "SIZE", description = "Files with more bytes.")
  private @Nullable String larger;

  @Option(names = "--smaller", paramLabel = "SIZE", description = "Files with fewer bytes.")
  private @Nullable String smaller;

  @Option(names = "--newer", paramLabel = "TIME", description = "Changed after this time.")
  private @Nullable String newer;

  @Option(names = "--older", paramLabel = "TIME", description = "Changed before this time.")
  private @Nullable String older;

  @Option(
      names = "--json",
      description = "One line of JSON for each thing, and one for what has failed.")
  private boolean json;

  /**
   * @param clock tells how long ago something was
   */
  FindCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.clock = clock;
    this.at = new AtOption(clock);
  }

  @Override
  public Integer call() throws Problem, IOException {
    VaultUrl start = at.typed(path);
    List<String> query = new ArrayList<>();
    ask(query, "name", name);
    ask(query, "type", type == null ? null : kind(type));
    ask(query, "larger", larger == null ? null : size("--larger", larger));
    ask(query, "smaller", smaller == null ? null : size("--smaller", smaller));
    ask(query, "newer", newer == null ? null : time("--newer", newer));
    ask(query, "older", older == null ? null : time("--older", older));
    Outcome outcome = new Outcome(context.terminal());
    try (InputStream lines =
            context.agent().download(VaultUrl.asking(start.found(), String.join("&", query)));
        MappingIterator<JsonNode> found = JSON.readerFor(JsonNode.class).readValues(lines)) {
      while (found.hasNextValue()) {
        take(start, found.nextValue(), outcome);
      }
    }
    if (json && outcome.exitCode() != 0) {
      context.terminal().printJson(Map.of("failed", outcome.failures()));
    }
    return outcome.exitCode();
  }

  private static void ask(List<String> query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + VaultUrl.encoded(value));
    }
  }

  private void take(VaultUrl start, JsonNode found, Outcome outcome) throws IOException {
    if (found.has("unreadable")) {
      outcome.failUnread(
          found,
          "Cannot read "
              + start.shown(found.path("unreadable").asText())
              + ", or not wholly: "
              + found.path("detail").asText());
    } else if (json) {
      OutputStream out = context.terminal().output();
      out.write((JSON.writeValueAsString(start.told(found)) + "\n").getBytes(UTF_8));
      out.flush();
    } else {
      context.terminal().print(start.shown(found.path("path").asText()) + Listing.suffix(found));
    }
  }

  private static String kind(String type) throws Problem {
    if (!KINDS.contains(type)) {
      throw new TypedText("--type", type).refused("file, folder or link");
    }
    return type;
  }

  private static String size(String option, String text) throws Problem {
    return TypedSize.bytes(new TypedText(option, text), TypedSize.ALLOWED).min(MOST).toString();
  }

  private String time(String option, String text) throws Problem {
    return TypedTime.of(
            new TypedText(option, text), clock, TypedTime.Moment.FIRST, TypedTime.ALLOWED)
        .toString();
  }
}
