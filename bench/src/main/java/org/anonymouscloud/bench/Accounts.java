package org.anonymouscloud.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;

/** New accounts of a running server. Thread-safe. */
record Accounts(ConnectionString server) {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /**
   * Registers one.
   *
   * @param folder for the account's state; must be new
   */
  LocalAccount register(Path folder, String name) throws Exception {
    AccountClient client = new AccountClient(folder, Clock.systemUTC());
    try (Session session = connect();
        Secret password = Secret.of("correct horse".getBytes(US_ASCII));
        Registration registration =
            client.register(
                session,
                server,
                new UserName(name),
                password,
                new DeviceName("bench"),
                Optional.empty())) {
      return registration.finish();
    }
  }

  Session connect() throws IOException {
    return Session.connect(server, KeyCheck.NONE, TIMEOUT);
  }
}
