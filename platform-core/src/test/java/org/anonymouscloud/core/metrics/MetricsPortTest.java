package org.anonymouscloud.core.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metrics' port against web pages, and what it says when the server is not well. */
@Tag("S4.D")
final class MetricsPortTest {
  private final ServerMetrics metrics = new ServerMetrics();
  private final List<String> troubles = new ArrayList<>();
  private Optional<String> wrongWithDatabase = Optional.empty();
  private MetricsPort port;

  @BeforeEach
  void start() throws IOException {
    port = start(InetAddress.ofLiteral("127.0.0.1"));
  }

  private MetricsPort start(InetAddress address) throws IOException {
    return MetricsPort.start(
        new InetSocketAddress(address, 0), metrics, () -> wrongWithDatabase, () -> troubles);
  }

  @AfterEach
  void stop() {
    port.close();
    metrics.close();
  }

  @ParameterizedTest
  @Tag("A61")
  @ValueSource(
      strings = {
        "Host: evil.example:PORT\r\n",
        "Host: evil.example\r\n",
        "Host: 127.0.0.1\r\n",
        "Host: 127.0.0.1:1\r\n",
        "Host: localhost.:PORT\r\n",
        "Host: 0.0.0.0:PORT\r\n",
        "Host: 192.168.1.2:PORT\r\n",
        "Host: \r\n",
        "Host: 127.0.0.1:PORT\r\nHost: evil.example:PORT\r\n",
        ""
      })
  void aForeignHostIsRefused(String host) throws IOException {
    for (String path : List.of("/metrics", "/health", "/")) {
      assertThat(ask(path, host)).startsWith("HTTP/1.1 421").doesNotContain("anoncloud_");
    }
  }

  @Test
  @Tag("A61")
  void anAbsoluteTargetOfAnotherHostIsRefused() throws IOException {
    assertThat(ask("http://evil.example/metrics", "Host: 127.0.0.1:PORT\r\n"))
        .startsWith("HTTP/1.1 421");
  }

  @ParameterizedTest
  @Tag("A62")
  @ValueSource(
      strings = {
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1:1",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site"
      })
  void aForeignPageIsRefused(String header) throws IOException {
    assertThat(ask("/metrics", "Host: 127.0.0.1:PORT\r\n" + header + "\r\n"))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("anoncloud_");
  }

  @Test
  void whoeverIsMeantToAskIsAnswered() throws IOException {
    for (String host : List.of("127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT")) {
      assertThat(ask("/metrics", "Host: " + host + "\r\nSec-Fetch-Site: none\r\n"))
          .startsWith("HTTP/1.1 200")
          .contains("anoncloud_database_up 1.0");
    }
    // A balancer of the old kind.
    assertThat(raw("GET /health HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
  }

  @Test
  @Tag("A61")
  void aPortForOtherMachinesIsAskedByItsAddressesAndTheNameThatItWasGiven() throws IOException {
    port.close();
    byte[] everywhere = {0, 0, 0, 0};
    port = start(InetAddress.getByAddress("watch.example", everywhere));

    for (String host :
        List.of("192.0.2.7:PORT", "10.0.0.1", "[2001:db8::7]:9", "Watch.Example:PORT")) {
      assertThat(ask("/health", "Host: " + host + "\r\n")).as(host).startsWith("HTTP/1.1 200");
    }
    for (String host : List.of("evil.example:PORT", "1.2.3.4.evil.example", "[evil]:PORT")) {
      assertThat(ask("/health", "Host: " + host + "\r\n")).as(host).startsWith("HTTP/1.1 421");
    }
  }

  @Test
  void healthSaysEachThingThatIsWrong() throws IOException {
    String ours = "Host: 127.0.0.1:PORT\r\n";
    assertThat(ask("/health", ours)).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nok\n");

    troubles.add("the disk is full");
    wrongWithDatabase = Optional.of(MetricsPort.NO_ANSWER);
    assertThat(ask("/health", ours))
        .startsWith("HTTP/1.1 503")
        .endsWith("\r\n\r\nthe database does not answer\nthe disk is full\n");

    port.drain();
    assertThat(ask("/health", ours)).startsWith("HTTP/1.1 503").endsWith("the server is ending\n");
  }

  @Test
  void aCheckThatDoesNotEndIsNotWaitedFor() throws IOException {
    port.close();
    CountDownLatch never = new CountDownLatch(1);
    port =
        MetricsPort.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ServerMetrics(),
            Optional::empty,
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return List.of();
            });

    assertThat(ask("/health", "Host: 127.0.0.1:PORT\r\n"))
        .startsWith("HTTP/1.1 503")
        .endsWith("the server does not answer\n");
    never.countDown();
  }

  @Test
  @Tag("S4.17")
  void aCheckThatDoesNotEndIsNotBegunAgain() throws Exception {
    port.close();
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    port =
        MetricsPort.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            metrics,
            () -> {
              begun.incrementAndGet();
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Optional.empty();
            },
            List::of);
    List<Thread> asking = new ArrayList<>();
    Queue<String> told = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 5; i++) {
      asking.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  told.add(ask("/health", "Host: 127.0.0.1:PORT\r\n"));
                } catch (IOException e) {
                  told.add("failed");
                }
              }));
    }
    for (Thread thread : asking) {
      thread.join();
    }

    assertThat(told).hasSize(5).allMatch(text -> text.contains("the database does not answer"));
    assertThat(begun).hasValue(1);
    never.countDown();
  }

  @Test
  @Tag("S4.17")
  void whoHoldsAllConnectionsKeepsNobodyOutAndHoldsFew() throws IOException {
    port.close();
    port = startWith(Duration.ofHours(1));
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * BriefConnections.MOST; i++) {
        held.add(new Socket(InetAddress.ofLiteral("127.0.0.1"), port.port()));
        held.getLast().getOutputStream().write("GET /health".getBytes(ISO_8859_1));
      }

      assertThat(ask("/health", "Host: 127.0.0.1:PORT\r\n")).startsWith("HTTP/1.1 200");

      for (Socket old : held.subList(0, BriefConnections.MOST)) {
        assertThat(isClosed(old)).isTrue();
      }
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
  }

  @ParameterizedTest
  @Tag("S4.17")
  @ValueSource(strings = {"", "GET /health HTTP/1.1\r\nHost: 127.0.0.1"})
  void whoDoesNotSayAllInTimeIsClosed(String begun) throws IOException {
    port.close();
    port = startWith(Duration.ofMillis(200));

    assertThat(raw(begun)).isEmpty();
  }

  @ParameterizedTest
  @Tag("S4.17")
  @ValueSource(
      strings = {
        "HELLO\r\n\r\n",
        "GET /health HTTP/2.0\r\n\r\n",
        "GET /health HTTP/1.1\r\n folded: field\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        "GET /he|alth HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
      })
  void whatIsNoRequestIsRefused(String request) throws IOException {
    assertThat(raw(request)).startsWith("HTTP/1.1 400");
  }

  @Test
  @Tag("S4.17")
  void aHeadThatHasNoEndIsRefused() throws IOException {
    String longest = "GET /health HTTP/1.1\r\nx: " + "y".repeat(RequestHead.MOST_BYTES);

    assertThat(raw(longest)).startsWith("HTTP/1.1 400").contains("too long");
  }

  @Test
  void onlyGetIsAnswered() throws IOException {
    assertThat(
            raw(
                "POST /metrics HTTP/1.1\r\nHost: 127.0.0.1:"
                    + port.port()
                    + "\r\nContent-Length: 3\r\n\r\nabc"))
        .startsWith("HTTP/1.1 405")
        .contains("\r\nAllow: GET\r\n");
  }

  private MetricsPort startWith(Duration patience) throws IOException {
    return MetricsPort.start(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
        patience,
        metrics,
        Optional::empty,
        List::of);
  }

  private static boolean isClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  private String ask(String path, String headers) throws IOException {
    return raw(
        "GET "
            + path
            + " HTTP/1.1\r\nConnection: close\r\n"
            + headers.replace("PORT", "" + port.port())
            + "\r\n");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
