package org.anonymouscloud.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.anonymouscloud.client.cli.context.RunningAgent;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.BulkProvider;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;

/**
 * Goes through the program's main ways once: {@code up} as a process of its own, and commands in
 * this one, with a home that is removed again. The launcher runs it so that both JVMs can keep the
 * classes they saw; what the commands print and whether they succeed does not matter.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Go through the program once, for the JVM's class cache.")
final class RehearseCommand implements Callable<Integer> {
  private static final int FILE_BYTES = 24 << 20;
  private static final File NOTHING = new File("/dev/null");
  private static final long START_SECONDS = 60;

  /** The JVM writes its cache as it ends, which takes a while. */
  private static final long END_SECONDS = 120;

  private final Function<Map<String, String>, Consumer<String[]>> program;

  /**
   * @param program runs commands in an environment
   */
  RehearseCommand(Function<Map<String, String>, Consumer<String[]>> program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Problem, IOException, InterruptedException {
    Path stage = Files.createTempDirectory("anoncloud-rehearsal");
    try {
      rehearse(stage);
    } finally {
      remove(stage);
    }
    String caches = System.getenv("ANONCLOUD_REHEARSAL");
    if (caches != null && BulkProvider.isLibraryHere()) {
      // The launcher then runs the agent without the optimizing compiler.
      Files.createFile(Path.of(caches, "native-ciphers"));
    }
    return 0;
  }

  private void rehearse(Path stage) throws Problem, IOException, InterruptedException {
    Map<String, String> environment = Map.of("ANONCLOUD_HOME", stage.resolve("home").toString());
    Process up = up(environment);
    try {
      Home home = Home.of(environment);
      RunningAgent agent =
          new RunningAgent(home, new StandardTerminal(new StandardOutput()), new Timeout());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
      while ((agent.find().isEmpty() || home.localServer().isEmpty())
          && up.isAlive()
          && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      // Without it the commands would start an agent of their own, which nobody would end.
      if (agent.find().isPresent()) {
        commands(stage, environment, home.localServer().orElse(""));
      }
    } finally {
      up.destroy();
      if (!up.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        up.destroyForcibly();
      }
    }
  }

  private static Process up(Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(System.getenv("ANONCLOUD_LAUNCHER"), "up", "--listen", "127.0.0.1:0")
            .redirectInput(NOTHING)
            .redirectOutput(NOTHING)
            .redirectError(NOTHING);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private void commands(Path stage, Map<String, String> environment, String server)
      throws IOException {
    String password =
        Files.writeString(stage.resolve("password"), "not secret\n", UTF_8).toString();
    String file = Files.write(stage.resolve("file"), new byte[FILE_BYTES]).toString();
    String copy = stage.resolve("copy").toString();
    String folder = Files.createDirectory(stage.resolve("folder")).toString();
    Files.writeString(Path.of(folder, "file"), "no secret either\n", UTF_8);
    List<List<String>> lines =
        List.of(
            List.of("--help"),
            List.of("ping", server),
            List.of("agent", "status", "--json"),
            List.of(
                "register",
                "--user",
                "rehearsal",
                "--password-file",
                password,
                "--sheet",
                stage.resolve("sheet").toString()),
            List.of("put", file, "/"),
            List.of("put", "-r", folder, "/"),
            List.of("ls", "/"),
            List.of("ls", "--json", "/"),
            List.of("get", "/file", copy),
            List.of("get", "-r", "/folder", copy + "-of-folder"),
            List.of("rm", "/file"),
            List.of("get", "/not-there", copy),
            List.of("logout"));
    Consumer<String[]> commands = program.apply(environment);
    for (List<String> line : lines) {
      commands.accept(line.toArray(String[]::new));
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
