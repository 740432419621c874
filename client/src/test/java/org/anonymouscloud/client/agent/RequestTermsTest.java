package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.client.agent.api.LocalApi;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every route of a running agent, asked for what it cannot do. */
@Tag("S4.D")
final class RequestTermsTest {
  private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

  private static final String PLAIN = "Content-Type: application/json\r\nContent-Length: 2\r\n";
  private static final String PLAIN_TYPE = "Content-Type: application/json\r\n";
  private static final String CHUNK = "2\r\n{}\r\n0\r\n\r\n";

  /** More than all the buffers on the way hold. */
  private static final String LONG = "x".repeat(16 << 20);

  private static final String CHUNKED =
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";

  private static final List<Case> CASES =
      List.of(
          Case.plain(415, "Content-Encoding: gzip\r\n"),
          Case.plain(415, "content-encoding: identity, gzip\r\n"),
          Case.plain(400, "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"),
          Case.plain(400, "Content-Type: application/octet-stream\r\n"),
          Case.plain(400, "Content-Range: bytes 5-6/7\r\n"),
          Case.plain(400, "Content-Range: x\r\n"),
          Case.plain(400, "Range: bytes=0-0\r\n"),
          Case.plain(400, "If-Range: \"x\"\r\n"),
          Case.plain(400, "If-Match: \"x\"\r\n"),
          Case.plain(400, "If-Match: *\r\n"),
          Case.plain(400, "If-None-Match: *\r\n"),
          Case.plain(400, "If-None-Match: \"x\"\r\n"),
          Case.plain(400, "If-Modified-Since: " + DATE + "\r\n"),
          Case.plain(400, "If-Unmodified-Since: " + DATE + "\r\n"),
          Case.plain(400, "Trailer: Content-Range\r\n"),
          Case.plain(400, "Content-Digest: sha-256=:AAAA:\r\n"),
          Case.plain(400, "repr-digest: sha-256=:AAAA:\r\n"),
          Case.plain(400, "Digest: SHA-256=AAAA\r\n"),
          Case.plain(400, "Content-MD5: AAAA\r\n"),
          Case.plain(400, "Content-Location: /other\r\n"),
          Case.plain(400, "Content-Whatever-Comes: x\r\n"),
          Case.plain(400, "Upload-Offset: 5\r\n"),
          Case.plain(400, "Upload-Complete: ?0\r\n"),
          Case.plain(400, "Upload-Length: 7\r\n"),
          Case.plain(400, "Tus-Resumable: 1.0.0\r\n"),
          Case.plain(400, "X-Update-Range: bytes=1-2\r\n"),
          Case.plain(400, "Overwrite: F\r\n"),
          Case.plain(400, "If: (<x>)\r\n"),
          Case.plain(400, "If-Whatever-Comes: x\r\n"),
          Case.plain(400, "Depth: 0\r\n"),
          Case.plain(400, "X-HTTP-Method-Override: DELETE\r\n"),
          Case.plain(400, "X-HTTP-Method: PUT\r\n"),
          Case.plain(400, "X-Method-Override: PUT\r\n"),
          Case.plain(400, "OC-Checksum: MD5:x\r\n"),
          Case.plain(417, "Expect: wonders\r\n"),
          Case.plain(417, "Expect: 102-processing\r\n"),
          Case.plain(400, "Wait: 1\r\nWait: 2\r\n"),
          new Case(
              501,
              "Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n",
              "2\r\n{}\r\n0\r\n\r\n"),
          new Case(400, PLAIN_TYPE + "Transfer-Encoding: chunked, chunked\r\n", CHUNK),
          new Case(400, PLAIN_TYPE + "Transfer-Encoding: xchunked\r\n", CHUNK),
          new Case(400, PLAIN_TYPE + "Transfer-Encoding : chunked\r\n", CHUNK),
          new Case(400, PLAIN_TYPE + "Transfer-Encoding: identity\r\n", CHUNK),
          new Case(400, PLAIN_TYPE + "Transfer-Encoding: chunked\r\n\tx\r\n", CHUNK),
          new Case(400, "Transfer-Encoding: gzip\r\n" + CHUNKED, "2\r\n{}\r\n0\r\n\r\n"),
          new Case(400, "Transfer-Encoding: chunked\r\n" + CHUNKED, "2\r\n{}\r\n0\r\n\r\n"),
          new Case(400, "Content-Length: 2\r\n" + CHUNKED, "2\r\n{}\r\n0\r\n\r\n"),
          new Case(400, "Content-Length: 1\r\n" + PLAIN, "{}"));

  @TempDir private Path folder;
  private final AtomicInteger effects = new AtomicInteger();
  private Agent agent;
  private String authorization;

  /** What goes beyond a right request, and the status that it has. */
  private record Case(int status, String headers, String body) {
    static Case plain(int status, String more) {
      return new Case(status, PLAIN + more, "{}");
    }
  }

  @BeforeEach
  void start() throws Exception {
    Home home = Home.of(Map.of("ANONCLOUD_HOME", folder.toString()));
    agent = Agent.start(home, "test", List.of(OfferedFeature.own(new Feature())), false, () -> {});
    try (Secret whole = AgentAddress.token(home.folder())) {
      authorization = TokenRequest.bearer(whole);
    }
  }

  @AfterEach
  void stop() throws IOException {
    agent.close();
  }

  @Test
  void whatARouteDoesNotHeedIsRefusedBeforeItHearsOfIt() throws IOException {
    for (Route route : agent.routes()) {
      for (Case one : CASES) {
        if (route.heeds().stream().noneMatch(name -> one.headers().contains(name + ":"))) {
          String answer = ask(route, one.headers(), one.body());
          assertThat(answer)
              .as("%s %s with%n%s", route.method(), route.path(), one.headers())
              .startsWith("HTTP/1.1 " + one.status())
              .contains("application/problem+json");
        }
      }
    }
    assertThat(effects).hasValue(0);
  }

  @Test
  void aRouteHearsOfWhatItHeedsOnceAndOfNothingElse() throws IOException {
    Route heeding = route("/feature/heeding");

    assertThat(ask(heeding, PLAIN + "If-Match: \"x\"\r\n", "{}")).startsWith("HTTP/1.1 200");
    assertThat(ask(heeding, PLAIN + "If-Match: \"x\"\r\nIf-Match: \"y\"\r\n", "{}"))
        .startsWith("HTTP/1.1 400")
        .contains("If-Match is given more than once");
    assertThat(effects).hasValue(1);
  }

  @Test
  void whatIsWrittenHasALengthOrComesChunked() throws IOException {
    Route put = route("/feature/write");

    assertThat(ask(put, "Content-Type: application/json\r\n", "")).startsWith("HTTP/1.1 411");
    assertThat(effects).hasValue(0);
    for (String right :
        List.of(PLAIN, PLAIN + "Content-Encoding: Identity\r\nExpect: 100-Continue\r\n")) {
      assertThat(ask(put, right, "{}")).matches("(?s)(HTTP/1.1 100.*)?HTTP/1.1 200.*");
    }
    assertThat(ask(put, CHUNKED, "2\r\n{}\r\n0\r\n\r\n")).startsWith("HTTP/1.1 200");
    assertThat(ask(put, "Content-Length: 0\r\n", "")).startsWith("HTTP/1.1 200");
    assertThat(effects).hasValue(4);
  }

  /** A page must ask before it sends any PUT, and is refused. */
  @Test
  void aPutNeedsNoTypeAndAWrongOneIsToldWhichIsRight() throws IOException {
    Route put = route("/feature/write");

    assertThat(ask(put, "Content-Length: 2\r\n", "{}")).startsWith("HTTP/1.1 200");
    assertThat(ask(put, "Transfer-Encoding: chunked\r\n", CHUNK)).startsWith("HTTP/1.1 200");
    for (String type : List.of("", "application/x-www-form-urlencoded")) {
      assertThat(ask(put, "Content-Type: " + type + "\r\nContent-Length: 2\r\n", "{}"))
          .startsWith("HTTP/1.1 415")
          .contains("-H 'Content-Type: application/octet-stream'");
    }
    assertThat(effects).hasValue(2);
  }

  @Test
  @Tag("S4.D")
  void aBodyThatIsShorterThanItsLengthIsNotCalledChunked() throws IOException {
    assertThat(ask(route("/feature/reading"), PLAIN_TYPE + "Content-Length: 9\r\n", "{}"))
        .startsWith("HTTP/1.1 400")
        .contains("shorter than its Content-Length")
        .doesNotContain("chunked");
    assertThat(effects).hasValue(0);
  }

  @Test
  @Tag("S4.D")
  void aBodyThatIsNotChunkedAsItShouldBeIsRefusedWithItsReason() throws IOException {
    Route reading = route("/feature/reading");
    for (String bad :
        List.of(
            "x\r\n{}\r\n0\r\n\r\n",
            "-2\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}xx0\r\n\r\n",
            "2\r\n{}\r\nzz\r\n\r\n",
            "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}\r\n0\r\nIf-Match: \"x\"\r\n\r\n",
            "2\r\n{}\r\n0\r\nX-Checksum: 1\r\n\r\n")) {
      assertThat(ask(reading, CHUNKED, bad))
          .as(bad)
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json", "nothing was done");
    }
    assertThat(effects).hasValue(0);
    assertThat(ask(reading, CHUNKED, CHUNK)).startsWith("HTTP/1.1 200");
  }

  @Test
  @Tag("S4.D")
  void whoIsStillSendingHearsWhyNothingIsTaken() throws IOException {
    Route put = route("/feature/write");
    String length = PLAIN_TYPE + "Content-Length: " + LONG.length() + "\r\n";
    for (int i = 0; i < 5; i++) {
      assertThat(ask(put, length + "X-Whatever-Comes: 1\r\n", LONG))
          .startsWith("HTTP/1.1 400")
          .contains("X-Whatever-Comes is not heeded");
      assertThat(ask(put, length, LONG)).startsWith("HTTP/1.1 200");
    }
    authorization = "Bearer nobody's";
    for (int i = 0; i < 5; i++) {
      String sent = LONG.substring(0, 900_000);
      assertThat(ask(put, PLAIN_TYPE + "Content-Length: " + sent.length() + "\r\n", sent))
          .startsWith("HTTP/1.1 401");
    }
    assertThat(effects).hasValue(5);
  }

  @Test
  @Tag("S4.D")
  void whoWaitsToBeToldToSendIsAnsweredAtOnce() throws IOException {
    String length = PLAIN_TYPE + "Content-Length: 1000\r\nExpect: 100-continue\r\n";

    assertThat(ask(route("/feature/write"), length + "X-Whatever-Comes: 1\r\n", ""))
        .startsWith("HTTP/1.1 400");
    assertThat(effects).hasValue(0);
  }

  @Test
  @Tag("S4.D")
  void ofARequestThatWritesNothingUnknownIsPassedOver() throws IOException {
    Route put = route("/feature/write");
    for (String name :
        List.of(
            "X-File-Offset",
            "X-Part-Number",
            "X-Copy-From",
            "x-amz-checksum-sha256",
            "Unencoded-Digest",
            "Idempotency-Key",
            "X-If-Match",
            "If_Match",
            "Content_Range",
            "ETag",
            "X-Whatever-Comes")) {
      assertThat(ask(put, PLAIN + name + ": 1\r\n", "{}"))
          .as(name)
          .startsWith("HTTP/1.1 400")
          .contains(name + " is not heeded");
    }
    assertThat(effects).hasValue(0);
    String browser =
        "Accept: */*\r\nUser-Agent: x\r\nSec-Fetch-Site: same-origin\r\nSec-GPC: 1\r\nDNT: 1\r\n";
    assertThat(ask(put, PLAIN + browser, "{}")).startsWith("HTTP/1.1 200");
  }

  @Test
  void aQueryThatIsNotKnownIsRefusedByName() throws IOException {
    for (Route route : agent.routes()) {
      assertThat(ask(route, "?onee=1", PLAIN, "{}"))
          .as("%s %s", route.method(), route.path())
          .startsWith("HTTP/1.1 400")
          .contains("'onee' is not known");
    }
    Route asking = route("/feature/asking");
    assertThat(ask(asking, "?onee=1", PLAIN, "{}")).contains("There are: one, two.");
    assertThat(ask(asking, "?one=1&one=1", PLAIN, "{}"))
        .startsWith("HTTP/1.1 400")
        .contains("'one' is given more than once");
    for (String bad : List.of("%zz", "%f", "%ff", "%")) {
      assertThat(ask(asking, "?one=" + bad, PLAIN, "{}")).startsWith("HTTP/1.1 400");
    }
    assertThat(effects).hasValue(0);
    assertThat(ask(asking, "?one=%201&two=", "", "")).startsWith("HTTP/1.1 200");
  }

  @Test
  void whatIsCutOffAnAddressOrBelongsToNoBodyIsRefused() throws IOException {
    Route files = route("/feature/files/<path>");
    for (String bad : List.of("a#b", "a#", "a?", "a?#")) {
      assertThat(askAt(files, "/feature/files/" + bad, "", ""))
          .as(bad)
          .startsWith("HTTP/1.1 400")
          .contains("%23");
    }
    for (String[] body : new String[][] {{PLAIN, "{}"}, {CHUNKED, "zz"}, {CHUNKED, "0\r\n\r\n"}}) {
      assertThat(askAt(files, "/feature/files/a", body[0], body[1]))
          .startsWith("HTTP/1.1 400")
          .contains("takes no body");
    }
    assertThat(effects).hasValue(0);
    assertThat(askAt(files, "/feature/files/a", "", "")).startsWith("HTTP/1.1 200");
  }

  @Test
  void aBodyThatIsMisspeltUnsealsNothing() throws IOException {
    Route passphrase = route("/account/passphrase");
    for (String body :
        List.of(
            "{\"pasphrase\":\"YQ==\",\"unsealed\":true}",
            "{\"unsealed\":true} {}",
            "{\"unsealed\":true,\"unsealed\":false}",
            "{\"unsealed\":true,\"keyring\":true}",
            "{}")) {
      String length = "Content-Length: " + body.length() + "\r\n";
      assertThat(ask(passphrase, PLAIN_TYPE + length, body)).as(body).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void aPathIsTakenAsItIsOrRefused() throws IOException {
    Route files = route("/feature/files/<path>");
    for (String bad :
        List.of(
            "a%2fb",
            "a%2Fb",
            "%2e%2e/a",
            "a/%2e/b",
            "..",
            "a//b",
            "a;x=1",
            "a%00",
            "a%zz",
            "a%ff",
            "a%c0%af")) {
      assertThat(askAt(files, "/feature/files/" + bad, PLAIN, "{}"))
          .as(bad)
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json");
    }
    assertThat(effects).hasValue(0);
    for (String[] good :
        new String[][] {
          {"a%5cb", "a\\\\b"},
          {"a%1bb", "a\\u001Bb"},
          {"a%3bb", "a;b"},
          {"a%25b", "a%b"},
          {"a+b", "a+b"}
        }) {
      assertThat(askAt(files, "/feature/files/" + good[0], "", ""))
          .startsWith("HTTP/1.1 200")
          .contains("\"path\":\"" + good[1] + "\"");
    }
  }

  private Route route(String path) {
    return agent.routes().stream()
        .filter(route -> route.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  private String ask(Route route, String headers, String body) throws IOException {
    return ask(route, "", headers, body);
  }

  private String ask(Route route, String query, String headers, String body) throws IOException {
    return askAt(route, TokenRequest.path(route) + query, headers, body);
  }

  private String askAt(Route route, String place, String headers, String body) throws IOException {
    int port = URI.create(agent.url()).getPort();
    String path = LocalApi.PREFIX + place;
    String request =
        "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nAuthorization: %s\r\n"
                .formatted(route.method(), path, port, authorization)
            + headers
            + "\r\n"
            + body;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  /** A feature that writes by each method, and once heeds a condition. */
  private final class Feature implements ClientFeature {
    @Override
    public String name() {
      return "feature";
    }

    @Override
    public RunningClient start(ClientContext context) {
      return () ->
          List.of(
              route(HandlerType.PUT, "/feature/write"),
              route(HandlerType.POST, "/feature/write"),
              route(HandlerType.DELETE, "/feature/write"),
              route(HandlerType.PUT, "/feature/heeding").heeding("If-Match"),
              route(HandlerType.GET, "/feature/asking").asking("one", "two"),
              new Route(HandlerType.PUT, "/feature/reading", Scope.WRITE, "", this::read),
              route(HandlerType.DELETE, "/feature/files/<path>"));
    }

    /** Counts what it has taken for whole. */
    private void read(Context context) throws IOException {
      var _ = context.req().getInputStream().readAllBytes();
      context.json(Map.of("n", effects.incrementAndGet()));
    }

    private Route route(HandlerType method, String path) {
      return new Route(
          method,
          path,
          Scope.WRITE,
          "",
          context ->
              context.json(
                  Map.of(
                      "n",
                      effects.incrementAndGet(),
                      "path",
                      context.pathParamMap(),
                      "query",
                      context.queryString() == null ? "" : context.queryString())));
    }

    @Override
    public List<Object> commands(CommandContext context) {
      return List.of();
    }
  }
}
