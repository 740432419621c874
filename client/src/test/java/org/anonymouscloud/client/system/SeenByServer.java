package org.anonymouscloud.client.system;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code docs/what-the-server-sees.md}: which columns and files it explains. */
final class SeenByServer {
  static final Path PAGE = Path.of("..", "docs", "what-the-server-sees.md");

  private static final Pattern TABLE = Pattern.compile("### (\\w+)");
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\|.*");

  private final Set<String> columns = new LinkedHashSet<>();
  private final Set<PathMatcher> files = new LinkedHashSet<>();

  /** Those that the files' paths lead through, and those that are named with a slash at the end. */
  private final Set<PathMatcher> folders = new LinkedHashSet<>();

  private SeenByServer(List<String> lines) {
    String table = "";
    for (String line : lines) {
      Matcher heading = TABLE.matcher(line);
      Matcher row = ROW.matcher(line);
      if (heading.matches()) {
        table = heading.group(1);
      } else if (line.startsWith("## ")) {
        table = "";
      } else if (row.matches() && table.isEmpty()) {
        String path = row.group(1);
        files.add(glob(path));
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/')) {
          path = path.substring(0, slash);
          folders.add(glob(path));
        }
      } else if (row.matches()) {
        columns.add(table + "." + row.group(1));
      }
    }
  }

  private static PathMatcher glob(String path) {
    return FileSystems.getDefault().getPathMatcher("glob:" + path);
  }

  static SeenByServer read() throws IOException {
    return new SeenByServer(Files.readAllLines(PAGE));
  }

  /** Each as {@code table.column}. */
  Set<String> columns() {
    return columns;
  }

  /** The files and folders below a data folder that the page does not explain. */
  Set<String> unexplained(Path data) throws IOException {
    Set<String> unexplained = new TreeSet<>();
    try (Stream<Path> all = Files.walk(data)) {
      all.filter(path -> !path.equals(data))
          .filter(
              path ->
                  (Files.isDirectory(path) ? folders : files)
                      .stream().noneMatch(kind -> kind.matches(data.relativize(path))))
          .map(data::relativize)
          .forEach(file -> unexplained.add(file.toString()));
    }
    return unexplained;
  }
}
