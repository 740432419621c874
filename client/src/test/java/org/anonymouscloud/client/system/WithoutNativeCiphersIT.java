package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the program from which the native library is taken away. */
final class WithoutNativeCiphersIT {
  private static final int PATIENCE_SECONDS = 180;
  private static final Path BUILT = Program.LAUNCHER.resolveSibling("client/target/anoncloud");
  private static final String LIBRARY = "AmazonCorrettoCryptoProvider-";

  @TempDir private Path folder;
  private Path copy;
  private Path found;

  @BeforeEach
  void copyTheProgram() throws Exception {
    Path caches = awaitCaches();
    copy = folder.resolve("program");
    Path built = Files.createDirectories(copy.resolve("client/target/anoncloud"));
    Files.copy(Program.LAUNCHER, copy.resolve("anoncloud"));
    assertThat(copy.resolve("anoncloud").toFile().setExecutable(true)).isTrue();
    Files.copy(BUILT.resolve("build.id"), built.resolve("build.id"));
    Files.createSymbolicLink(built.resolve("plugins"), BUILT.resolve("plugins"));
    Path lib = Files.createDirectory(built.resolve("lib"));
    for (Path jar : list(BUILT.resolve("lib"))) {
      if (!jar.getFileName().toString().startsWith(LIBRARY)) {
        Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
      }
    }
    // Its class cache is passed over, for another class path, and need not be made anew.
    Path copiedCaches = Files.createDirectory(built.resolve(caches.getFileName()));
    for (String cache : List.of("command.aot", "process.aot")) {
      Files.createSymbolicLink(copiedCaches.resolve(cache), caches.resolve(cache));
    }
    found = Files.createFile(copiedCaches.resolve("native-ciphers"));
  }

  private Path awaitCaches() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      for (Path part : list(BUILT)) {
        if (part.getFileName().toString().startsWith("classes-")) {
          return part;
        }
      }
      assertThat(System.nanoTime()).isLessThan(deadline);
      // A start makes them, unless another is at it.
      new Program(folder.resolve("any home")).run("--version").succeeded();
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    }
  }

  /** The copy, though a program's own launcher is what follows in the line. */
  private Program program(String home) {
    return new Program(
        folder.resolve(home),
        List.of("sh", "-c", "shift; exec '" + copy.resolve("anoncloud") + "' \"$@\"", "sh"));
  }

  @Test
  void theProgramWorksAndDoesNotCountOnTheLibraryAgain() throws Exception {
    Path file = folder.resolve("file");
    SampleTree.large(file, 5 << 20, 1);
    Path fetched = folder.resolve("fetched");
    Program program = program("home");
    Person alice = Person.in(folder, "alice", "a password of alice");
    try (TestServer server =
        new TestServer(program("server home"), folder.resolve("data")).start()) {
      program
          .run(
              "register",
              "--server",
              server.connectionString(),
              "--user",
              alice.user(),
              "--password-file",
              alice.passwordFile().toString(),
              "--sheet",
              alice.sheet().toString())
          .succeeded();
      program.run("put", file.toString(), "/file").succeeded();
      program.run("get", "/file", fetched.toString()).succeeded();

      assertThat(Files.mismatch(file, fetched)).isEqualTo(-1);
      while (Files.exists(found)) {
        Thread.sleep(20);
      }
      assertThat(folder.resolve("home/agent.log")).content().contains("does not load now");
      program.run("agent", "stop").succeeded();
    }
  }
}
