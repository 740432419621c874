package org.anonymouscloud.vault.client.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a process sees the local disk: as which user and groups, with which permissions for what it
 * makes, in which mounts and below which top folder. Two processes of the same view can do the same
 * things to the same paths.
 *
 * @param text the same for the same view, and else nothing to rely on
 */
public record LocalView(String text) {
  private static final List<String> LINES = List.of("Uid:", "Gid:", "Groups:", "Umask:", "CapEff:");

  /** That of this process; none where the system does not tell, which is anywhere but on Linux. */
  public static Optional<LocalView> ofThisProcess() {
    try {
      String who =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> LINES.stream().anyMatch(line::startsWith))
              .map(line -> line.replaceAll("\\s+", " ").strip())
              .collect(Collectors.joining("; "));
      Map<String, Object> top = Files.readAttributes(Path.of("/"), "unix:dev,ino");
      return Optional.of(
          new LocalView(
              who
                  + "; "
                  + Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"))
                  + "; "
                  + top.get("dev")
                  + ":"
                  + top.get("ino")));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
