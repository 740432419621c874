package org.anonymouscloud.client.cli.server;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Ending;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.server.WorkerServer;
import org.anonymouscloud.core.worker.WorkerEnd;
import picocli.CommandLine.Command;

/**
 * {@code anoncloud worker}: started by {@code anoncloud server --isolation process}, once for each
 * connection. Ends when its client or its listener goes, not on a signal, for those go to all
 * processes of a terminal or a service.
 */
@Command(
    name = "worker",
    hidden = true,
    description = "Serve one client for a server of this machine, which starts this by itself.")
public final class WorkerCommand implements Callable<Integer> {
  private final Context context;

  public WorkerCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    Ending.ignoreSignals();
    PrintStream toListener = System.out;
    // A plugin that prints must not speak for the worker.
    System.setOut(System.err);
    WorkerEnd listener = WorkerEnd.open(System.in, toListener);
    ServerSettings settings = ServerSettings.ofWorker(listener.settings());
    ServerOptions options = settings.options();
    try (PluginHost plugins = ServerPlugins.load(context, options.data())) {
      WorkerServer.run(
          listener,
          options,
          ServerPlugins.database(settings.database(), plugins),
          plugins.serverFeatures(),
          Clock.systemUTC());
    }
    return 0;
  }
}
