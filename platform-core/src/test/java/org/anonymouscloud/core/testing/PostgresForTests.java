package org.anonymouscloud.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one {@link PostgresServer} for the whole run, which starts when the first of them
 * asks for it. Each test makes databases of its own; a test that stops the server starts another.
 */
public final class PostgresForTests implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PostgresForTests.class);

  private record Started(PostgresServer server, Path folder) implements AutoCloseable {
    static Started start() {
      try {
        Path folder = Files.createTempDirectory("anoncloud-postgres");
        return new Started(PostgresServer.start(folder.resolve("data")), folder);
      } catch (Exception e) {
        throw new IllegalStateException("PostgreSQL does not start.", e);
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      List<Path> files;
      try (Stream<Path> all = Files.walk(folder)) {
        files = all.toList();
      }
      for (Path file : files.reversed()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == PostgresServer.class;
  }

  @Override
  public PostgresServer resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return test.getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Started.class, key -> Started.start(), Started.class)
        .server();
  }
}
