package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Command, agent and server are killed in turn at ten random moments of an upload, which is
 * repeated each time: what was sent is not sent again, and takes its space once.
 */
final class CutUploadIT {
  private static final long SIZE = Long.getLong("anoncloud.test.cut.mebibytes", 128) << 20;

  /** From this size on what cuts may cost is small beside the file. */
  private static final long LARGE = 4L << 30;

  private static final int CUTS = 10;
  private static final long PACK = 16L << 20;

  /** One pack on the wire, and one that the server had not answered yet. */
  private static final long IN_FLIGHT = 2 * PACK;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temporary;
  private TestServer server;
  private CountedLine line;
  private Client client;
  private Path sent;

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(temporary).start();
    line = new CountedLine(server.port());
    String direct = server.connectionString();
    client =
        new Client(
                temporary.resolve("home"),
                direct.replace(":" + server.port() + "#", ":" + line.port() + "#"),
                Person.in(temporary, "alice", "a password of alice"))
            .register();
    sent = Files.createDirectory(temporary.resolve("sent"));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    line.close();
    server.close();
  }

  /** An upload under way. */
  private interface Upload extends AutoCloseable {
    boolean endsWithin(long millis) throws InterruptedException;

    default void awaitEnd() throws InterruptedException {
      while (!endsWithin(1_000)) {
        // A server that was killed is waited for.
      }
    }

    /** When it has ended. */
    boolean isDone();

    void kill() throws InterruptedException;

    @Override
    void close();
  }

  @FunctionalInterface
  private interface Begin {
    Upload begin() throws Exception;
  }

  private record Put(Program.Running running) implements Upload {
    @Override
    public boolean endsWithin(long millis) throws InterruptedException {
      return running.endsWithin(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isDone() {
      try {
        return running.exitCode() == 0;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void kill() throws InterruptedException {
      running.kill();
    }

    @Override
    public void close() {
      running.close();
    }
  }

  private record Request(HttpClient http, CompletableFuture<HttpResponse<String>> answer)
      implements Upload {
    @Override
    public boolean endsWithin(long millis) throws InterruptedException {
      if (!answer.isDone()) {
        TimeUnit.MILLISECONDS.timedJoin(Thread.ofVirtual().start(this::await), millis);
      }
      return answer.isDone();
    }

    private void await() {
      try {
        var _ = answer.join();
      } catch (CompletionException | CancellationException e) {
        // It has ended.
      }
    }

    @Override
    public boolean isDone() {
      if (answer.isCompletedExceptionally()) {
        return false;
      }
      assertThat(answer.join().statusCode()).as(answer.join().body()).isIn(200, 500, 503);
      return answer.join().statusCode() == 200;
    }

    @Override
    public void kill() {
      answer.cancel(true);
    }

    @Override
    public void close() {
      http.shutdownNow();
    }
  }

  @Test
  void aFileIsSentAboutOnce() throws Exception {
    Path file = sent.resolve("file");
    SampleTree.large(file, SIZE, 1);
    long uncut = usedFor(() -> run("put", other(SIZE), "/uncut"));

    cutAndRepeat("file", uncut, () -> put(file.toString(), "/file"));

    Path received = temporary.resolve("received");
    run("get", "/file", received.toString());
    assertThat(Files.mismatch(received, file)).isEqualTo(-1);
  }

  @Test
  void aBodyOfTheApiIsSentAboutOnce() throws Exception {
    Path file = sent.resolve("file");
    SampleTree.large(file, SIZE, 1);
    long uncut = usedFor(() -> run("put", other(SIZE), "/uncut"));

    cutAndRepeat("API", uncut, () -> request(file));

    Path received = temporary.resolve("received");
    run("get", "/file", received.toString());
    assertThat(Files.mismatch(received, file)).isEqualTo(-1);
  }

  @Test
  void aTreeIsSentAboutOnce() throws Exception {
    Path tree = Files.createDirectory(sent.resolve("tree"));
    Path uncutTree = Files.createDirectory(temporary.resolve("uncut"));
    for (int i = 0; i < 2; i++) {
      SampleTree.large(tree.resolve("large " + i), SIZE / 2, i);
      SampleTree.large(uncutTree.resolve("large " + i), SIZE / 2, 10 + i);
    }
    SampleTree.small(tree.resolve("small"), 20, "small", 3);
    SampleTree.small(uncutTree.resolve("small"), 20, "small", 4);
    long uncut = usedFor(() -> run("put", "-r", uncutTree.toString(), "/uncut"));

    cutAndRepeat("tree", uncut, () -> put("-r", tree.toString(), "/tree"));

    Path received = Files.createDirectory(temporary.resolve("received"));
    run("get", "-r", "/tree", received.resolve("tree").toString());
    assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
  }

  private String other(long size) throws IOException {
    Path other = temporary.resolve("other");
    SampleTree.large(other, size, 2);
    return other.toString();
  }

  private Upload put(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = "put";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return new Put(client.program().start(command));
  }

  @SuppressWarnings("MustBeClosedChecker")
  private Upload request(Path file) throws Exception {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return new Request(
        http,
        http.sendAsync(
            api("/vault/files/file")
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofFile(file))
                .build(),
            BodyHandlers.ofString()));
  }

  private HttpRequest.Builder api(String path) throws Exception {
    String token = client.run("agent", "token").succeeded().out().strip();
    return HttpRequest.newBuilder(URI.create(agent().path("url").asText() + "/api/v1" + path))
        .header("Authorization", "Bearer " + token);
  }

  /** The agent, started if none runs. */
  private JsonNode agent() throws Exception {
    client.run("ls").succeeded();
    return JSON.readTree(client.run("agent", "status", "--json").succeeded().out());
  }

  private long used() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer;
      int tries = 0;
      do {
        answer = http.send(api("/vault/usage").build(), BodyHandlers.ofString());
      } while (answer.statusCode() == 503 && tries++ < 20);
      // There is no home before anything was put into it.
      assertThat(answer.statusCode()).as(answer.body()).isIn(200, 404);
      return JSON.readTree(answer.body()).path("used").asLong();
    }
  }

  /** A command that may take as long as the size takes. */
  private void run(String... command) throws Exception {
    try (Put running = new Put(client.program().start(command))) {
      running.awaitEnd();
      assertThat(running.isDone()).as(running.running().printed()).isTrue();
    }
  }

  @FunctionalInterface
  private interface Step {
    void take() throws Exception;
  }

  private long usedFor(Step step) throws Exception {
    long before = used();
    step.take();
    return used() - before;
  }

  private void cutAndRepeat(String what, long uncut, Begin begin) throws Exception {
    long seed = Long.getLong("anoncloud.test.cut.seed", System.nanoTime());
    // Of little most is on its way at once, as the agent reads ahead: the cuts come early.
    long last = SIZE < LARGE ? SIZE / 4 : SIZE / 5 * 4;
    long[] points = new Random(seed).longs(CUTS, 0, last).sorted().toArray();
    long usedBefore = used();
    long sentBefore = line.sent();
    long agent = agent().path("pid").asLong();
    int cuts = 0;
    boolean done = false;
    while (!done) {
      try (Upload upload = begin.begin()) {
        boolean ended = false;
        while (!ended && cuts < CUTS) {
          long goal = line.sent() + points[cuts] - (cuts == 0 ? 0 : points[cuts - 1]);
          while (line.sent() < goal && !ended) {
            ended = upload.endsWithin(1);
          }
          if (!ended) {
            ended = strike(cuts, upload, agent);
            cuts++;
          }
        }
        upload.awaitEnd();
        done = upload.isDone();
      }
      agent = agent().path("pid").asLong();
    }
    long sent = line.sent() - sentBefore;
    long used = used() - usedBefore;
    System.out.println(
        what
            + ", seed "
            + seed
            + ": "
            + cuts
            + " cuts, sent "
            + sent
            + " of "
            + SIZE
            + ", used "
            + used
            + " of "
            + uncut);
    assertThat(cuts).as("cuts of seed %s", seed).isGreaterThanOrEqualTo(SIZE < LARGE ? 3 : CUTS);
    assertThat(sent)
        .as("seed %s", seed)
        .isLessThanOrEqualTo(SIZE * 105 / 100 + (SIZE < LARGE ? cuts * IN_FLIGHT : 0));
    assertThat(used).as("seed %s", seed).isLessThanOrEqualTo(uncut + PACK / 16);
  }

  /** Kills one of the three, and starts the server again if it was that. */
  private boolean strike(int cut, Upload upload, long agent) throws Exception {
    switch (cut % 3) {
      case 0 -> upload.kill();
      case 1 -> {
        ProcessHandle process = ProcessHandle.of(agent).orElseThrow();
        assertThat(process.destroyForcibly()).isTrue();
        process.onExit().join();
      }
      default -> {
        server.kill();
        server.start();
        return false;
      }
    }
    return true;
  }
}
