package org.anonymouscloud.vault.client.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.anonymouscloud.core.crypto.HashFunction;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes as a script sees them: plain HTTP. */
final class FileApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary.resolve("server"));
    agent = new TestAgent(server.account());
  }

  @AfterEach
  void stop() {
    http.close();
    agent.close();
    server.close();
  }

  @Test
  void aFileIsServedAsAnAttachmentAndNeverInline() throws Exception {
    put("/vault/files/page%20ä.html".replace("ä", "%C3%A4"), "<script>".getBytes(UTF_8));

    HttpResponse<byte[]> answer = get("/vault/files/page%20%C3%A4.html");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
    assertThat(answer.headers().firstValue("Content-Disposition"))
        .hasValue("attachment; filename*=UTF-8''page%20%C3%A4.html");
    assertThat(answer.body()).asString(UTF_8).isEqualTo("<script>");
  }

  @Test
  void rangesGiveJustTheirBytes() throws Exception {
    byte[] content = noise(3_000_000, 1);
    put("/vault/files/f", content);

    assertRange("bytes=0-0", content, 0, 1);
    assertRange("bytes=1000000-1999999", content, 1_000_000, 2_000_000);
    assertRange("bytes=2999999-", content, 2_999_999, 3_000_000);
    assertRange("bytes=2999000-9999999", content, 2_999_000, 3_000_000);
    assertRange("bytes=-5", content, 2_999_995, 3_000_000);
    assertRange("bytes=-9999999", content, 0, 3_000_000);
    for (String ignored : List.of("bytes=5-4", "bytes=-", "lines=1-2", "bytes=0-1,4-5", "x")) {
      assertThat(get("/vault/files/f", "Range", ignored).statusCode()).as(ignored).isEqualTo(200);
    }
    for (String none : List.of("bytes=3000000-", "bytes=9999999-9999999", "bytes=-0")) {
      HttpResponse<byte[]> answer = get("/vault/files/f", "Range", none);
      assertThat(answer.statusCode()).as(none).isEqualTo(416);
      assertThat(answer.headers().firstValue("Content-Range")).hasValue("bytes */3000000");
      assertThat(new String(answer.body(), UTF_8)).contains("3000000 bytes");
    }
  }

  private void assertRange(String range, byte[] content, int from, int to) throws Exception {
    HttpResponse<byte[]> answer = get("/vault/files/f", "Range", range);
    assertThat(answer.statusCode()).as(range).isEqualTo(206);
    assertThat(answer.headers().firstValue("Content-Range"))
        .hasValue("bytes " + from + "-" + (to - 1) + "/" + content.length);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(content, from, to));
  }

  @Test
  void anEtagSavesAReadAndGuardsAWrite() throws Exception {
    put("/vault/files/f", "one".getBytes(UTF_8));
    String tag = get("/vault/files/f").headers().firstValue("ETag").orElseThrow();

    assertThat(get("/vault/files/f", "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(put("/vault/files/f", "two".getBytes(UTF_8), "If-Match", tag)).isEqualTo(200);
    assertThat(put("/vault/files/f", "three".getBytes(UTF_8), "If-Match", tag)).isEqualTo(412);
    assertThat(put("/vault/files/f", "four".getBytes(UTF_8), "If-None-Match", "*")).isEqualTo(412);
    assertThat(put("/vault/files/g", "new".getBytes(UTF_8), "If-None-Match", "*")).isEqualTo(200);
    assertThat(put("/vault/files/h", "new".getBytes(UTF_8), "If-Match", "*")).isEqualTo(412);
    assertThat(get("/vault/files/f", "If-None-Match", tag).statusCode()).isEqualTo(200);
    assertThat(get("/vault/files/f").body()).asString(UTF_8).isEqualTo("two");
    assertThat(get("/vault/files/f", "Range", "bytes=0-0", "If-Range", tag).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aBodyThatTheQuotaStopsTakesNoSpaceHoweverOftenItIsSent() throws Exception {
    put("/vault/files/before", noise(100_000, 1));
    long used = json("/vault/usage").path("used").asLong();
    server.half().setQuota(used + (20L << 20));

    for (int i = 0; i < 10; i++) {
      assertThat(put("/vault/files/large", noise(30 << 20, i))).isEqualTo(507);
    }

    assertThat(json("/vault/usage").path("used").asLong()).isEqualTo(used);
    assertThat(put("/vault/files/small", noise(10 << 20, 1))).isEqualTo(200);
  }

  @Test
  @Tag("S4.D")
  void aBodyIsKeptOnlyIfItsDigestsAreRight() throws Exception {
    byte[] body = noise(3_000_000, 3);
    String sha256 = "sha-256=:" + base64(HashFunction.SHA256.hash(body)) + ":";
    String sha512 = "sha-512=:" + base64(HashFunction.SHA512.hash(body)) + ":";
    String wrong = "sha-512=:" + base64(HashFunction.SHA512.hash(new byte[1])) + ":";
    String other = "md5=:AAAA:";
    put("/vault/files/f", "before".getBytes(UTF_8));

    for (String header : List.of("Content-Digest", "repr-digest")) {
      for (String bad :
          List.of(
              wrong,
              sha256 + ", " + wrong,
              "sha-256=:AAAA:",
              "sha-256=:a:",
              other,
              "sha-256=x",
              "",
              sha256 + ",",
              "SHA-256=abc",
              "sha-256")) {
        // What is refused for its header alone is not read, and a long body would lose the answer.
        byte[] sent = bad.endsWith(wrong) ? body : new byte[1_000];
        assertThat(put("/vault/files/f", sent, header, bad)).as(bad).isEqualTo(400);
        assertThat(get("/vault/files/f").body()).asString(UTF_8).isEqualTo("before");
      }
    }
    assertThat(put("/vault/files/f", body, "Content-Digest", sha256, "Repr-Digest", wrong))
        .isEqualTo(400);
    for (String good : List.of(sha256, sha512, sha256 + ",\t" + sha512, other + ", " + sha256)) {
      assertThat(put("/vault/files/f", body, "Content-Digest", good, "Repr-Digest", sha512))
          .as(good)
          .isEqualTo(200);
      assertThat(get("/vault/files/f").body()).isEqualTo(body);
    }
    String ofNothing = "sha-256=:" + base64(HashFunction.SHA256.hash()) + ":";
    assertThat(put("/vault/files/g", new byte[0], "Content-Digest", ofNothing)).isEqualTo(200);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Test
  @Tag("S4.D")
  void tagsAreComparedAsTheStandardSays() throws Exception {
    put("/vault/files/f", "one".getBytes(UTF_8));
    String tag = get("/vault/files/f").headers().firstValue("ETag").orElseThrow();

    for (String some : List.of("\"x\", " + tag, "W/" + tag, "\"a\" ,W/\"b\",  " + tag, "*")) {
      assertThat(get("/vault/files/f", "If-None-Match", some).statusCode()).as(some).isEqualTo(304);
    }
    assertThat(get("/vault/files/f", "If-None-Match", "\"x\"").statusCode()).isEqualTo(200);
    assertThat(get("/vault/files/f", "If-Match", "\"x\"").statusCode()).isEqualTo(412);
    assertThat(get("/vault/files/f", "If-Match", "\"x\", " + tag).statusCode()).isEqualTo(200);
    // A weak tag never names exactly one state.
    assertThat(put("/vault/files/f", "two".getBytes(UTF_8), "If-Match", "W/" + tag)).isEqualTo(412);
    assertThat(put("/vault/files/f", "two".getBytes(UTF_8), "If-Match", "x y")).isEqualTo(400);
    assertThat(put("/vault/files/f", "two".getBytes(UTF_8), "If-Match", "\"x\", " + tag))
        .isEqualTo(200);
    assertThat(get("/vault/files/f", "Range", "BYTES=0-0").statusCode()).isEqualTo(206);
  }

  @Test
  @Tag("S4.D")
  void onlyTheSameTimeSaysThatAFileIsKnown() throws Exception {
    put("/vault/files/f?modified=2026-02-03T04:05:06Z", "one".getBytes(UTF_8));
    HttpResponse<byte[]> answer = get("/vault/files/f");
    String time = answer.headers().firstValue("Last-Modified").orElseThrow();
    assertThat(time).isEqualTo("Tue, 03 Feb 2026 04:05:06 GMT");

    assertThat(get("/vault/files/f", "If-Modified-Since", time).statusCode()).isEqualTo(304);
    // A file of an older time may be new here.
    put("/vault/files/f?modified=2020-02-03T04:05:06Z", "two".getBytes(UTF_8));
    assertThat(get("/vault/files/f", "If-Modified-Since", time).body())
        .asString(UTF_8)
        .isEqualTo("two");
    assertThat(
            get(
                    "/vault/files/f",
                    "If-Modified-Since",
                    "Mon, 03 Feb 2020 04:05:06 GMT",
                    "If-None-Match",
                    "\"x\"")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  @Tag("S4.D")
  void theEntriesOfAFolderAreToldAnewOrNotAtAll() throws Exception {
    post("/vault/folders/folder");

    for (String term : List.of("If-Match", "If-None-Match", "If-Modified-Since", "Range")) {
      assertThat(get("/vault/files/folder", term, "*").statusCode()).as(term).isEqualTo(400);
      assertThat(get("/vault/files", term, "*").statusCode()).as(term).isEqualTo(400);
    }
  }

  @Test
  @Tag("S4.D")
  void aTimeThatNoDiskCanKeepIsRefusedAndCostsAnArchiveNothing() throws Exception {
    for (String time :
        List.of("1699-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "+99999-01-01T00:00:00Z")) {
      String url = "/vault/files/f?modified=" + URLEncoder.encode(time, UTF_8);
      assertThat(put(url, "x".getBytes(UTF_8))).as(time).isEqualTo(400);
    }
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(archive)) {
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      TarArchiveEntry entry = new TarArchiveEntry("far", true);
      entry.setLastModifiedTime(FileTime.from(Instant.parse("+12345-01-01T00:00:00Z")));
      entry.setSize(1);
      tar.putArchiveEntry(entry);
      tar.write(1);
      tar.closeArchiveEntry();
    }

    assertThat(put("/vault/trees/into", archive.toByteArray())).isEqualTo(200);

    assertThat(json("/vault/stat/into/far").path("modified").asText()).startsWith("2261-12-31");
    assertThat(get("/vault/files/into/far").statusCode()).isEqualTo(200);
  }

  @Test
  @Tag("S4.D")
  void ofTwoNamesThatAreOneWhenComposedTheSecondIsRefusedByName() throws Exception {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    ArchiveWriter writer = new ArchiveWriter(archive);
    for (String name : List.of("caf\u00e9", "cafe\u0301")) {
      writer.begin(ArchiveEntry.file(List.of(name), 1, Instant.EPOCH, false));
      writer.write(new byte[] {1}, 0, 1);
      writer.end();
    }
    writer.finish();

    HttpResponse<String> answer = putTree(archive.toByteArray());

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode told = new ObjectMapper().readTree(answer.body());
    assertThat(told.path("files").asInt()).isEqualTo(1);
    assertThat(told.path("refused")).singleElement().asString().contains("composed");
  }

  private HttpResponse<String> putTree(byte[] archive) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(agent.url("/vault/trees/into"))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(archive))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void attributesAreKept() throws Exception {
    put(
        "/vault/files/run?modified=2020-02-03T04:05:06.000000007Z&executable=true",
        "x".getBytes(UTF_8));

    JsonNode stat = json("/vault/stat/run");

    assertThat(stat.path("modified").asText()).isEqualTo("2020-02-03T04:05:06.000000007Z");
    assertThat(stat.path("executable").asBoolean()).isTrue();
    assertThat(stat.path("size").asLong()).isEqualTo(1);
    assertThat(stat.path("version").asLong()).isEqualTo(1);
    assertThat(put("/vault/files/run?modified=yesterday", new byte[0])).isEqualTo(400);
    assertThat(put("/vault/files/run?executable=maybe", new byte[0])).isEqualTo(400);
  }

  @Test
  void aFolderIsListedPageByPage() throws Exception {
    for (int i = 0; i < 25; i++) {
      put("/vault/files/f%02d".formatted(i), new byte[1]);
    }
    List<String> names = new ArrayList<>();
    String after = "";
    int pages = 0;
    do {
      JsonNode page = json("/vault/files?limit=10&after=" + after);
      page.path("entries").forEach(entry -> names.add(entry.path("name").asText()));
      after = page.path("next").asText("");
      pages++;
    } while (!after.isEmpty());

    assertThat(pages).isEqualTo(3);
    assertThat(names).hasSize(25).isSorted().doesNotHaveDuplicates();
    assertThat(get("/vault/files?limit=0").statusCode()).isEqualTo(400);
    assertThat(get("/vault/files?limit=10001").statusCode()).isEqualTo(400);
  }

  @Test
  void aRecursiveListingGoesOnWhereItWasCutAnywhere() throws Exception {
    for (String folder : List.of("a", "a/b", "a.b", "c", "c/d/e")) {
      post("/vault/folders/" + folder + "?parents=true");
      put("/vault/files/" + folder + "/file", new byte[1]);
    }
    List<String> whole = paths(json("/vault/files?recursive=true"));
    assertThat(whole).hasSize(11).doesNotHaveDuplicates();

    for (int limit = 1; limit < whole.size(); limit++) {
      List<String> parts = new ArrayList<>();
      String after = "";
      do {
        JsonNode page = json("/vault/files?recursive=true&limit=" + limit + "&after=" + after);
        parts.addAll(paths(page));
        after = page.path("next").asText("");
      } while (!after.isEmpty());
      assertThat(parts).as("limit %s", limit).isEqualTo(whole);
    }
  }

  private static List<String> paths(JsonNode page) {
    List<String> paths = new ArrayList<>();
    page.path("entries").forEach(entry -> paths.add(entry.path("path").asText()));
    return paths;
  }

  @Test
  void anArchiveOfTheSystemsTarGoesInAndComesOut() throws Exception {
    Path source = Files.createDirectories(temporary.resolve("source/sub ä"));
    Files.write(source.resolve("file"), noise(100_000, 1));
    Files.createSymbolicLink(source.resolve("link"), Path.of("file"));
    byte[] archive = run("tar", "-C", temporary.resolve("source").toString(), "-cf", "-", ".");

    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(agent.url("/vault/trees/into"))
                .PUT(BodyPublishers.ofByteArray(archive))
                .build(),
            BodyHandlers.ofByteArray());

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode done = JSON.readTree(answer.body());
    assertThat(done.path("files").asInt()).isEqualTo(1);
    assertThat(done.path("links").asInt()).isEqualTo(1);
    Path back = Files.createDirectory(temporary.resolve("back"));
    Path tar = Files.write(temporary.resolve("back.tar"), get("/vault/trees/into").body());
    run("tar", "-C", back.toString(), "-xf", tar.toString());
    assertThat(back.resolve("sub ä/file")).hasBinaryContent(noise(100_000, 1));
    assertThat(Files.readSymbolicLink(back.resolve("sub ä/link"))).hasToString("file");
  }

  private static byte[] run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return out;
  }

  @Test
  @Tag("A34")
  void anArchiveThatLeadsOutOfItsFolderIsRefused() throws Exception {
    for (String name : List.of("../up", "a/../../up", "/absolute")) {
      ByteArrayOutputStream archive = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar = new TarArchiveOutputStream(archive)) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(1);
        tar.putArchiveEntry(entry);
        tar.write(1);
        tar.closeArchiveEntry();
      }
      assertThat(put("/vault/trees/into", archive.toByteArray())).as(name).isEqualTo(200);
    }
    assertThat(json("/vault/files").path("entries")).isEmpty();
  }

  @Test
  void aCutArchiveChangesNothing() throws Exception {
    Path source = Files.createDirectories(temporary.resolve("source"));
    Files.write(source.resolve("one"), noise(100_000, 1));
    Files.write(source.resolve("two"), noise(100_000, 2));
    byte[] archive = run("tar", "-C", source.toString(), "-cf", "-", ".");

    assertThat(put("/vault/trees/into", Arrays.copyOf(archive, 150_000))).isEqualTo(400);

    assertThat(json("/vault/files").path("entries")).isEmpty();
  }

  @Test
  void aBodyThatBreaksOffLeavesNoFile() throws Exception {
    URI url = agent.url("/vault/files/half");
    try (Socket socket =
        new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), url.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("PUT "
                  + url.getPath()
                  + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000000\r\n\r\n")
              .getBytes(US_ASCII));
      out.write(new byte[2_000_000]);
      out.flush();
      socket.shutdownOutput();
      // The agent answers or closes when it has noticed.
      socket.getInputStream().readAllBytes();
    }

    assertThat(get("/vault/stat/half").statusCode()).isEqualTo(404);
  }

  @Test
  void namesThatShowAsWhatTheyAreNotAreNotMade() throws Exception {
    for (String name : List.of("a%0Ab", "a%1Bb", "a%E2%80%AEb", "a%7Fb")) {
      assertThat(put("/vault/files/" + name, new byte[1])).as(name).isEqualTo(400);
      assertThat(post("/vault/folders/" + name)).as(name).isEqualTo(400);
    }
  }

  @Test
  void thingsThatAreNotThereAndNobodyLoggedInHaveTheirStatus() throws Exception {
    assertThat(get("/vault/files/none").statusCode()).isEqualTo(404);
    assertThat(get("/vault/trees/none").statusCode()).isEqualTo(404);
    assertThat(get("/vault/stat/none").statusCode()).isEqualTo(404);
    assertThat(put("/vault/files/none/file", new byte[1])).isEqualTo(404);
    assertThat(put("/vault/files", new byte[1])).isEqualTo(409);
    assertThat(post("/vault/folders/a/b")).isEqualTo(404);
    assertThat(post("/vault/folders/a/b?parents=true")).isEqualTo(200);
    assertThat(post("/vault/folders/a/b")).isEqualTo(409);
    assertThat(json("/vault/stat").path("type").asText()).isEqualTo("folder");
    assertThat(json("/vault/usage").path("packs").asInt()).isEqualTo(1);
    assertThat(json("/vault/usage").has("quota")).isTrue();

    agent.logIn(null);
    assertThat(get("/vault/files").statusCode()).isEqualTo(401);
  }

  @Test
  void whoeverLogsInNextSeesTheirOwnDrive() throws Exception {
    put("/vault/files/mine", new byte[1]);

    agent.logIn(TestAccount.of(2, server.half().link(TestAccount.id(2))));

    assertThat(json("/vault/files").path("entries")).isEmpty();
    agent.logIn(server.account());
    assertThat(json("/vault/files").path("entries")).hasSize(1);
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<byte[]> answer = get(path);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(agent.url(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private int put(String path, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(agent.url(path)).PUT(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private int post(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(agent.url(path)).POST(BodyPublishers.noBody()).build(),
            BodyHandlers.discarding())
        .statusCode();
  }
}
