package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a transfer costs in things that can be counted, whatever the machine does besides: it guards
 * against what makes it slow, without a clock. The limits have a margin of about a half over what
 * was counted when they were set.
 */
@EnabledOnOs(OS.LINUX)
final class TransferCostIT {
  private static final long MEBIBYTES = 256;

  /** A pause of the collector, with what was used before and after it. */
  private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(");

  private static final Pattern REQUESTS =
      Pattern.compile("(?m)^anoncloud_requests_seconds_count\\{.*feature=\"vault\".*} ([0-9.]+)$");

  @TempDir private Path temporary;
  private Path serverLogs;
  private Path agentLogs;
  private String metrics;
  private TestServer server;
  private Client client;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    serverLogs = Files.createDirectory(temporary.resolve("of-server"));
    agentLogs = Files.createDirectory(temporary.resolve("of-agent"));
    metrics = "127.0.0.1:" + TestServer.freePort();
    server =
        new TestServer(
                counted(temporary.resolve("server home"), serverLogs),
                temporary.resolve("data"),
                "--metrics",
                metrics)
            .start();
    client =
        new Client(
            temporary.resolve("home"),
            server.connectionString(),
            Person.in(temporary, "alice", "a password of alice"));
    // The first command starts the agent.
    counted(client.program().home(), agentLogs).run("agent", "start").succeeded();
    client.register();
    file = temporary.resolve("file");
    SampleTree.large(file, MEBIBYTES << 20, 1);
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  /** A program of which the collector's log tells what it allocates. */
  private static Program counted(Path home, Path logs) {
    return new Program(
        home,
        List.of(
            "env",
            "ANONCLOUD_JAVA_OPTIONS=-XX:TieredStopAtLevel=1 -Xlog:gc:file=" + logs + "/%p.log"));
  }

  /**
   * What a process has cost so far.
   *
   * @param calls of the system that read or write
   * @param carried MiB that they carried
   * @param allocated MiB of its heap, as far as the collector has seen it
   */
  private record Cost(long calls, long carried, long allocated) {
    static Cost of(String process, Path logs) throws IOException {
      long calls = 0;
      long carried = 0;
      for (String line : Files.readAllLines(Path.of("/proc", process, "io"))) {
        long value = Long.parseLong(line.substring(line.indexOf(' ') + 1));
        switch (line.substring(0, line.indexOf(':'))) {
          case "syscr", "syscw" -> calls += value;
          case "rchar", "wchar" -> carried += value;
          default -> {}
        }
      }
      long allocated = 0;
      long after = 0;
      Matcher pauses = PAUSE.matcher(Files.readString(logs.resolve(process + ".log")));
      while (pauses.find()) {
        allocated += Long.parseLong(pauses.group(1)) - after;
        after = Long.parseLong(pauses.group(2));
      }
      return new Cost(calls, carried >> 20, allocated);
    }

    /** What was added, for each GiB of the file. */
    Cost since(Cost before) {
      return new Cost(
          (calls - before.calls) * 1024 / MEBIBYTES,
          (carried - before.carried) * 1024 / MEBIBYTES,
          (allocated - before.allocated) * 1024 / MEBIBYTES);
    }
  }

  private record Costs(Cost agent, Cost server, long requests) {
    Costs since(Costs before) {
      return new Costs(
          agent.since(before.agent),
          server.since(before.server),
          (requests - before.requests) * 1024 / MEBIBYTES);
    }
  }

  private Costs costs() throws Exception {
    String agent =
        new ObjectMapper()
            .readTree(client.run("agent", "status", "--json").succeeded().out())
            .path("pid")
            .asText();
    return new Costs(Cost.of(agent, agentLogs), Cost.of(serverProcess(), serverLogs), requests());
  }

  private String serverProcess() throws IOException {
    try (Stream<Path> logs = Files.list(serverLogs)) {
      return logs.map(log -> log.getFileName().toString().replace(".log", ""))
          .filter(process -> Files.exists(Path.of("/proc", process)))
          .findAny()
          .orElseThrow();
    }
  }

  private long requests() throws IOException {
    long requests = 0;
    try (InputStream in = URI.create("http://" + metrics + "/metrics").toURL().openStream()) {
      Matcher counts = REQUESTS.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      while (counts.find()) {
        requests += (long) Double.parseDouble(counts.group(1));
      }
    }
    return requests;
  }

  @Test
  void aLargeFileCostsWhatItsBytesNeed() throws Exception {
    Costs before = costs();
    client.run("put", file.toString(), "/file").succeeded();
    Costs between = costs();
    Path copy = temporary.resolve("copy");
    client.run("get", "/file", copy.toString()).succeeded();
    Costs after = costs();

    assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    Costs up = between.since(before);
    Costs down = after.since(between);
    within(up.agent, 42_000, 2_300, 720);
    within(up.server, 48_000, 2_300, 260);
    assertThat(up.requests).isLessThan(150);
    within(down.agent, 45_000, 2_300, 360);
    within(down.server, 45_000, 2_300, 760);
    assertThat(down.requests).isLessThan(1_600);
  }

  /** Each byte is read once and written once by either process: 2 GiB and what belongs to them. */
  private static void within(Cost cost, long calls, long carried, long allocated) {
    assertThat(cost)
        .satisfies(
            one -> assertThat(one.calls).isLessThan(calls),
            one -> assertThat(one.carried).isLessThan(carried),
            one -> assertThat(one.allocated).isLessThan(allocated));
  }

  /** They share packs, pages and commits; a question for each would be a thousand. */
  @Test
  void aThousandSmallFilesCostFewQuestions() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    for (int i = 0; i < 1_000; i++) {
      Files.writeString(tree.resolve("file" + i), "a small file " + i);
    }
    long before = requests();
    client.run("put", "-r", tree.toString(), "/tree").succeeded();
    long put = requests();
    client.run("put", "-r", tree.toString(), "/tree").succeeded();
    long again = requests();
    client.run("get", "-r", "/tree", temporary.resolve("copy").toString()).succeeded();
    long got = requests();
    assertThat(put - before).isLessThan(20);
    assertThat(again - put).isLessThan(10);
    assertThat(got - again).isLessThan(20);
  }
}
