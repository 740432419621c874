#!/bin/sh
# Javalin 7.2.3: flush() on the stream that Context.outputStream() gives does nothing. Expected from memory: that it passes to the
# servlet's stream, as it does for one that is taken from Context.res(). Javalin's own wrapper, which compresses where it is told to,
# has write() and close() but not flush(), also with compression off. So a handler that writes a line, flushes and waits keeps the
# line, and the headers too, until it has written as much as the buffer takes or has ended. Seen with OpenJDK 25: after one second the
# caller has nothing of a line flushed by outputStream(), and the whole line after res().flushBuffer().
# It touched us where an answer has a JSON document a line (how far a check is, how far a copy): the lines came together at the end,
# and nobody noticed a caller who had gone. We call flushBuffer(). Needs mvn and a JDK 17 or newer; fails if a flush reaches the caller.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>io.javalin</groupId><artifactId>javalin</artifactId><version>7.2.3</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat >"$folder/Flush.java" <<'JAVA'
import io.javalin.Javalin;
import io.javalin.http.Context;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

public class Flush {
  public static void main(String[] args) throws Exception {
    Javalin javalin =
        Javalin.create(
                config -> {
                  config.routes.get("/stream", context -> answer(context, false));
                  config.routes.get("/response", context -> answer(context, true));
                })
            .start("127.0.0.1", 0);
    int stream = heard(javalin.port(), "/stream");
    int response = heard(javalin.port(), "/response");
    System.out.printf("bytes after a second: outputStream().flush() %d, res().flushBuffer() %d%n", stream, response);
    System.exit(stream == 0 && response > 0 ? 0 : 1);
  }

  private static void answer(Context context, boolean byResponse) throws Exception {
    context.outputStream().write("a line\n".getBytes());
    context.outputStream().flush();
    if (byResponse) {
      context.res().flushBuffer();
    }
    Thread.sleep(3_000);
  }

  private static int heard(int port, String path) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes());
      socket.setSoTimeout(1_000);
      InputStream in = socket.getInputStream();
      int bytes = 0;
      try {
        while (in.read() >= 0) {
          bytes++;
        }
      } catch (SocketTimeoutException e) {
        // So much came within a second.
      }
      return bytes;
    }
  }
}
JAVA
java -cp "$folder/lib/*" "$folder/Flush.java"
