package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * What shall go where.
 *
 * @param sources paths of files and folders
 * @param target a folder into which they go; or the path that a single one gets
 * @param recursive whether folders may be copied, with all that is in them; for copies alone
 * @param force whether a file that is there already goes to the trash
 * @param at of which state the sources are, a time or a number; for copies alone
 */
record Relocation(
    @Nullable List<String> sources,
    @Nullable String target,
    @Nullable Boolean recursive,
    @Nullable Boolean force,
    @Nullable String at) {
  private static final int MAX_SOURCES = 1_000;

  /** Of one thing. */
  record Way(VaultPath from, VaultPath to) {}

  /** Reads a request's body. */
  static Relocation of(Context context) throws Problem, IOException {
    Relocation asked = JsonBody.read(context, Relocation.class);
    if (asked.sources == null
        || asked.sources.isEmpty()
        || asked.sources.size() > MAX_SOURCES
        || asked.sources.contains(null)
        || asked.target == null) {
      throw RequestArguments.bad(
          "The body has 'sources', 1 to " + MAX_SOURCES + " paths, and a 'target'.");
    }
    return asked;
  }

  /** From where to where each goes, in the drive as the batch sees it. */
  List<Way> ways(Batch batch, String place) throws Problem, IOException {
    return ways(batch, place, batch::named);
  }

  /** A path by the names that are in a tree. */
  @FunctionalInterface
  interface Naming {
    VaultPath named(VaultPath given) throws IOException;
  }

  /**
   * The same.
   *
   * @param naming of the tree in which the sources are
   */
  List<Way> ways(Batch batch, String place, Naming naming) throws Problem, IOException {
    VaultPath goal = batch.named(RequestArguments.path(String.valueOf(target)));
    List<Way> ways = new ArrayList<>();
    for (String source : sources == null ? List.<String>of() : sources) {
      VaultPath from = naming.named(RequestArguments.path(source));
      VaultPath to = batch.destination(from, goal);
      if (ways.stream().anyMatch(way -> overlap(way.from, from))) {
        throw RequestArguments.bad(
            place + from.visible() + " is named twice, or lies in another of the sources.");
      }
      ways.add(new Way(from, to));
    }
    if (ways.size() > 1 && ways.getFirst().to.equals(goal)) {
      throw new PathRefused(PathRefused.Reason.NO_SUCH_FOLDER, goal);
    }
    if (ways.getFirst().to.equals(goal) && !goal.isTop()) {
      // A name that is given anew; one that stays may be a strange one.
      RequestArguments.writable(new VaultPath(List.of(goal.name())));
    }
    return ways;
  }

  private static boolean overlap(VaultPath one, VaultPath other) {
    return one.isAtOrBelow(other) || other.isAtOrBelow(one);
  }
}
