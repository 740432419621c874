package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud stat}. */
@Command(
    name = "stat",
    mixinStandardHelpOptions = true,
    description = "Say what is known of a file, a folder or a link of the vault.")
final class StatCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin private final AtOption at;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Parameters(paramLabel = "PATH", description = "Like /a/b.")
  private String path = "/";

  /**
   * @param clock tells how long ago something was
   */
  StatCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
  }

  @Override
  public Integer call() throws Problem, IOException {
    VaultUrl url = at.typed(path);
    JsonNode entry = url.told(context.agent().get(url.stat()));
    if (json) {
      context.terminal().printJson(entry);
    } else {
      entry
          .properties()
          .forEach(
              field ->
                  context
                      .terminal()
                      .print(field.getKey() + ": " + shown(url, field.getKey(), field.getValue())));
    }
    return 0;
  }

  private static String shown(VaultUrl url, String key, JsonNode value) {
    return switch (key) {
      case "path" -> url.visible();
      case "name" -> TerminalText.vault(value.asText());
      case "modified" -> ShownTime.of(value.asText());
      default -> TerminalText.text(value.asText());
    };
  }
}
