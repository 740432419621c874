package org.anonymouscloud.core.release;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.Digest;

/**
 * The plugins that are part of the program. The build writes the list into the program's own jar,
 * where nobody can change it who could not change the program ({@code docs/formats/plugin.md}).
 */
public final class DistributionList {
  private static final String HEADER = "anonymouscloud plugins 1";
  private static final String PUBLISHER = "part of the program";
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\.jar");

  private DistributionList() {}

  /** Writes the list of the jars in a folder; part of the build. */
  public static void main(String[] arguments) throws IOException, PluginRefused {
    Path folder = Path.of(arguments[0]);
    Path list = Path.of(arguments[1]);
    Files.createDirectories(list.toAbsolutePath().getParent());
    Files.writeString(list, of(folder));
  }

  /** The list of the jars in a folder, which are opened: only for jars that were made here. */
  public static String of(Path folder) throws IOException, PluginRefused {
    StringBuilder list = new StringBuilder(HEADER).append('\n');
    for (Path jar : jars(folder)) {
      Release release = Release.of(jar);
      list.append(
          String.join(
              " ",
              jar.getFileName().toString(),
              Long.toString(release.size()),
              release.digest().toString(),
              release.id(),
              release.version().toString(),
              String.join(",", release.capabilities())));
      list.append('\n');
    }
    return list.toString();
  }

  /**
   * The plugins that a list names, and the jars in the folder that it does not name.
   *
   * @param disabled ids of plugins that the owner of the machine does not want
   * @throws IOException if the folder or the list cannot be read
   */
  public static Plugins read(byte[] list, Path folder, Set<String> disabled) throws IOException {
    List<String> lines = new String(list, UTF_8).lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw damaged(null);
    }
    List<TrustedPlugin> vouched = new ArrayList<>();
    Set<String> files = new HashSet<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" ", -1);
      if (words.length != 6 || !FILE.matcher(words[0]).matches()) {
        throw damaged(null);
      }
      Release release = release(words);
      files.add(words[0]);
      vouched.add(
          new TrustedPlugin(
              folder.resolve(words[0]),
              release,
              PUBLISHER,
              !disabled.contains(release.id()),
              true,
              Optional.empty()));
    }
    List<SwitchedOff> strangers = new ArrayList<>();
    for (Path jar : jars(folder)) {
      String file = jar.getFileName().toString();
      if (!files.contains(file)) {
        strangers.add(
            new SwitchedOff(
                file, "it is not part of the program; jars of others are installed by command"));
      }
    }
    return new Plugins(vouched, strangers);
  }

  private static Release release(String[] words) throws IOException {
    try {
      JarManifest manifest =
          JarManifest.of(words[3], Version.parse(words[4]), List.of(words[5].split(",", -1)));
      return new Release(
          manifest.id(),
          manifest.version(),
          manifest.capabilities(),
          Long.parseLong(words[1]),
          Digest.of(HexFormat.of().parseHex(words[2])));
    } catch (PluginRefused | IllegalArgumentException e) {
      throw damaged(e);
    }
  }

  private static IOException damaged(@org.jspecify.annotations.Nullable Exception cause) {
    return new IOException("The program's list of its plugins is damaged; build it anew.", cause);
  }

  private static List<Path> jars(Path folder) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      files.forEach(jars::add);
    }
    jars.sort(null);
    return jars;
  }
}
