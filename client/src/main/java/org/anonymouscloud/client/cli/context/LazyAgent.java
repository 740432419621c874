package org.anonymouscloud.client.cli.context;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;

/** Starts the agent with the first request, so that a command that needs none costs nothing. */
final class LazyAgent implements AgentApi {
  private final RunningAgent agent;
  private @Nullable AgentApi api;

  LazyAgent(RunningAgent agent) {
    this.agent = agent;
  }

  @Override
  public JsonNode get(String path) throws Problem, IOException {
    return api().get(path);
  }

  @Override
  public JsonNode post(String path, Object body) throws Problem, IOException {
    return api().post(path, body);
  }

  @Override
  public JsonNode put(String path, Object body) throws Problem, IOException {
    return api().put(path, body);
  }

  @Override
  public JsonNode delete(String path) throws Problem, IOException {
    return api().delete(path);
  }

  @Override
  public JsonNode upload(String path, Body body) throws Problem, IOException {
    return api().upload(path, body);
  }

  @Override
  public InputStream download(String path) throws Problem, IOException {
    return api().download(path);
  }

  @Override
  public void follow(String path, Object body, Consumer<JsonNode> lines)
      throws Problem, IOException {
    api().follow(path, body, lines);
  }

  private synchronized AgentApi api() throws Problem, IOException {
    if (api == null) {
      api = agent.api();
    }
    return api;
  }
}
