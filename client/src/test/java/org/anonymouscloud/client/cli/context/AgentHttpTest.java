package org.anonymouscloud.client.cli.context;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command sends to the agent and makes of its answers, seen on the wire. */
@Tag("S4.D")
final class AgentHttpTest {
  private static final String PROBLEM =
      "{\"code\":\"not-logged-in\",\"detail\":\"Nobody is logged in here.\"}";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CompletableFuture<String> said = new CompletableFuture<>();
  private ServerSocket socket;
  private AgentHttp agent;

  @BeforeEach
  void listen(@TempDir Path folder) throws IOException {
    socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Home home =
        Home.of(Map.of("ANONCLOUD_HOME", Files.createDirectory(folder.resolve("home")).toString()));
    AgentAddress address = new AgentAddress("http://127.0.0.1:" + socket.getLocalPort(), 1, "test");
    try (Secret token = Secret.of("0123456789abcdef".getBytes(US_ASCII))) {
      address.publish(home.folder(), token);
      agent = AgentHttp.of(home, address, terminal(), new Timeout());
    }
  }

  /** Hears what is said, and nothing else is asked of it. */
  private Terminal terminal() {
    return (Terminal)
        Proxy.newProxyInstance(
            Terminal.class.getClassLoader(),
            new Class<?>[] {Terminal.class},
            (proxy, method, arguments) -> {
              said.complete((String) arguments[0]);
              return null;
            });
  }

  @AfterEach
  void close() throws IOException {
    socket.close();
    threads.close();
  }

  @Test
  void aBodyThatCannotBeMadeGetsNoEnd() throws Exception {
    CompletableFuture<String> received = CompletableFuture.supplyAsync(this::readAll, threads);
    IOException disk = new IOException("Input/output error");

    assertThatThrownBy(
            () ->
                agent.upload(
                    "/file",
                    out -> {
                      out.write(new byte[100_000]);
                      throw disk;
                    }))
        .isSameAs(disk);

    // A chunk of no bytes is the end of a body (RFC 9112, section 7.1).
    assertThat(received.get()).contains("Transfer-Encoding: chunked").doesNotContain("\r\n0\r\n");
  }

  @Test
  void theReasonOfARefusalIsKnownWhateverTheStatus() {
    threads.execute(
        () -> {
          answer("HTTP/1.1 401 Unauthorized", PROBLEM);
          answer("HTTP/1.1 200 OK", PROBLEM);
        });

    assertThatThrownBy(() -> agent.post("/folder", Map.of()))
        .isInstanceOf(Problem.class)
        .hasMessage("Nobody is logged in here.")
        .satisfies(e -> assertThat(((Problem) e).kind()).isEqualTo(Problem.Kind.NOT_LOGGED_IN));
  }

  /** As long as the rest is waited for: what is read is told of until it is closed. */
  @Test
  void aServerThatGoesAwayInADownloadIsTold() throws Exception {
    threads.execute(
        () -> {
          try (Socket download = socket.accept()) {
            download
                .getOutputStream()
                .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n1".getBytes(US_ASCII));
            answer("HTTP/1.1 200 OK", "{}");
            answer("HTTP/1.1 200 OK", "{\"awaits\":\"the server\",\"awaitsServer\":true}");
            said.join();
            download.getOutputStream().write('2');
          } catch (IOException e) {
            said.completeExceptionally(e);
          }
        });

    try (InputStream content = agent.download("/file")) {
      assertThat(content.readAllBytes()).asString(US_ASCII).isEqualTo("12");
    }

    assertThat(said.join())
        .isEqualTo(
            "Waiting for the server, for 15 seconds, or 75 if it went away in the middle; Ctrl-C"
                + " ends it ...");
  }

  @Test
  void anAgentThatIsGoneIsToldWithoutAdviceForOtherCommands() {
    threads.execute(
        () -> {
          try (Socket asked = socket.accept()) {
            socket.close();
            var _ = asked.getInputStream().read();
          } catch (IOException e) {
            said.completeExceptionally(e);
          }
        });

    assertThatThrownBy(() -> agent.post("/folder", Map.of()))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "The agent has ended before this was done. If it was that of 'anoncloud up', start that"
                + " again.");
  }

  private String readAll() {
    try (Socket connection = socket.accept()) {
      return new String(connection.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Reads a request without waiting for more than its head and small body, and answers it. */
  private void answer(String status, String body) {
    try (Socket connection = socket.accept();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
      boolean chunked = false;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        chunked |= line.equals("Transfer-Encoding: chunked");
      }
      while (chunked && !"0".equals(in.readLine())) {
        // Up to the last chunk.
      }
      connection
          .getOutputStream()
          .write(
              (status
                      + "\r\nContent-Type: application/problem+json\r\nContent-Length: "
                      + body.length()
                      + "\r\nConnection: close\r\n\r\n"
                      + body)
                  .getBytes(UTF_8));
      connection.getOutputStream().flush();
    } catch (IOException e) {
      // The test finds out.
    }
  }
}
