package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.past.EarlierPlace;
import org.anonymouscloud.vault.client.past.Version;
import org.anonymouscloud.vault.client.past.Versions;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.store.History;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.client.tree.TreeDiff;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.Member;
import org.jspecify.annotations.Nullable;

/**
 * What was: the states that the drive has been in, the versions of a file, and the way back to one.
 * Thread-safe.
 */
final class HistoryRoutes {
  private static final int USUAL = 20;
  private static final int MOST = 1_000;

  /** States that one question for versions looks through; it says where to go on. */
  private static final int STATES_AT_ONCE = 20_000;

  /** Differences of a state that are counted. */
  private static final int COUNTED = 1_000;

  /** Differences of a state that are named. */
  private static final int NAMED = 20;

  private final OpenDrive drive;

  HistoryRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return List.of(
        new Route(
                HandlerType.GET,
                "/vault/history",
                Scope.READ,
                "The states that the drive has been in, the newest first (from: the highest number,"
                    + " limit: how many, changes: also what each changed).",
                VaultProblems.told(this::list))
            .asking("from", "limit", "changes"),
        new Route(
                HandlerType.POST,
                "/vault/history/{number}/go-back",
                Scope.WRITE,
                "Makes the tree of an earlier state the newest one again; the states between stay"
                    + " (leftOut: also one that was left out when devices were removed; givenBack:"
                    + " also one whose space was given back, as far as it is still there).",
                VaultProblems.told(drive, this::goBack))
            .asking("leftOut", "givenBack"),
        new Route(
                HandlerType.GET,
                "/vault/versions/<path>",
                Scope.READ,
                "The versions of the file that is or was at a path, the newest first (limit: how"
                    + " many; from: the highest number of a state, as 'next' of the answer before"
                    + " says it). One that came there by a move has 'moved' with the 'path' and the"
                    + " 'state' before: its earlier versions are at that path, from that state,"
                    + " with its 'id'.",
                VaultProblems.told(this::versions))
            .asking("from", "limit", "id"),
        new Route(
            HandlerType.POST,
            "/vault/restores",
            Scope.WRITE,
            "Put a file or a folder of an earlier state back ({path, at, to}): as it was at a time,"
                + " or in the state of a number; without at, as it was when it was last there."
                + " Nothing of it is read or sent. A file that is there now goes to the trash.",
            VaultProblems.told(drive, this::restore)));
  }

  /**
   * @param time none if the state does not open, as its writer's clock said it
   * @param device that wrote it
   * @param account whose device that is; none if the state does not open
   * @param by the name of that account, if it is a member and one of the contacts
   * @param member whether that account is still a member; none if that is not known
   * @param opens whether its topmost folder can be read
   * @param counts false if a device left it that was removed
   * @param givenBack whether its space was given back, so that there is no way back to it
   * @param changes what is different from the state before it; none if that was not asked, or is
   *     not known
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record State(
      long number,
      @JsonInclude @Nullable String time,
      String device,
      @Nullable String account,
      @Nullable String by,
      @Nullable Boolean member,
      boolean opens,
      boolean counts,
      boolean givenBack,
      @Nullable Changes changes) {}

  /**
   * How many paths are different; what is in a folder that came or went does not count besides, and
   * what was moved neither as added nor as removed.
   *
   * @param more whether there are more than were counted
   * @param paths some of them, each after {@code +}, {@code ~} or {@code -}
   * @param moves some of what was moved
   */
  private record Changes(
      long added,
      long changed,
      long removed,
      long moved,
      boolean more,
      List<String> paths,
      List<Move> moves) {
    private record Move(String from, String to) {}

    private static Changes of(TreeDiff differences) throws IOException {
      List<TreeDiff.Difference> found = new ArrayList<>();
      TreeDiff.Difference next = differences.next();
      for (; next != null && found.size() < COUNTED; next = differences.next()) {
        found.add(next);
      }
      List<Replaced> all = found.stream().map(Replaced::of).toList();
      Map<ItemId, TreeDiff.Difference> gone = new HashMap<>();
      for (Replaced one : all) {
        one.gone().ifPresent(part -> gone.put(part.entry().id(), part));
      }
      List<Move> moves = new ArrayList<>();
      Set<TreeDiff.Difference> moved = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Replaced one : all) {
        TreeDiff.Difference came = one.came().orElse(null);
        // A copy has the id as well: one thing moves to one place.
        TreeDiff.Difference from = came == null ? null : gone.remove(came.entry().id());
        if (came != null && from != null) {
          moves.add(new Move(from.path().toString(), came.path().toString()));
          moved.add(from);
          moved.add(came);
        }
      }
      found = all.stream().flatMap(one -> one.rest(moved)).toList();
      Map<TreeDiff.Kind, Long> counts = new EnumMap<>(TreeDiff.Kind.class);
      found.forEach(one -> counts.merge(one.kind(), 1L, Long::sum));
      return new Changes(
          counts.getOrDefault(TreeDiff.Kind.ADDED, 0L),
          counts.getOrDefault(TreeDiff.Kind.CHANGED, 0L),
          counts.getOrDefault(TreeDiff.Kind.REMOVED, 0L),
          moves.size(),
          next != null,
          found.stream().limit(NAMED).map(one -> sign(one.kind()) + one.path().toString()).toList(),
          moves.stream().limit(NAMED).toList());
    }

    /**
     * A difference, and what came and what went if one thing stands where another one was: either
     * may have been moved.
     */
    private record Replaced(
        TreeDiff.Difference one,
        Optional<TreeDiff.Difference> gone,
        Optional<TreeDiff.Difference> came) {
      static Replaced of(TreeDiff.Difference one) {
        return switch (one.kind()) {
          case REMOVED -> new Replaced(one, Optional.of(one), Optional.empty());
          case ADDED -> new Replaced(one, Optional.empty(), Optional.of(one));
          case CHANGED -> {
            Entry was = one.was().orElseThrow();
            yield was.id().equals(one.entry().id())
                ? new Replaced(one, Optional.empty(), Optional.empty())
                : new Replaced(
                    one,
                    Optional.of(
                        new TreeDiff.Difference(TreeDiff.Kind.REMOVED, one.path(), was, one.was())),
                    Optional.of(
                        new TreeDiff.Difference(
                            TreeDiff.Kind.ADDED, one.path(), one.entry(), Optional.empty())));
          }
        };
      }

      /** What is to be said besides of what was moved: of a folder that was replaced, both. */
      Stream<TreeDiff.Difference> rest(Set<TreeDiff.Difference> moved) {
        List<TreeDiff.Difference> parts = Stream.concat(gone.stream(), came.stream()).toList();
        boolean isWhole =
            parts.stream()
                .noneMatch(part -> moved.contains(part) || part.entry() instanceof Entry.Folder);
        return isWhole ? Stream.of(one) : parts.stream().filter(part -> !moved.contains(part));
      }
    }

    private static char sign(TreeDiff.Kind kind) {
      return switch (kind) {
        case ADDED -> '+';
        case CHANGED -> '~';
        case REMOVED -> '-';
      };
    }
  }

  private void list(Context context) throws Problem, NotLoggedIn, IOException {
    String from = context.queryParam("from");
    int limit = RequestArguments.number(context, "limit", USUAL, MOST);
    boolean changes = RequestArguments.flag(context, "changes");
    Drive open = drive.of(context);
    // One more, to compare the last with.
    List<History.State> found =
        open.history(
            from == null ? Long.MAX_VALUE : RequestArguments.state(from),
            changes ? limit + 1 : limit);
    LongPredicate whole = open.whole();
    Map<AccountId, String> names = names(open);
    Optional<Set<AccountId>> members = members(open);
    List<State> states = new ArrayList<>();
    for (int at = 0; at < Math.min(limit, found.size()); at++) {
      History.State state = found.get(at);
      boolean there = whole.test(state.signed().number());
      states.add(
          new State(
              state.signed().number(),
              state.root().map(root -> root.time().toString()).orElse(null),
              state.signed().device().toString(),
              state.root().map(root -> root.account().toString()).orElse(null),
              state.root().map(root -> names.get(root.account())).orElse(null),
              state
                  .root()
                  .flatMap(root -> members.map(all -> all.contains(root.account())))
                  .orElse(null),
              there && open.opens(state),
              state.counts(),
              !there,
              changes ? changes(open, whole, found, at) : null));
    }
    context.json(Map.of("states", states));
  }

  /** What a state has changed, if it and the one before it are known. */
  private static @Nullable Changes changes(
      Drive open, LongPredicate whole, List<History.State> states, int at) throws IOException {
    Optional<Root> root = states.get(at).root();
    int older = at + 1;
    while (older < states.size() && !states.get(older).counts()) {
      older++;
    }
    boolean first = root.filter(one -> one.number() == 0).isPresent();
    if (root.isEmpty() || !whole.test(root.get().number()) || (older == states.size() && !first)) {
      return null;
    }
    try {
      if (first) {
        return Changes.of(open.difference(Optional.empty(), root.get()));
      }
      Optional<Root> before = states.get(older).root();
      return before.isEmpty() || !whole.test(before.get().number())
          ? null
          : Changes.of(open.difference(before, root.get()));
    } catch (Untrusted e) {
      return null;
    }
  }

  private void goBack(Context context) throws Problem, NotLoggedIn, IOException {
    long number = RequestArguments.state(context.pathParam("number"));
    Drive open = drive.of(context);
    Drive.WentBack done =
        open.goBack(
            number,
            RequestArguments.flag(context, "leftOut"),
            RequestArguments.flag(context, "givenBack"));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("number", done.made().number());
    answer.put("before", done.before());
    try {
      KeptStates kept = open.kept();
      answer.put("keptDays", kept.days());
      answer.put("keptWeeks", kept.weeks());
    } catch (IOException e) {
      // What was done is done all the same.
    }
    context.json(answer);
  }

  /**
   * A version as the local API tells of it.
   *
   * @param state the oldest in which it is, of those that are whole: to be asked for with 'at'
   * @param since when it came there
   * @param size bytes of a file; 0 for a link
   * @param version of a file
   * @param target where a link led
   * @param account whose device wrote it; none if that is not known any more
   * @param by the name of that account, if it is a member and one of the contacts
   * @param member whether that account is still a member; none if that is not known
   * @param current whether it is there now
   * @param moved where it was before it came there by a move
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record VersionView(
      String path,
      long state,
      String since,
      long size,
      String modified,
      String id,
      @Nullable Long version,
      @Nullable String target,
      @Nullable String account,
      @Nullable String by,
      @Nullable Boolean member,
      @Nullable String device,
      boolean current,
      @Nullable Moved moved) {}

  /**
   * @param state the last in which it was at that path
   */
  private record Moved(String path, long state) {
    static Moved of(EarlierPlace place) {
      return new Moved(place.path().toString(), place.state());
    }
  }

  /**
   * What the members are called who are contacts. Nobody has a name if a member's account cannot be
   * read or trusted, as a deleted one: what was shows all the same, as people go back from there.
   */
  private static Map<AccountId, String> names(Drive open) throws IOException {
    Map<AccountId, String> names = new HashMap<>();
    try {
      for (Members.Person person : open.people()) {
        person.name().ifPresent(name -> names.put(person.member().account(), name.text()));
      }
    } catch (IOException e) {
      return Map.of();
    }
    return names;
  }

  /** The accounts that use the drive now; none if that cannot be told, as for {@link #names}. */
  private static Optional<Set<AccountId>> members(Drive open) {
    try {
      return open.members()
          .map(list -> list.members().stream().map(Member::account).collect(Collectors.toSet()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void versions(Context context) throws Problem, NotLoggedIn, IOException {
    String from = context.queryParam("from");
    int limit = RequestArguments.number(context, "limit", USUAL, MOST);
    Drive open = drive.of(context);
    VaultPath path = open.snapshot().named(RequestArguments.path(context));
    Versions.Found found =
        new Versions(open, path, RequestArguments.id(context), STATES_AT_ONCE)
            .find(from == null ? Long.MAX_VALUE : RequestArguments.state(from), limit);
    Map<AccountId, String> names = names(open);
    Optional<Set<AccountId>> members = members(open);
    List<VersionView> views = new ArrayList<>();
    for (Version version : found.versions()) {
      Entry entry = version.entry();
      Optional<Entry.File> file =
          entry instanceof Entry.File is ? Optional.of(is) : Optional.empty();
      if (!(entry instanceof Entry.Folder)) {
        Optional<Root> by = version.by();
        views.add(
            new VersionView(
                path.toString(),
                version.state(),
                version.since().toString(),
                file.map(Entry.File::content).map(Content::length).orElse(0L),
                entry.modified().toString(),
                entry.id().toString(),
                file.map(Entry.File::version).orElse(null),
                entry instanceof Entry.Link link ? link.target().text() : null,
                by.map(root -> root.account().toString()).orElse(null),
                by.map(root -> names.get(root.account())).orElse(null),
                by.flatMap(root -> members.map(all -> all.contains(root.account()))).orElse(null),
                by.map(root -> root.device().toString()).orElse(null),
                version.current(),
                version.moved().map(Moved::of).orElse(null)));
      }
    }
    if (from == null && found.versions().isEmpty() && found.next().isEmpty()) {
      throw new PathRefused(Reason.NEVER_THERE, path);
    }
    if (from == null && views.isEmpty() && found.next().isEmpty()) {
      throw new PathRefused(Reason.IS_A_FOLDER, path);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("path", path.toString());
    answer.put("versions", views);
    found.next().ifPresent(next -> answer.put("next", next));
    answer.put("unreadable", found.unread());
    context.json(answer);
  }

  /** What shall be put back, as it was when, and where to. */
  private record Restored(@Nullable String path, @Nullable String at, @Nullable String to) {}

  private void restore(Context context) throws Problem, NotLoggedIn, IOException {
    Restored asked = JsonBody.read(context, Restored.class);
    if (asked.path == null) {
      throw RequestArguments.bad("The body has a 'path'.");
    }
    Drive open = drive.of(context);
    VaultPath given = RequestArguments.path(asked.path);
    Snapshot earlier =
        asked.at == null
            ? lastWith(open, given, RequestArguments.place(context))
            : open.snapshot(RequestArguments.asOf(asked.at));
    VaultPath path = earlier.named(given);
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    try (Batch batch = open.batch()) {
      VaultPath to =
          asked.to == null
              ? path
              : RequestArguments.writable(batch.named(RequestArguments.path(asked.to)));
      boolean done =
          batch.bringBack(earlier, path, to, (below, why) -> unread.put(path.join(below), why));
      Map<String, Object> answer = FileRoutes.committed(to, batch);
      answer.put("from", path.toString());
      answer.put("restored", done);
      earlier
          .state()
          .ifPresent(
              state -> {
                answer.put("state", state.number());
                answer.put("since", state.since().toString());
              });
      answer.put("unreadable", RelocationRoutes.unreadable(unread));
      context.json(answer);
    }
  }

  /** The last state in which there was something at a path where nothing is now. */
  private static Snapshot lastWith(Drive open, VaultPath given, String place)
      throws Problem, IOException {
    Snapshot now = open.snapshot();
    VaultPath path = now.named(given);
    if (path.isTop() || now.find(path).isPresent()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          place
              + path.visible()
              + " is there now; say of which time or state it shall come back ('anoncloud versions'"
              + " shows them for a file).");
    }
    Versions.Found found =
        new Versions(open, path, Optional.empty(), Integer.MAX_VALUE).find(Long.MAX_VALUE, 1);
    if (found.versions().isEmpty()) {
      throw new PathRefused(Reason.NEVER_THERE, path);
    }
    return open.snapshot(new AsOf.Number(found.versions().getFirst().newest()));
  }
}
