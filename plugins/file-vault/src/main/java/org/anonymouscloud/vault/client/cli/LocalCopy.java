package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.local.LocalView;

/**
 * Has the agent copy between the local disk and a drive by itself, so that the content need not
 * pass from process to process. That takes an agent to which the disk looks as it does to the
 * command: not one of another container, or one that was started with other permissions for new
 * files.
 */
final class LocalCopy {
  private LocalCopy() {}

  /**
   * Asks for a copy.
   *
   * @param path the whole local path of what is copied, or where to
   * @param member the name that the route has for it
   * @param more what else the route takes
   * @param report hears how it goes
   * @param done hears once what was done, also if something ends the copy before all is
   * @return whether the agent can do it for this command; if not, nothing has happened
   */
  static boolean ask(
      AgentApi agent,
      String url,
      String member,
      Path path,
      Map<String, Object> more,
      TerminalReport report,
      Consumer<JsonNode> done)
      throws Problem, IOException {
    Optional<LocalView> view = LocalView.ofThisProcess();
    if (view.isEmpty() || !Path.of(path.toString()).equals(path)) {
      return false;
    }
    Map<String, Object> body = new HashMap<>(more);
    body.put(member, path.toString());
    body.put("view", view.get().text());
    Heard heard = new Heard(report, done);
    try {
      agent.follow(url, body, heard::line);
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.PRECONDITION_FAILED) {
        return false;
      }
      throw e;
    }
    if (!heard.whole) {
      throw new Problem(
          Problem.Kind.UNAVAILABLE, "The agent did not say what it has done; try again.");
    }
    return true;
  }

  /** What the agent says. */
  private static final class Heard {
    private final TerminalReport report;
    private final Consumer<JsonNode> done;
    private boolean whole;

    Heard(TerminalReport report, Consumer<JsonNode> done) {
      this.report = report;
      this.done = done;
    }

    void line(JsonNode line) {
      report.step(line.path("copied").asLong());
      if (line.has("failed")) {
        Problem.Kind kind =
            Problem.Kind.ofCode(line.path("code").asText()).orElse(Problem.Kind.INTERNAL);
        report.fail(kind, line.path("failed").asText());
      }
      if (line.has("done")) {
        done.accept(line.path("done"));
        whole = true;
      }
    }
  }
}
