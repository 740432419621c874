package org.anonymouscloud.vault.client.drive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a drive is: its tree and what is in its trash. A tree has the hash of each file, the empty
 * text for a folder, whose path ends in a slash, and an arrow before where a link leads.
 *
 * @param trash what was removed, files and links alone, in order
 */
record DriveModel(SortedMap<String, String> tree, List<String> trash) {
  static final DriveModel EMPTY = new DriveModel(new TreeMap<>(), List.of());

  /** What can be asked for. */
  enum Kind {
    WRITE,
    LINK,
    MAKE,
    MOVE,
    FORCE,
    COPY,
    DISCARD,
    REMOVE,
    RESTORE,
    BRING_BACK,
    EMPTY_TRASH
  }

  /**
   * @param from the path of which something is wanted
   * @param to where to
   * @param value what is written
   * @param part what is restored or brought back, by the rest of its paths
   */
  record Action(Kind kind, String from, String to, String value, SortedMap<String, String> part) {
    @Override
    public String toString() {
      String what = value.isEmpty() ? "" : " " + value.substring(0, Math.min(value.length(), 8));
      return switch (kind) {
        case WRITE, LINK, MAKE, DISCARD, REMOVE -> kind + " " + from + what;
        case RESTORE -> kind + " " + part + " to " + to;
        case MOVE, FORCE, COPY, BRING_BACK -> kind + " " + from + " to " + to;
        case EMPTY_TRASH -> kind.toString();
      };
    }

    /** The paths to which it may do something. */
    List<String> paths() {
      return switch (kind) {
        case WRITE, LINK, MAKE, DISCARD, REMOVE -> List.of(from);
        case RESTORE, BRING_BACK -> List.of(to);
        case MOVE, FORCE, COPY -> List.of(from, to);
        case EMPTY_TRASH -> List.of();
      };
    }
  }

  static boolean isFile(String value) {
    return !value.isEmpty() && !value.startsWith("->");
  }

  /** Whether one path lies at or below the other. */
  static boolean related(String one, String other) {
    return one.equals(other) || one.startsWith(other + "/") || other.startsWith(one + "/");
  }

  static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  boolean isFree(String path) {
    return !tree.containsKey(path) && !tree.containsKey(path + "/");
  }

  private boolean canHold(String path) {
    return parent(path).isEmpty() || tree.containsKey(parent(path) + "/");
  }

  /** Whether all above a path are folders, or missing. */
  boolean canLeadTo(String path) {
    for (String above = parent(path); !above.isEmpty(); above = parent(above)) {
      if (tree.containsKey(above)) {
        return false;
      }
    }
    return true;
  }

  /** What is at a path and below it, by the rest of its paths. */
  SortedMap<String, String> part(String path) {
    return part(tree, path);
  }

  static SortedMap<String, String> part(Map<String, String> tree, String path) {
    SortedMap<String, String> part = new TreeMap<>();
    tree.forEach(
        (at, value) -> {
          if (at.equals(path) || at.startsWith(path + "/")) {
            part.put(at.substring(path.length()), value);
          }
        });
    return part;
  }

  /** Whether it is known to the last path what an action does, if nobody else does anything. */
  boolean foresees(Action action) {
    return action.kind != Kind.RESTORE || (isFree(action.to) && canLeadTo(action.to));
  }

  /** What it is after an action that nobody raced; none if that is to be refused. */
  Optional<DriveModel> after(Action action) {
    SortedMap<String, String> after = new TreeMap<>(tree);
    List<String> thrown = new ArrayList<>(trash);
    String from = action.from;
    String to = action.to;
    boolean isThere = !isFree(from);
    switch (action.kind) {
      case WRITE, LINK -> {
        if (tree.containsKey(from + "/") || !canHold(from)) {
          return Optional.empty();
        }
        after.put(from, action.value);
      }
      case MAKE -> {
        if (tree.containsKey(from) || !canHold(from)) {
          return Optional.empty();
        }
        after.put(from + "/", "");
      }
      case DISCARD, REMOVE -> {
        if (!isThere) {
          return Optional.empty();
        }
        SortedMap<String, String> part = take(after, from);
        if (action.kind == Kind.DISCARD) {
          thrown.addAll(part.values());
        }
      }
      case MOVE, FORCE, COPY -> {
        boolean makesRoom =
            action.kind == Kind.FORCE && tree.containsKey(to) && !to.equals(from) && isThere;
        if (!isThere || to.startsWith(from + "/") || !canHold(to) || (!isFree(to) && !makesRoom)) {
          return Optional.empty();
        }
        if (makesRoom) {
          thrown.add(after.remove(to));
        }
        SortedMap<String, String> part = action.kind == Kind.COPY ? part(from) : take(after, from);
        part.forEach((rest, value) -> after.put(to + rest, value));
      }
      case RESTORE -> {
        action.part.values().forEach(thrown::remove);
        arrive(after, to, action.part);
      }
      case BRING_BACK -> {
        String then = action.part.getOrDefault("", "");
        String now = tree.getOrDefault(to, "");
        boolean replaces = isFile(then) && isFile(now);
        if (!canLeadTo(to) || (!isFree(to) && !replaces)) {
          return Optional.empty();
        }
        if (replaces) {
          thrown.add(now);
        }
        arrive(after, to, action.part);
      }
      case EMPTY_TRASH -> thrown.clear();
    }
    return Optional.of(DriveModel.of(after, thrown));
  }

  /** A model of a tree and of what is in the trash, folders among it, in any order. */
  static DriveModel of(SortedMap<String, String> tree, List<String> trash) {
    return new DriveModel(tree, trash.stream().filter(value -> !value.isEmpty()).sorted().toList());
  }

  private static void arrive(
      SortedMap<String, String> tree, String to, SortedMap<String, String> part) {
    for (String above = parent(to); !above.isEmpty(); above = parent(above)) {
      tree.put(above + "/", "");
    }
    part.forEach((rest, value) -> tree.put(to + rest, value));
  }

  private static SortedMap<String, String> take(SortedMap<String, String> tree, String path) {
    SortedMap<String, String> taken = part(tree, path);
    taken.keySet().forEach(rest -> tree.remove(path + rest));
    return taken;
  }

  /** How often each file and link is there, the trash among it. */
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new HashMap<>();
    tree.values().stream()
        .filter(value -> !value.isEmpty())
        .forEach(value -> counts.merge(value, 1, Integer::sum));
    trash.forEach(value -> counts.merge(value, 1, Integer::sum));
    return counts;
  }

  /**
   * What is wrong with what a drive has become when changes were made upon it that were prepared
   * upon an earlier state. Nothing may be missing that nobody removed who saw it.
   *
   * @param seen the state on which the changes were prepared
   * @param late what it would have become with them
   * @param actions the changes, all of which were taken
   * @param others what the others did meanwhile
   * @param actual what the drive became
   */
  List<String> wrongs(
      DriveModel seen,
      DriveModel late,
      List<Action> actions,
      List<Action> others,
      DriveModel actual) {
    List<String> wrongs = new ArrayList<>();
    Map<String, Integer> least = counts();
    Map<String, Integer> most = counts();
    for (Action action : actions) {
      switch (action.kind) {
        case WRITE, LINK -> {
          if (action.value.equals(late.tree.get(action.from))) {
            least.merge(action.value, 1, Integer::sum);
            most.merge(action.value, 1, Integer::sum);
          }
          lose(seen, action.from, least);
        }
        case REMOVE ->
            seen.part(action.from).keySet().forEach(rest -> lose(seen, action.from + rest, least));
        case COPY, BRING_BACK -> {
          SortedMap<String, String> part =
              action.kind == Kind.COPY ? seen.part(action.from) : action.part;
          for (String value : part.values()) {
            least.merge(value, 1, Integer::sum);
            most.merge(value, 1, Integer::sum);
          }
        }
        case EMPTY_TRASH -> trash.forEach(value -> least.merge(value, -1, Integer::sum));
        case MAKE, MOVE, FORCE, DISCARD, RESTORE -> {
          // Nothing comes, and nothing goes for good.
        }
      }
    }
    for (Action action : actions) {
      arriving(seen, action).forEach((path, value) -> meet(path, value, least));
    }
    Map<String, Integer> found = actual.counts();
    least.forEach(
        (value, count) -> {
          if (!value.isEmpty() && found.getOrDefault(value, 0) < count) {
            wrongs.add(value + " is there " + found.get(value) + " times, not " + count);
          }
        });
    found.forEach(
        (value, count) -> {
          if (most.getOrDefault(value, 0) < count) {
            wrongs.add(value + " came from nowhere");
          }
        });
    List<String> touched = actions.stream().flatMap(action -> action.paths().stream()).toList();
    tree.forEach(
        (path, value) -> {
          if (!value.isEmpty()
              && touched.stream().noneMatch(other -> related(path, other))
              && !value.equals(actual.tree.get(path))) {
            wrongs.add(path + " was touched by nobody and is " + actual.tree.get(path));
          }
        });
    List<String> moved = others.stream().flatMap(action -> action.paths().stream()).toList();
    for (Action action : actions) {
      if (moved.stream().anyMatch(other -> related(action.from, other))) {
        continue;
      }
      boolean removes = action.kind == Kind.REMOVE || action.kind == Kind.DISCARD;
      boolean writes = action.kind == Kind.WRITE || action.kind == Kind.LINK;
      if (removes && !actual.isFree(action.from)) {
        wrongs.add(action.from + " was not removed");
      }
      if (writes && !actual.tree.getOrDefault(action.from, "").equals(late.tree.get(action.from))) {
        wrongs.add(action.from + " was not written");
      }
    }
    return wrongs;
  }

  /** Where a change puts what was there before. */
  private static SortedMap<String, String> arriving(DriveModel seen, Action action) {
    SortedMap<String, String> arriving = new TreeMap<>();
    switch (action.kind) {
      case MOVE, FORCE, COPY ->
          seen.part(action.from).forEach((rest, value) -> arriving.put(action.to + rest, value));
      case RESTORE, BRING_BACK ->
          action.part.forEach((rest, value) -> arriving.put(action.to + rest, value));
      case WRITE, LINK, MAKE, DISCARD, REMOVE, EMPTY_TRASH -> {
        // What they write is new.
      }
    }
    return arriving;
  }

  /** What comes where another device has put the same is not kept twice. */
  private void meet(String path, String value, Map<String, Integer> least) {
    if (value.equals(tree.get(path))) {
      least.merge(value, -1, Integer::sum);
    }
  }

  /** What was at a path when its change was prepared, and is there still, may go. */
  private void lose(DriveModel seen, String path, Map<String, Integer> least) {
    String value = seen.tree.get(path);
    if (value != null && value.equals(tree.get(path))) {
      least.merge(value, -1, Integer::sum);
    }
  }
}
