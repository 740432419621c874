package org.example.notes.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud notes}: a client of the agent's API like any script. */
@Command(
    name = "notes",
    mixinStandardHelpOptions = true,
    description = "List your notes, which the server cannot read.")
final class NotesCommand implements Callable<Integer> {
  private final CommandContext context;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  NotesCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    JsonNode notes = context.agent().get("/notes");
    if (json) {
      context.terminal().printJson(notes);
    } else {
      for (JsonNode note : notes.path("notes")) {
        context.terminal().print(note.path("id").asText() + "  " + note.path("text").asText());
      }
    }
    return 0;
  }

  @Command(name = "add", mixinStandardHelpOptions = true, description = "Write a note.")
  int add(@Parameters(paramLabel = "TEXT", description = "The note.") String text)
      throws Exception {
    JsonNode added = context.agent().post("/notes", Map.of("text", text));
    context.terminal().print(added.path("id").asText());
    return 0;
  }

  @Command(
      name = "renew",
      mixinStandardHelpOptions = true,
      description = "Take over notes from before a device was removed.")
  int renew() throws Exception {
    JsonNode answer = context.agent().post("/notes/renew", Map.of());
    context.terminal().print(answer.path("renewed").asInt() + " notes were sealed anew.");
    return 0;
  }

  @Command(name = "remove", mixinStandardHelpOptions = true, description = "Remove a note.")
  int remove(@Parameters(paramLabel = "ID", description = "As the list shows it.") String id)
      throws Exception {
    if (!id.matches("[0-9a-f]{32}")) {
      throw new Problem(Problem.Kind.BAD_INPUT, "This is no note's id.");
    }
    context.agent().delete("/notes/" + id);
    return 0;
  }
}
