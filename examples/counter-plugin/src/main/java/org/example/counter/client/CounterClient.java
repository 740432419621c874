package org.example.counter.client;

import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.wire.Refused;
import org.example.counter.protocol.Messages;
import org.pf4j.Extension;

/** The client half: two routes, and the command {@code anoncloud counter}. */
@Extension
public final class CounterClient implements ClientFeature {
  @Override
  public String name() {
    return Messages.FEATURE;
  }

  @Override
  public List<Object> commands(CommandContext context) {
    return List.of(new CounterCommand(context));
  }

  @Override
  public RunningClient start(ClientContext context) {
    return new RunningCounter(context);
  }

  private record RunningCounter(ClientContext context) implements RunningClient {
    @Override
    public List<Route> routes() {
      return List.of(
          new Route(
              HandlerType.GET,
              "/counter",
              Scope.READ,
              "How far the devices of this account have counted.",
              request -> request.json(Map.of("count", new Tally(context.account()).count()))),
          new Route(
              HandlerType.POST,
              "/counter/steps",
              Scope.WRITE,
              "Counts one on.",
              request -> request.json(Map.of("number", new Tally(context.account()).step()))));
    }

    /** A device was removed: what has been counted so far is said anew, out of its reach. */
    @Override
    public List<String> beginGeneration(AccountSession account) throws IOException {
      try {
        new Tally(account).carryOver();
        return List.of();
      } catch (Problem | Refused e) {
        return List.of("The count was not carried over: " + e.getMessage());
      }
    }
  }
}
