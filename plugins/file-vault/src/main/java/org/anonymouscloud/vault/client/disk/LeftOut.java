package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.vault.client.tree.Glob;

/**
 * What of a local folder is not copied: what somebody does not want, and the folder of the program,
 * where the keys are, and the packs of a server on this machine, which would grow by what is sent.
 *
 * @param top the folder
 * @param own the folder of the program; it need not lie in the other
 */
public record LeftOut(Path top, Path own, List<Pattern> patterns) {
  public LeftOut {
    patterns = List.copyOf(patterns);
  }

  /**
   * A pattern of names or, with a slash in it, of paths.
   *
   * @param parts one for each name; a single one is for names at any depth
   */
  public record Pattern(List<Glob> parts) {
    public Pattern {
      parts = List.copyOf(parts);
    }

    /**
     * Reads a pattern as {@link Glob} has it for each name. Slashes at its ends mean nothing, nor
     * does {@code ./} before it; {@code **}{@code /} before a single name is what that means
     * anyway.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Pattern of(String text) {
      List<String> names =
          Arrays.stream(text.split("/"))
              .filter(part -> !part.isEmpty() && !part.equals("."))
              .toList();
      if (names.size() == 2 && names.getFirst().equals("**")) {
        names = names.subList(1, 2);
      }
      List<Glob> parts = names.stream().map(Glob::of).toList();
      if (parts.isEmpty()) {
        throw new IllegalArgumentException("It has no name in it.");
      }
      return new Pattern(parts);
    }

    private boolean fits(Path below) {
      int from = parts.size() == 1 ? below.getNameCount() - 1 : 0;
      if (below.getNameCount() - from != parts.size()) {
        return false;
      }
      for (int i = 0; i < parts.size(); i++) {
        if (!parts.get(i).fits(below.getName(from + i).toString())) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Of a folder that somebody named, perhaps through symbolic links.
   *
   * @param own as {@link #own}; it need not exist
   */
  public static LeftOut of(Path top, Path own, List<Pattern> patterns) throws IOException {
    Path real = top.toRealPath();
    Path place = Files.exists(own) ? own.toRealPath() : own;
    return new LeftOut(
        top, place.startsWith(real) ? top.resolve(real.relativize(place)) : place, patterns);
  }

  /**
   * Whether a path at or below the top, as it was come upon from there, is the program's folder.
   */
  public boolean isOwn(Path path) {
    return path.equals(own);
  }

  /** Whether something that somebody named lies in the program's folder, or is it. */
  public static boolean isOwn(Path named, Path own) throws IOException {
    return Files.exists(own) && named.toRealPath().startsWith(own.toRealPath());
  }

  /** Whether a path below the top fits a pattern. */
  public boolean isUnwanted(Path path) {
    if (patterns.isEmpty()) {
      return false;
    }
    Path below = top.relativize(path);
    return patterns.stream().anyMatch(pattern -> pattern.fits(below));
  }
}
