package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.anonymouscloud.client.agent.api.LocalApi;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Route;

/** A request to the local API with a token. */
public final class TokenRequest {
  private TokenRequest() {}

  /** A token as it stands in a request. */
  static String bearer(Secret token) {
    return "Bearer " + new String(token.bytes(), US_ASCII);
  }

  /** The path of a route, with the same name for each of its parameters. */
  static String path(Route route) {
    return route.path().replaceAll("[{<][a-z]+[}>]", "x");
  }

  /**
   * Reads what is at a place of the API.
   *
   * @param agent its address
   * @param path below the API's prefix
   * @return the body of the answer
   */
  public static String get(String agent, String path, Secret token)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(agent + LocalApi.PREFIX + path))
                  .header("Authorization", bearer(token))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
