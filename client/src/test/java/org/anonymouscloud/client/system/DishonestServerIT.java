package org.anonymouscloud.client.system;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's owner changes what lies on its disk. The client must notice, say so, and leave no
 * file behind.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class DishonestServerIT {
  private static final int FILE = 3 << 20;
  private static final int REFUSED_BY_A_CHECK = 4;

  private Path folder = Path.of("");
  private Path out = Path.of("");

  /** Copies of the server's data folder: with an account only, with the first files, with all. */
  private Path empty = Path.of("");

  private Path older = Path.of("");
  private Path newest = Path.of("");

  private TestServer server;
  private Client client;

  @BeforeAll
  void fillAServer(@TempDir Path temporary) throws Exception {
    folder = temporary;
    empty = temporary.resolve("empty");
    older = temporary.resolve("older");
    newest = temporary.resolve("newest");
    server = new TestServer(temporary).start();
    client =
        new Client(
                temporary.resolve("home"),
                server.connectionString(),
                Person.in(temporary, "alice", "a password of alice"))
            .register();
    stopAndCopyTo(empty);

    SampleTree.large(temporary.resolve("one.bin"), FILE, 1);
    SampleTree.large(temporary.resolve("two.bin"), FILE, 2);
    server.start();
    put("one.bin");
    put("two.bin");
    stopAndCopyTo(older);

    SampleTree.large(temporary.resolve("one.bin"), FILE, 3);
    server.start();
    put("one.bin");
    stopAndCopyTo(newest);
    server.start();
  }

  private void put(String file) throws Exception {
    client.run("put", folder.resolve(file).toString(), "/").succeeded();
  }

  private void stopAndCopyTo(Path copy) throws IOException {
    server.stop();
    Folders.copy(server.data(), copy);
  }

  @BeforeEach
  void forgetWhatIsInMemory() throws Exception {
    client.stopAgent();
    out = Files.createTempDirectory(folder, "out");
  }

  /** The server reads packs from the disk each time, so it need not end for their sake. */
  @AfterEach
  void putBackThePacks() throws IOException {
    for (Path pack : TestServer.packs(newest)) {
      Files.copy(pack, server.data().resolve(newest.relativize(pack)), REPLACE_EXISTING);
    }
  }

  @AfterAll
  void stopAll() throws Exception {
    client.close();
    server.close();
  }

  /** Starts the server on another state; the test puts the newest back. */
  private void serve(Path state) throws Exception {
    server.stop();
    Folders.replace(server.data(), state);
    server.start();
  }

  @Test
  void anHonestServerIsBelieved() throws Exception {
    client.run("get", "/one.bin", out.toString()).succeeded();

    assertThat(out.resolve("one.bin")).hasSameBinaryContentAs(folder.resolve("one.bin"));
  }

  @Test
  @Tag("A21")
  void oneFlippedBitOfAFileIsRefused() throws Exception {
    // All packs that are as large as the content of one of the files, so that it is in one of them.
    for (Path pack : contentPacks()) {
      flip(pack, FILE / 2);
    }

    assertThat(refusedGet()).containsIgnoringCase("one.bin");
  }

  @Test
  @Tag("A21")
  void flippedBitsInEveryPackAreRefused() throws Exception {
    for (Path pack : server.packs()) {
      byte[] content = Files.readAllBytes(pack);
      for (int at = 100; at < content.length; at += 1_000) {
        content[at] ^= 1;
      }
      Files.write(pack, content);
    }

    refusedGet();
  }

  @Test
  @Tag("A20")
  void aTruncatedPackIsRefused() throws Exception {
    for (Path pack : contentPacks()) {
      byte[] content = Files.readAllBytes(pack);
      Files.write(pack, java.util.Arrays.copyOf(content, content.length / 2));
    }

    refusedGet();
  }

  @Test
  @Tag("A20")
  void aPackWhoseSecondHalfIsItsFirstIsRefused() throws Exception {
    for (Path pack : contentPacks()) {
      byte[] content = Files.readAllBytes(pack);
      System.arraycopy(content, 0, content, content.length / 2, content.length / 2);
      Files.write(pack, content);
    }

    refusedGet();
  }

  @Test
  @Tag("A19")
  void swappedPacksAreRefused() throws Exception {
    List<Path> packs = contentPacks();
    byte[] first = Files.readAllBytes(packs.getFirst());
    for (int i = 0; i + 1 < packs.size(); i++) {
      Files.copy(packs.get(i + 1), packs.get(i), REPLACE_EXISTING);
    }
    Files.write(packs.getLast(), first);

    refusedGet();
  }

  @Test
  @Tag("A22")
  void aPackOfTheServersOwnMakingIsRefused() throws Exception {
    java.util.Random random = new java.util.Random(7);
    for (Path pack : server.packs()) {
      byte[] content = new byte[(int) Files.size(pack)];
      random.nextBytes(content);
      Files.write(pack, content);
    }

    refusedGet();
  }

  @Test
  @Tag("A23")
  void anOlderStateIsRefusedAndNothingIsBuiltOnIt() throws Exception {
    serve(older);
    try {
      assertThat(refusedGet()).containsIgnoringCase("older");
      client.run("ls", "/").failed(REFUSED_BY_A_CHECK);
      String file = folder.resolve("two.bin").toString();
      client.run("put", file, "/three.bin").failed(REFUSED_BY_A_CHECK);
    } finally {
      serve(newest);
    }
  }

  @Test
  @Tag("A23")
  void aDriveThatIsEmptyAgainIsRefused() throws Exception {
    serve(empty);
    try {
      refusedGet();
      client.run("ls", "/").failed(REFUSED_BY_A_CHECK);
    } finally {
      serve(newest);
    }
  }

  /** Asks for a file that was put. */
  private String refusedGet() throws Exception {
    String said = client.run("get", "/one.bin", out.toString()).failed(REFUSED_BY_A_CHECK);
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).isEmpty();
    }
    return said;
  }

  /** The packs that hold the content of the files: the largest, all of one size. */
  private List<Path> contentPacks() throws IOException {
    List<Path> packs =
        server.packs().stream().sorted(Comparator.comparingLong(DishonestServerIT::size)).toList();
    long largest = size(packs.getLast());
    List<Path> content = packs.stream().filter(pack -> size(pack) == largest).toList();
    assertThat(largest).isGreaterThan(FILE);
    assertThat(content).hasSizeGreaterThanOrEqualTo(2);
    return content;
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  private static void flip(Path pack, int at) throws IOException {
    byte[] content = Files.readAllBytes(pack);
    content[at] ^= 1;
    Files.write(pack, content);
  }
}
