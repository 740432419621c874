package org.anonymouscloud.client.home;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * How to reach an agent. The token lies in a file of its own, so that this can be shown.
 *
 * @param url of the agent, without a path, like {@code http://127.0.0.1:40123}
 * @param pid its process
 * @param version of the program it runs
 */
public record AgentAddress(String url, long pid, String version) {
  private static final String ADDRESS_FILE = "agent.json";
  private static final String TOKEN_FILE = "agent.token";

  /** Publishes an agent: the token first, so that who sees the address can use it. */
  public void publish(Path home, Secret token) throws IOException {
    PrivateFile.replace(home.resolve(TOKEN_FILE), token.bytes());
    PrivateFile.replace(home.resolve(ADDRESS_FILE), new ObjectMapper().writeValueAsBytes(this));
  }

  /** Takes the publication back. */
  public static void withdraw(Path home) throws IOException {
    Files.deleteIfExists(home.resolve(ADDRESS_FILE));
    Files.deleteIfExists(home.resolve(TOKEN_FILE));
  }

  static Optional<AgentAddress> read(Path home) throws IOException {
    try {
      return Optional.of(
          new ObjectMapper()
              .readValue(Files.readAllBytes(home.resolve(ADDRESS_FILE)), AgentAddress.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The token that opens the local API, as the ASCII text that goes into the header. */
  public static Secret token(Path home) throws IOException {
    return Secret.of(Files.readAllBytes(home.resolve(TOKEN_FILE)));
  }
}
