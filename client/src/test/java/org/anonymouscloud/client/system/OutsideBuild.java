package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Builds a project as a stranger does: by Maven, with a repository of its own where the jars of
 * this build are published and all else comes from a remote repository. That is the repository of
 * the outer build, which has all that is needed: so no network.
 */
final class OutsideBuild {
  private static final long TIMEOUT_SECONDS = 600;
  private static final Path ROOT = Program.LAUNCHER.getParent();
  private static final String VERSION = System.getProperty("anoncloud.version", "");

  private final Path repository;
  private final Path settings;

  /**
   * @param folder empty; for repository and settings
   */
  OutsideBuild(Path folder) throws IOException {
    this.repository = folder.resolve("repository");
    this.settings = folder.resolve("settings.xml");
    Files.createDirectories(folder);
    Files.writeString(
        settings,
        """
        <settings>
          <mirrors>
            <mirror>
              <id>outer-build</id>
              <mirrorOf>*</mirrorOf>
              <url>%s</url>
            </mirror>
          </mirrors>
        </settings>
        """
            .formatted(Path.of(System.getProperty("anoncloud.maven.repository")).toUri()));
    publish(ROOT, "anonymouscloud");
    publish(ROOT.resolve("platform-api"), "platform-api", ".jar");
    publish(ROOT.resolve("platform-testkit"), "platform-testkit");
    publish(ROOT.resolve("platform-core"), "platform-core", ".jar", "-tests.jar");
    publish(ROOT.resolve("client"), "client", ".jar", "-tests.jar");
    publish(ROOT.resolve("plugins/storage-sqlite"), "storage-sqlite", ".jar");
    publish(ROOT.resolve("plugins/storage-postgres"), "storage-postgres", ".jar");
  }

  /**
   * Publishes the pom of a module and what it has built, as {@code mvn install} does it.
   *
   * @param endings of the built files' names
   */
  private void publish(Path module, String artifact, String... endings) throws IOException {
    Path folder = repository.resolve("org/anonymouscloud").resolve(artifact).resolve(VERSION);
    Files.createDirectories(folder);
    String name = artifact + "-" + VERSION;
    Files.copy(module.resolve("pom.xml"), folder.resolve(name + ".pom"));
    for (String ending : endings) {
      Files.copy(module.resolve("target").resolve(name + ending), folder.resolve(name + ending));
    }
  }

  /** Runs {@code mvn package}. */
  void packageProject(Path project) throws IOException, InterruptedException {
    Path log = settings.resolveSibling("build.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("anoncloud.maven.home"), "bin", "mvn").toString(),
                "-B",
                "-q",
                "-s",
                settings.toString(),
                "-gs",
                settings.toString(),
                "-Dmaven.repo.local=" + repository,
                "-f",
                project.resolve("pom.xml").toString(),
                "package")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("MAVEN_OPTS");
    builder.environment().remove("MAVEN_ARGS");
    builder.environment().remove("MAVEN_CONFIG");
    Process build = builder.start();
    if (!build.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      build.destroyForcibly().waitFor();
      throw new AssertionError("The build did not end:\n" + Files.readString(log, UTF_8));
    }
    if (build.exitValue() != 0) {
      throw new AssertionError("The build failed:\n" + Files.readString(log, UTF_8));
    }
  }
}
