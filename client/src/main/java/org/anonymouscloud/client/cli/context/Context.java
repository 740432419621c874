package org.anonymouscloud.client.cli.context;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.release.PluginFolder;

/** What commands share. */
public record Context(
    Map<String, String> environment, Home home, Terminal terminal, Timeout timeout)
    implements CommandContext {
  /** A variable of the environment that is set and not empty. */
  public Optional<String> environment(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** What is installed for this home. */
  public PluginFolder plugins() {
    return new PluginFolder(home.plugins());
  }

  /** This home's agent, which need not run. */
  public RunningAgent runningAgent() {
    return new RunningAgent(home, terminal, timeout);
  }

  @Override
  public AgentApi agent() {
    return new LazyAgent(runningAgent());
  }

  @Override
  public Path stateFolder() {
    return home.folder();
  }
}
