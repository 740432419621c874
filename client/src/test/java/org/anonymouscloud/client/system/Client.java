package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anonymouscloud.client.system.Program.Result;

/** One person's installation on one machine: a home of its own, and the agent in it. */
final class Client implements AutoCloseable {
  private final Program program;
  private final String server;
  private final Person person;

  /**
   * @param home of the installation
   * @param server the connection string
   */
  Client(Path home, String server, Person person) {
    this.program = new Program(home);
    this.server = server;
    this.person = person;
  }

  /**
   * What a person carries from machine to machine.
   *
   * @param passwordFile holds the password
   * @param sheet the emergency sheet; written when the person registers
   */
  record Person(String user, Path passwordFile, Path sheet) {
    static Person in(Path folder, String user, String password) throws IOException {
      Files.createDirectories(folder);
      Path passwordFile = folder.resolve(user + ".password");
      Files.writeString(passwordFile, password + "\n", UTF_8);
      return new Person(user, passwordFile, folder.resolve(user + ".sheet"));
    }
  }

  Client register() throws IOException, InterruptedException {
    tryToRegister().succeeded();
    return this;
  }

  Result tryToRegister() throws IOException, InterruptedException {
    return run(
        "register",
        "--server",
        server,
        "--user",
        person.user(),
        "--password-file",
        person.passwordFile().toString(),
        "--sheet",
        person.sheet().toString());
  }

  /** The id of this device. */
  String device() throws IOException, InterruptedException {
    String list = run("device", "list", "--json").succeeded().out();
    for (JsonNode device : new ObjectMapper().readTree(list).path("devices")) {
      if (device.path("here").asBoolean()) {
        return device.path("id").asText();
      }
    }
    throw new AssertionError("This device is not in its list.");
  }

  /** Logs in with the password and the account key that stands on the sheet. */
  Result login() throws IOException, InterruptedException {
    return run(
        "login",
        "--server",
        server,
        "--user",
        person.user(),
        "--password-file",
        person.passwordFile().toString(),
        "--account-key-file",
        person.sheet().toString());
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    return program.run(arguments);
  }

  Program program() {
    return program;
  }

  /** Ends the agent; the next command starts it again. */
  void stopAgent() throws IOException, InterruptedException {
    run("agent", "stop", "--with-server").succeeded();
  }

  @Override
  public void close() throws IOException {
    try {
      stopAgent();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
