package org.anonymouscloud.client.home;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * The state folder of one client installation, readable by its owner alone. Several homes on one
 * machine are several clients.
 *
 * @param folder exists with mode 0700
 */
public record Home(Path folder) {
  /**
   * The home that the environment names, made if it is not there.
   *
   * @throws IOException if the folder cannot be made, or is not its user's alone to write
   */
  public static Home of(Map<String, String> environment) throws IOException {
    Path folder = locate(environment).toAbsolutePath().normalize();
    if (!Files.isDirectory(folder)) {
      if (folder.getParent() != null) {
        Files.createDirectories(folder.getParent());
      }
      make(folder);
    }
    requireOwn(folder);
    return new Home(folder);
  }

  private static void make(Path folder) throws IOException {
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // Another command may have been faster.
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  /** Whoever could write here could put an agent of their own in the place of ours (A64). */
  private static void requireOwn(Path folder) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
    if (attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
        || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "others may write into " + folder + "; make it yours alone with 'chmod 700'.");
    }
    String user = System.getProperty("user.name");
    if (!attributes.owner().getName().equals(user)) {
      throw new IOException(
          folder
              + " belongs to "
              + attributes.owner().getName()
              + ", and this is "
              + user
              + "; run the command as "
              + attributes.owner().getName()
              + ", or name a folder of your own in ANONCLOUD_HOME.");
    }
  }

  private static Path locate(Map<String, String> environment) {
    String chosen = environment.getOrDefault("ANONCLOUD_HOME", "");
    if (!chosen.isEmpty()) {
      return Path.of(chosen);
    }
    Path user = Path.of(System.getProperty("user.home"));
    if (System.getProperty("os.name").startsWith("Mac")) {
      return user.resolve("Library/Application Support/AnonymousCloud");
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    return (state.isEmpty() ? user.resolve(".local/state") : Path.of(state)).resolve("anoncloud");
  }

  /** The keys, pins and floors of the account that is logged in here. */
  public Path account() {
    return folder.resolve("account");
  }

  /** Where {@code anoncloud up} keeps its server. */
  public Path server() {
    return folder.resolve("server");
  }

  /** The plugins that were installed for this home's agent and commands. */
  public Path plugins() {
    return folder.resolve("plugins");
  }

  /** Held locked by the running agent. */
  public Path agentLock() {
    return folder.resolve("agent.lock");
  }

  /** Held locked by the command that starts the agent. */
  public Path agentStart() {
    return folder.resolve("agent.start");
  }

  /** What the agent prints. */
  public Path agentLog() {
    return folder.resolve("agent.log");
  }

  /** How to reach the running agent, if one has said so; it may have died since. */
  public Optional<AgentAddress> agent() throws IOException {
    return AgentAddress.read(folder);
  }

  /** The connection string of the server that {@code anoncloud up} started here, if it ever did. */
  public Optional<String> localServer() throws IOException {
    Path file = folder.resolve("local-server");
    return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
  }

  /** Remembers the server that {@code anoncloud up} started. */
  public void rememberLocalServer(String connectionString) throws IOException {
    PrivateFile.replace(
        folder.resolve("local-server"),
        (connectionString + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
