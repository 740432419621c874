package org.anonymouscloud.client.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What has changed in the account. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = {
      "Show what has changed in the account, as this device has seen it.",
      "Its events are numbered; a script asks for those after the last one that it knows."
    })
public final class EventsCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = "--after",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "Only events after this one.")
  private String after = "0";

  @Option(names = "--json", description = "One JSON document; its 'log' is another after a login.")
  private boolean json;

  public EventsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    long known = new TypedText("--after", after).number(0, Long.MAX_VALUE, 17);
    JsonNode answer = context.agent().get("/events?after=" + known);
    if (json) {
      context.terminal().printJson(answer);
      return 0;
    }
    if (known > 0 && answer.path("oldest").asLong() - 1 > known) {
      context
          .terminal()
          .warn(
              "Events before number "
                  + answer.path("oldest").asLong()
                  + " are not kept any more; look at everything anew.");
    }
    long newest = answer.path("newest").asLong();
    if (known > newest) {
      context
          .terminal()
          .warn(
              "The newest event is number "
                  + newest
                  + ": this is another log than the one you know. Look at everything anew.");
    }
    for (JsonNode event : answer.path("events")) {
      context
          .terminal()
          .print(
              event.path("number").asLong()
                  + "  "
                  + ShownTime.of(event.path("time").asText())
                  + "  "
                  + event.path("feature").asText()
                  + "  "
                  + event.path("type").asText()
                  + "  "
                  + event.path("data"));
    }
    if (answer.path("events").isEmpty()) {
      context.terminal().print("Nothing has changed.");
    }
    return 0;
  }
}
