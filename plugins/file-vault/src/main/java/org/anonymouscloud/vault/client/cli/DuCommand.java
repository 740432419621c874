package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud du}. */
@Command(
    name = "du",
    mixinStandardHelpOptions = true,
    description = "Add up the bytes of all files at and below a path of the vault.")
final class DuCommand implements Callable<Integer> {
  /** What is less is shown to the byte anyway. */
  private static final BigInteger EXACT = BigInteger.valueOf(1024);

  private final CommandContext context;
  private final Outcome outcome;
  private long folders;
  private long files;
  private long links;

  /** Of any size: an entry may claim up to 2^50 bytes, and there may be any number of them. */
  private BigInteger bytes = BigInteger.ZERO;

  @Mixin private final AtOption at;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Parameters(arity = "0..1", defaultValue = "/", paramLabel = "PATH", description = "Like /a/b.")
  private String path = "/";

  /**
   * @param clock tells how long ago something was
   */
  DuCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
    this.outcome = new Outcome(context.terminal());
  }

  @Override
  public Integer call() throws Problem, IOException {
    VaultUrl top = at.typed(path);
    JsonNode entry = context.agent().get(top.stat());
    if (Listing.isFolder(entry)) {
      Listing.each(context, top, true, outcome, this::count);
    } else {
      count(entry);
    }
    if (json) {
      Map<String, Object> sum = new LinkedHashMap<>();
      sum.put("path", top.toString());
      sum.put("bytes", bytes);
      sum.put("files", files);
      sum.put("folders", folders);
      sum.put("links", links);
      sum.put("failed", outcome.failures());
      context.terminal().printJson(sum);
    } else {
      context
          .terminal()
          .print(
              ShownSize.of(bytes)
                  + (bytes.compareTo(EXACT) < 0 ? "" : " (" + bytes + " bytes)")
                  + " in "
                  + TerminalText.counted(files, "file"));
    }
    return outcome.exitCode();
  }

  private void count(JsonNode entry) {
    if (Listing.isFolder(entry)) {
      folders++;
    } else if (Listing.isLink(entry)) {
      links++;
    } else {
      files++;
      bytes = bytes.add(BigInteger.valueOf(entry.path("size").asLong()));
    }
  }
}
