package org.anonymouscloud.client.agent.account;

import org.anonymouscloud.core.session.ConnectionString;

/**
 * What does not answer just now.
 *
 * @param what in words for people
 * @param isServer whether it is a server, and is given up in the end
 */
public record Awaited(String what, boolean isServer) {
  static final Awaited KEYRING = new Awaited("the platform's keyring", false);

  static Awaited server(ConnectionString server) {
    return new Awaited("the server at " + server.host() + ", port " + server.port(), true);
  }
}
