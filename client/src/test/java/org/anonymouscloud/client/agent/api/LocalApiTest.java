package org.anonymouscloud.client.agent.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The local API against what a web page, a stranger or a broken client may send. */
final class LocalApiTest {
  private static final String TOKEN = "0123456789abcdefghijklmnopqrstuv";

  private final AtomicInteger effects = new AtomicInteger();
  private final HomeTroubles troubles = new HomeTroubles(new Home(Path.of("nowhere")), false);
  private Secret token;
  private LocalApi api;
  private int port;

  @BeforeEach
  void start() throws IOException {
    token = Secret.of(TOKEN.getBytes(US_ASCII));
    api =
        LocalApi.start(
            List.of(
                new Route(
                    HandlerType.GET, "/thing", Scope.READ, "", context -> context.result("thing")),
                new Route(
                    HandlerType.POST,
                    "/thing",
                    Scope.WRITE,
                    "",
                    context -> {
                      effects.incrementAndGet();
                      context.result("done");
                    }),
                new Route(
                    HandlerType.GET,
                    "/refused",
                    Scope.READ,
                    "",
                    context -> {
                      throw new Problem(
                          Problem.Kind.SECURITY, "The root is older than one seen before.");
                    }),
                new Route(
                    HandlerType.GET,
                    "/nobody",
                    Scope.READ,
                    "",
                    context -> {
                      throw new NotLoggedIn();
                    }),
                new Route(
                    HandlerType.GET,
                    "/fault",
                    Scope.READ,
                    "",
                    context -> {
                      throw new IllegalStateException("inner detail");
                    }),
                new Route(
                    HandlerType.GET,
                    "/cut",
                    Scope.READ,
                    "",
                    context -> {
                      context.outputStream().write(new byte[1 << 20]);
                      context.outputStream().flush();
                      throw new Problem(Problem.Kind.SECURITY, "A pack was changed.");
                    })),
            LocalApiTest::file,
            token,
            troubles);
    port = URI.create(api.url()).getPort();
  }

  @AfterEach
  void stop() {
    api.close();
    token.close();
  }

  private static void file(Context context) throws Problem {
    if (!context.pathParam("path").equals("shell.js")) {
      throw new Problem(Problem.Kind.NOT_FOUND, "There is no such file.");
    }
    context.contentType("text/javascript").result("start()");
  }

  @Test
  void aRequestWithHostAndTokenIsAnswered() throws IOException {
    assertThat(send("GET", "/api/v1/thing", Map.of())).startsWith("HTTP/1.1 200").endsWith("thing");
  }

  @Test
  @Timeout(60)
  void workMayTakeLongerThanAnIdleConnectionLives() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Route slow =
        new Route(
            HandlerType.POST,
            "/slow",
            Scope.WRITE,
            "",
            context -> {
              goOn.await();
              context.result("at last " + context.body());
            });
    try (LocalApi impatient =
            LocalApi.start(
                List.of(slow), LocalApiTest::file, token, troubles, Duration.ofMillis(200));
        Socket working = connect(impatient);
        Socket idle = connect(impatient)) {
      String head =
          "POST /api/v1/slow HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                  .formatted(working.getPort(), TOKEN)
              + "Content-Type: application/octet-stream\r\nContent-Length: 4\r\nConnection: close"
              + "\r\n\r\n";
      working.getOutputStream().write(head.getBytes(US_ASCII));

      // The idle one is closed: so the other has been silent for as long.
      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      goOn.countDown();
      working.getOutputStream().write("data".getBytes(US_ASCII));

      assertThat(new String(working.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 200")
          .endsWith("at last data");
    }
  }

  private static Socket connect(LocalApi api) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), URI.create(api.url()).getPort());
  }

  @Tag("A61")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:PORT",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.:PORT",
        "localhost",
        "localhost.:PORT",
        "127.1:PORT",
        "0.0.0.0:PORT",
        "[::1]",
        "[::]:PORT",
        "[::ffff:127.0.0.1]:PORT",
        "2130706433:PORT",
        "127.0.0.1:PORT@evil.example",
        "evil.example#127.0.0.1:PORT",
        "user@127.0.0.1:PORT",
        ""
      })
  void aForeignHostIsRefused(String host) throws IOException {
    String answer =
        raw(
            "GET /api/v1/thing HTTP/1.1\r\nHost: "
                + host.replace("PORT", "" + port)
                + "\r\nAuthorization: Bearer "
                + TOKEN
                + "\r\nConnection: close\r\n\r\n");

    assertThat(answer).doesNotStartWith("HTTP/1.1 200").matches("(?s)HTTP/1.1 (421|400).*");
  }

  @Tag("A61")
  @Test
  void twoHostsAreRefused() throws IOException {
    String ours = "Host: 127.0.0.1:" + port + "\r\n";

    assertThat(
            raw(
                "GET /api/v1/thing HTTP/1.1\r\n"
                    + ours
                    + ours
                    + "Authorization: Bearer "
                    + TOKEN
                    + "\r\nConnection: close\r\n\r\n"))
        .matches("(?s)HTTP/1.1 (421|400).*");
  }

  @Tag("A61")
  @Test
  void anAbsoluteTargetOfAnotherHostIsRefused() throws IOException {
    assertThat(
            raw(
                "GET http://evil.example/api/v1/thing HTTP/1.1\r\nHost: 127.0.0.1:"
                    + port
                    + "\r\nAuthorization: Bearer "
                    + TOKEN
                    + "\r\nConnection: close\r\n\r\n"))
        .matches("(?s)HTTP/1.1 (421|400).*");
  }

  @Tag("A62")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer ",
        "Bearer wrong",
        "Bearer" + TOKEN,
        "Basic " + TOKEN,
        "Bearer " + TOKEN + "x"
      })
  void withoutTheTokenNothingHappens(String authorization) throws IOException {
    assertThat(send("POST", "/api/v1/thing", Map.of("Authorization", authorization)))
        .startsWith("HTTP/1.1 401");
    assertThat(effects).hasValue(0);
  }

  @Tag("A62")
  @ParameterizedTest
  @ValueSource(
      strings = {"http://evil.example", "null", "https://127.0.0.1:PORT", "http://127.0.0.1:1"})
  void aForeignOriginIsRefused(String origin) throws IOException {
    assertThat(send("POST", "/api/v1/thing", Map.of("Origin", origin.replace("PORT", "" + port))))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("Access-Control");
    assertThat(effects).hasValue(0);
  }

  @Tag("A62")
  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "none"})
  void aFetchFromAnotherSiteIsRefused(String site) throws IOException {
    assertThat(send("POST", "/api/v1/thing", Map.of("Sec-Fetch-Site", site)))
        .startsWith("HTTP/1.1 403");
    assertThat(effects).hasValue(0);
  }

  @Tag("A62")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        ""
      })
  void aBodyThatAPageCanSendUnaskedIsRefused(String type) throws IOException {
    assertThat(
            send("POST", "/api/v1/thing", Map.of("Content-Type", type, "Content-Length", "0001")))
        .startsWith("HTTP/1.1 415");
    assertThat(effects).hasValue(0);
  }

  @Test
  void aPreflightIsRefused() throws IOException {
    assertThat(send("OPTIONS", "/api/v1/thing", Map.of("Access-Control-Request-Method", "POST")))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("Access-Control");
  }

  @ParameterizedTest
  @Tag("A65")
  @ValueSource(
      strings = {
        "/api/v1/%2e%2e/thing",
        "/api/v1/thing;x=/..",
        "/api/v1/thing%00",
        "/api/v1//thing/%2f",
        "/api/v1/%c0%ae"
      })
  void anAmbiguousPathIsRefused(String path) throws IOException {
    assertThat(send("GET", path, Map.of())).matches("(?s)HTTP/1.1 (400|404).*");
  }

  @ParameterizedTest
  @Tag("S4.L11")
  @ValueSource(
      strings = {
        "GET /api/v1/thing%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /api/v1/thing/%xx HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /api/v1/thing HTTP/1.1\r\n\r\n",
        "GET /api/v1/thing HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /api/v1/thing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        "nonsense\r\n\r\n"
      })
  void whatIsNoRequestIsRefusedByAProblemDocumentToo(String request) throws IOException {
    assertThat(raw(request))
        .matches("(?s)HTTP/1.1 (4|505).*")
        .contains("application/problem+json", "Content-Security-Policy: default-src 'none'")
        .doesNotContainIgnoringCase("<html", "jetty");
  }

  @Test
  @Tag("S4.L11")
  void aHeadThatIsTooLongIsRefusedByAProblemDocumentToo() throws IOException {
    assertThat(send("GET", "/api/v1/thing", Map.of("Much", "x".repeat(20_000))))
        .startsWith("HTTP/1.1 431")
        .contains("application/problem+json")
        .doesNotContainIgnoringCase("<html");
  }

  @Test
  void filesThatAreTheSameForEverybodyNeedNoTokenAndMayBeTyped() throws IOException {
    assertThat(send("GET", "/ui/shell.js", Map.of("Authorization", "")))
        .startsWith("HTTP/1.1 200")
        .contains("script-src 'self'", "require-trusted-types-for 'script'")
        .endsWith("start()");
    assertThat(send("GET", "/ui/shell.js", Map.of("Sec-Fetch-Site", "none")))
        .startsWith("HTTP/1.1 200");
    assertThat(send("GET", "/ui/other.js", Map.of()))
        .startsWith("HTTP/1.1 404")
        .contains("application/problem+json");
  }

  @ParameterizedTest
  @Tag("A61")
  @Tag("A62")
  @ValueSource(strings = {"evil.example", "127.0.0.1"})
  void theFilesHaveTheSameHostsAndOriginsAsAllElse(String host) throws IOException {
    assertThat(send("GET", "/ui/shell.js", Map.of("Origin", "http://" + host)))
        .startsWith("HTTP/1.1 403");
    assertThat(send("GET", "/ui/shell.js", Map.of("Sec-Fetch-Site", "cross-site")))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("GET /ui/shell.js HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421");
    assertThat(send("POST", "/ui/shell.js", Map.of())).startsWith("HTTP/1.1 405");
  }

  @ParameterizedTest
  @Tag("A62")
  @ValueSource(
      strings = {
        "/ui/../api/v1/thing",
        "/ui/%2e%2e/api/v1/thing",
        "/ui/..;/api/v1/thing",
        "/ui/..%2fapi/v1/thing",
        "/ui//../api/v1/thing",
        "/ui/./../api/v1/thing",
        "//api/v1/thing",
        "/other/../api/v1/thing",
        "/API/v1/thing",
        "/"
      })
  void noPathLeadsAroundTheDoorWithTheToken(String path) throws IOException {
    assertThat(send("GET", path, Map.of("Authorization", "")))
        .matches("(?s)HTTP/1.1 (400|401|403|404).*")
        .doesNotContain("\r\n\r\nthing");
  }

  @Test
  void answersCarryNoServerNameAndForbidWhatABrowserCouldDoWithThem() throws IOException {
    assertThat(send("GET", "/api/v1/thing", Map.of()))
        .contains(
            "Content-Security-Policy: default-src 'none'",
            "X-Content-Type-Options: nosniff",
            "Cache-Control: no-store")
        .doesNotContain("Server:");
  }

  @Test
  void aFailureIsAProblemDocumentWithoutInnerDetail() throws IOException {
    assertThat(send("GET", "/api/v1/refused", Map.of()))
        .startsWith("HTTP/1.1 422")
        .contains("application/problem+json", "\"code\":\"security\"", "older than one seen");
    assertThat(send("GET", "/api/v1/nobody", Map.of()))
        .startsWith("HTTP/1.1 401")
        .contains("not-logged-in");
    assertThat(send("GET", "/api/v1/fault", Map.of()))
        .startsWith("HTTP/1.1 500")
        .doesNotContain("inner detail");
    assertThat(send("GET", "/api/v1/unknown", Map.of())).startsWith("HTTP/1.1 404");
    assertThat(send("PUT", "/api/v1/thing", Map.of())).startsWith("HTTP/1.1 405");
    assertThat(send("GET", "/", Map.of()))
        .startsWith("HTTP/1.1 404")
        .contains("the local API lies below /api/v1");
  }

  @Tag("A21")
  @Test
  void aDownloadThatFailsInTheMiddleIsCutAndItsReasonKept() throws IOException {
    assertThatThrownBy(() -> send("GET", "/api/v1/cut", Map.of("Request-Id", "seven")))
        .isInstanceOf(SocketException.class);
    assertThat(send("GET", "/api/v1/requests/seven/problem", Map.of()))
        .startsWith("HTTP/1.1 200")
        .contains("A pack was changed.");
    assertThat(send("GET", "/api/v1/requests/eight/problem", Map.of())).startsWith("HTTP/1.1 404");
  }

  @Test
  void otherAddressesOfTheMachineAreNotBound() throws IOException {
    for (InetAddress address : InetAddress.getAllByName(InetAddress.getLocalHost().getHostName())) {
      if (!address.isLoopbackAddress()) {
        assertThat(connects(address)).as(address.toString()).isFalse();
      }
    }
  }

  private boolean connects(InetAddress address) {
    try (Socket socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Sends a request with the right host and token unless {@code headers} say otherwise. */
  private String send(String method, String path, Map<String, String> headers) throws IOException {
    StringBuilder request =
        new StringBuilder(
            method
                + " "
                + path
                + " HTTP/1.1\r\nHost: 127.0.0.1:"
                + port
                + "\r\nConnection: close\r\n");
    if (!headers.containsKey("Authorization")) {
      request.append("Authorization: Bearer ").append(TOKEN).append("\r\n");
    }
    headers.forEach(
        (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    return raw(
        request.append("\r\n").append(headers.containsKey("Content-Length") ? "x" : "").toString());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
