package org.example.counter.client;

import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import picocli.CommandLine.Command;

/** {@code anoncloud counter}: a client of the agent's API like any script. */
@Command(
    name = "counter",
    mixinStandardHelpOptions = true,
    description = "Show how far your devices have counted.")
final class CounterCommand implements Callable<Integer> {
  private final CommandContext context;

  CounterCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    context.terminal().print(context.agent().get("/counter").path("count").asText());
    return 0;
  }

  @Command(name = "up", mixinStandardHelpOptions = true, description = "Count one on.")
  int up() throws Exception {
    context.agent().post("/counter/steps", Map.of());
    return 0;
  }
}
