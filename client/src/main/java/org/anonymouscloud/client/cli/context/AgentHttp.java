package org.anonymouscloud.client.cli.context;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.plugin.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * The local API over HTTP. Each request names itself, so that one cut in the middle of a body can
 * still learn why: the agent keeps the reason. Thread-safe.
 */
public final class AgentHttp implements AgentApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "/api/v1";
  private static final int CHUNK = 64 * 1024;
  private static final int CONNECT_MILLIS = 5_000;

  /** After so long somebody wants to know what is going on. */
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final String url;
  private final String authorization;
  private final Terminal terminal;
  private final Timeout timeout;
  private final AtomicBoolean told = new AtomicBoolean();

  private AgentHttp(String url, String authorization, Terminal terminal, Timeout timeout) {
    this.url = url;
    this.authorization = authorization;
    this.terminal = terminal;
    this.timeout = timeout;
  }

  /**
   * Talks to the agent at an address, with the token of the home.
   *
   * @param terminal hears what is waited for
   */
  static AgentHttp of(Home home, AgentAddress address, Terminal terminal, Timeout timeout)
      throws IOException {
    try (Secret token = AgentAddress.token(home.folder())) {
      // HttpURLConnection takes header values as String only.
      return new AgentHttp(
          address.url(), "Bearer " + new String(token.bytes(), US_ASCII), terminal, timeout);
    }
  }

  @Override
  public JsonNode get(String path) throws Problem, IOException {
    return exchange("GET", path, null, null);
  }

  @Override
  public JsonNode post(String path, Object body) throws Problem, IOException {
    return exchange("POST", path, body);
  }

  @Override
  public JsonNode put(String path, Object body) throws Problem, IOException {
    return exchange("PUT", path, body);
  }

  private JsonNode exchange(String method, String path, Object body) throws Problem, IOException {
    byte[] json = JSON.writeValueAsBytes(body);
    try {
      return exchange(method, path, "application/json", out -> out.write(json));
    } finally {
      // It may hold a password.
      Arrays.fill(json, (byte) 0);
    }
  }

  @Override
  public JsonNode delete(String path) throws Problem, IOException {
    return exchange("DELETE", path, null, null);
  }

  @Override
  public JsonNode upload(String path, Body body) throws Problem, IOException {
    return exchange("PUT", path, "application/octet-stream", body);
  }

  @Override
  public void follow(String path, Object body, Consumer<JsonNode> lines)
      throws Problem, IOException {
    byte[] json = JSON.writeValueAsBytes(body);
    var _ =
        exchange(
            "POST",
            path,
            "application/json",
            out -> out.write(json),
            in -> {
              try (MappingIterator<JsonNode> each = JSON.readerFor(JsonNode.class).readValues(in)) {
                while (each.hasNextValue()) {
                  lines.accept(each.nextValue());
                }
              }
              return MissingNode.getInstance();
            });
  }

  private JsonNode exchange(String method, String path, @Nullable String type, @Nullable Body body)
      throws Problem, IOException {
    return exchange(method, path, type, body, JSON::readTree);
  }

  /** Makes something of an answer. */
  @FunctionalInterface
  private interface Reading {
    JsonNode of(InputStream answer) throws IOException;
  }

  private JsonNode exchange(
      String method, String path, @Nullable String type, @Nullable Body body, Reading reading)
      throws Problem, IOException {
    HttpURLConnection connection = open(method, path);
    String id = connection.getRequestProperty("Request-Id");
    try (var _ = new Watch()) {
      if (body != null) {
        connection.setDoOutput(true);
        connection.setChunkedStreamingMode(CHUNK);
        connection.setRequestProperty("Content-Type", requireNonNull(type));
        send(body, connection);
      }
      check(connection);
      try (InputStream in = connection.getInputStream()) {
        return reading.of(in);
      }
    } catch (BodyFailed e) {
      throw e.cause;
    } catch (ConnectException e) {
      throw new Problem(Problem.Kind.UNAVAILABLE, "The agent does not answer; try again.", e);
    } catch (IOException e) {
      throw reason(id, e);
    }
  }

  /** A body that could not be made: the caller's own trouble, not the connection's. */
  private static final class BodyFailed extends IOException {
    private static final long serialVersionUID = 1;

    private final IOException cause;

    BodyFailed(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  /** The connection does not take the body. */
  private static final class ConnectionFailed extends IOException {
    private static final long serialVersionUID = 1;

    ConnectionFailed(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Sends a body. Only one that was written to its end gets an end: closing the stream would end it
   * as well, and half a file would be taken for a whole one.
   */
  private static void send(Body body, HttpURLConnection connection) throws IOException {
    OutputStream out = connection.getOutputStream();
    boolean whole = false;
    try {
      body.writeTo(new Outgoing(out));
      whole = true;
    } catch (ConnectionFailed e) {
      throw e;
    } catch (IOException e) {
      throw new BodyFailed(e);
    } finally {
      if (whole) {
        out.close();
      } else {
        connection.disconnect();
      }
    }
  }

  /** Tells failures of the connection from those of the one who writes to it. */
  private static final class Outgoing extends FilterOutputStream {
    Outgoing(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw new ConnectionFailed(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw new ConnectionFailed(e);
      }
    }

    @Override
    public void close() {
      // The end of a body is not the writer's to say.
    }
  }

  @Override
  public InputStream download(String path) throws Problem, IOException {
    HttpURLConnection connection = open("GET", path);
    String id = connection.getRequestProperty("Request-Id");
    Watch watch = new Watch();
    InputStream content;
    try {
      check(connection);
      content = connection.getInputStream();
    } catch (Problem | IOException | RuntimeException e) {
      watch.close();
      throw e;
    }
    long length = connection.getContentLengthLong();
    return new FilterInputStream(content) {
      private long read;

      @Override
      public void close() throws IOException {
        watch.close();
        super.close();
      }

      // Asked about it, the JDK's stream would take in all that the socket holds.
      @Override
      public int available() {
        return 0;
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int wanted) throws IOException {
        int got;
        try {
          got = super.read(target, offset, wanted);
        } catch (IOException e) {
          throw asIo(id, e);
        }
        if (got < 0 && length >= 0 && read < length) {
          throw asIo(id, new IOException("The agent ended the download early."));
        }
        read += Math.max(got, 0);
        return got;
      }
    };
  }

  private HttpURLConnection open(String method, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url + PREFIX + path).toURL().openConnection(Proxy.NO_PROXY);
    connection.setRequestMethod(method);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setRequestProperty("Authorization", authorization);
    connection.setRequestProperty("Request-Id", UUID.randomUUID().toString());
    timeout
        .wanted()
        .ifPresent(wait -> connection.setRequestProperty("Wait", Long.toString(wait.toSeconds())));
    return connection;
  }

  /**
   * Says once what is waited for, if an answer takes long because a server or the keyring does not
   * give one.
   */
  private final class Watch implements AutoCloseable {
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::watch);

    Watch() {
      thread.start();
    }

    private void watch() {
      try {
        while (!told.get()) {
          Thread.sleep(SILENCE);
          HttpURLConnection connection = open("GET", "/agent");
          try (InputStream in = connection.getInputStream()) {
            JsonNode agent = JSON.readTree(in);
            String awaited = agent.path("awaits").asText("");
            if (!awaited.isEmpty() && !told.getAndSet(true)) {
              terminal.warn("Waiting for " + awaited + patience(agent) + " ...");
            }
          }
        }
      } catch (InterruptedException e) {
        // There is an answer.
      } catch (IOException e) {
        // Whoever waits for the answer finds out.
      }
    }

    /** How long it may take until a server is given up. */
    private String patience(JsonNode agent) {
      if (!agent.path("awaitsServer").asBoolean()) {
        return "";
      }
      return ", for "
          + timeout.wanted().orElse(Waiting.USUAL).toSeconds()
          + " seconds, or "
          + RetryPolicy.LIMIT.toSeconds()
          + " if it went away in the middle; Ctrl-C ends it";
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }

  private static void check(HttpURLConnection connection) throws Problem, IOException {
    int status = connection.getResponseCode();
    if (status < 400) {
      return;
    }
    try (InputStream error = connection.getErrorStream()) {
      if (error == null) {
        // The JDK keeps a refusal's text from whoever sent a body as a stream, if the status is
        // 401.
        throw new IOException(
            "It answered with status " + status + "; its log, agent.log, may say more.");
      }
      throw problem(JSON.readTree(error), status);
    }
  }

  /** The agent's own reason for a cut request, or the cut itself. */
  private Problem reason(String id, IOException cut) {
    try {
      HttpURLConnection connection = open("GET", "/requests/" + id + "/problem");
      if (connection.getResponseCode() == HttpURLConnection.HTTP_OK) {
        try (InputStream in = connection.getInputStream()) {
          return problem(JSON.readTree(in), HttpURLConnection.HTTP_INTERNAL_ERROR);
        }
      }
    } catch (ConnectException e) {
      cut.addSuppressed(e);
      return new Problem(
          Problem.Kind.UNAVAILABLE,
          "The agent has ended before this was done. If it was that of 'anoncloud up', start that"
              + " again.",
          cut);
    } catch (IOException e) {
      cut.addSuppressed(e);
    }
    return new Problem(
        Problem.Kind.UNAVAILABLE, "The agent did not do it: " + cut.getMessage(), cut);
  }

  private IOException asIo(String id, IOException cut) {
    Problem reason = reason(id, cut);
    return new IOException(String.valueOf(reason.getMessage()), reason);
  }

  private static Problem problem(JsonNode document, int status) {
    String detail =
        document.path("detail").asText("The agent answered with status " + status + ".");
    Problem.Kind kind =
        Problem.Kind.ofCode(document.path("code").asText("")).orElse(Problem.Kind.REFUSED);
    return new Problem(kind, detail);
  }
}
