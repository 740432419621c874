package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
   * @return what was done; none if the agent cannot do it for this command: nothing has happened
   *     then
   */
  static Optional<JsonNode> ask(
      AgentApi agent,
      String url,
      String member,
      Path path,
      Map<String, Object> more,
      TerminalReport report)
      throws Problem, IOException {
    Optional<LocalView> view = LocalView.ofThisProcess();
    if (view.isEmpty() || !Path.of(path.toString()).equals(path)) {
      return Optional.empty();
    }
    Map<String, Object> body = new HashMap<>(more);
    body.put(member, path.toString());
    body.put("view", view.get().text());
    Heard heard = new Heard(report);
    try {
      agent.follow(url, body, heard::line);
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.PRECONDITION_FAILED) {
        return Optional.empty();
      }
      throw e;
    }
    if (heard.done.isMissingNode()) {
      throw new Problem(
          Problem.Kind.UNAVAILABLE, "The agent did not say what it has done; try again.");
    }
    return Optional.of(heard.done);
  }

  /** What the agent says. */
  private static final class Heard {
    private final TerminalReport report;
    private JsonNode done = MissingNode.getInstance();

    Heard(TerminalReport report) {
      this.report = report;
    }

    void line(JsonNode line) {
      report.step(line.path("copied").asLong());
      if (line.has("failed")) {
        Problem.Kind kind =
            Problem.Kind.ofCode(line.path("code").asText()).orElse(Problem.Kind.INTERNAL);
        report.fail(kind, line.path("failed").asText());
      }
      if (line.has("done")) {
        done = line.path("done");
      }
    }
  }
}
