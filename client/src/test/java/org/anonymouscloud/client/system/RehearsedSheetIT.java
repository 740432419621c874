package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever finds a sheet in a drawer learns whether it is the right one, in all that is on it. */
final class RehearsedSheetIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private static final Pattern KEY = Pattern.compile("(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}");

  @TempDir private Path folder;

  @Test
  void aSheetIsRightOnlyIfAllOfItIs() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "a password of alice");
      Person bob = Person.in(folder, "bob", "a password of bob");
      String address = server.connectionString();
      try (Client hers = new Client(folder.resolve("hers"), address, alice).register();
          Client his = new Client(folder.resolve("his"), address, bob).register()) {
        assertThat(his.device()).isNotEmpty();
        String sheet = Files.readString(alice.sheet());
        assertThat(sheet).contains(address);
        assertThat(rehearse(hers, sheet).succeeded().out()).contains("with this sheet");

        assertThat(rehearse(hers, sheet.replace("alice", "alicia")).failed(USAGE))
            .contains("user name", "'alicia'", "would not come back");
        String otherKey = address.substring(0, address.indexOf('#') + 1) + "a".repeat(26);
        assertThat(rehearse(hers, sheet.replace(address, otherKey)).failed(USAGE))
            .contains("The sheet's server", "would not come back");
        String key = key(sheet);
        String anothers = key(Files.readString(bob.sheet()));
        rehearse(hers, sheet.replace(key, anothers)).failed(FAILED);
        assertThat(rehearse(hers, Files.readString(bob.sheet())).failed(USAGE))
            .contains("user name", "'bob'");

        String moved = address.replaceFirst("127\\.0\\.0\\.1:\\d+", "old.example:7443");
        Result elsewhere = rehearse(hers, sheet.replace(address, moved));
        assertThat(elsewhere.succeeded().out()).contains("with this sheet");
        assertThat(elsewhere.err())
            .contains("old.example", "see that the sheet's address is right");
      }
    }
  }

  private Result rehearse(Client client, String sheet) throws Exception {
    Path file = Files.writeString(folder.resolve("found.sheet"), sheet);
    return client.run("recover", "--rehearse", "--words-file", file.toString());
  }

  private static String key(String sheet) throws IOException {
    Matcher key = KEY.matcher(sheet);
    if (!key.find()) {
      throw new IOException("There is no account key on the sheet.");
    }
    return key.group();
  }
}
