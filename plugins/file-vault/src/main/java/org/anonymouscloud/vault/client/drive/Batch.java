package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.resume.Trails;
import org.anonymouscloud.vault.client.space.GivenBackMeanwhile;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.Changes;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Merge;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a drive that become one root, or several if there are very many. Nothing is seen by
 * others before {@link #commit}, except what a long batch has committed on its way. Not
 * thread-safe.
 */
public final class Batch implements AutoCloseable {
  private final Reading drive;
  private final Writing shared;
  private final PackWriter writer;
  private final Trails trails;
  private final Changes changes = new Changes();
  private final OpenFiles files;
  private final Landing landing;

  private Snapshot base;
  private Instant begun;
  private boolean begunWriting;

  /** What had to be kept under a second name, of each commit. */
  private final List<List<Merge.Conflict>> conflicts = new ArrayList<>();

  private Committed committed = new Committed(0, 0, List.of(), Optional.empty(), Optional.empty());
  private @Nullable Removal removal;

  /**
   * What a batch has done.
   *
   * @param sentBytes bytes that went to the server in packs
   * @param resumedBytes bytes of files that an earlier try had sent
   * @param conflicts where something was kept as a second file, as another device was faster
   * @param removal the name of what went to the trash; none if nothing did
   * @param days for how many days that stays; none if nothing did, or the drive does not say it
   */
  public record Committed(
      long sentBytes,
      long resumedBytes,
      List<VaultPath> conflicts,
      Optional<Name> removal,
      Optional<Integer> days) {}

  Batch(Reading drive, Writing shared, Snapshot base) {
    this.drive = drive;
    this.shared = shared;
    this.base = base;
    this.writer = shared.newWriter();
    this.trails = new Trails(shared.journal(), writer);
    this.files = new OpenFiles(drive, shared, writer, trails, changes);
    this.landing = new Landing(drive, shared, writer, base);
    this.begun = shared.clock().instant();
  }

  /** A path by the names that are in the drive, see {@link Snapshot#named}. */
  public VaultPath named(VaultPath given) throws IOException {
    return base.named(given);
  }

  /**
   * Writes a file at a path, with what the stream gives. The folder in which it lies must be there
   * or have been made in this batch.
   *
   * @param content read to its end; the caller closes it
   * @throws PathRefused if a file cannot be there, or the precondition does not hold
   */
  public void write(
      VaultPath path, InputStream content, Attributes attributes, Precondition precondition)
      throws IOException {
    commitIfLong();
    settleBefore(path);
    requireParent(path);
    Optional<Entry> there = base.find(path);
    requireNoFolder(path, there);
    require(precondition, path, there);
    if (!begunWriting) {
      begunWriting = true;
      // First, as there may be no room for this beside what was sent for nothing.
      shared.leftovers().giveBackLeft();
    }
    files.write(path, content, attributes, there, precondition.isStrict(), landing::secure);
  }

  private void requireNoFolder(VaultPath path, Optional<Entry> there) throws PathRefused {
    if (path.isTop() || changes.makesFolder(path) || there.orElse(null) instanceof Entry.Folder) {
      throw new PathRefused(Reason.IS_A_FOLDER, path);
    }
  }

  /**
   * Puts a symbolic link at a path, in place of a file or a link that is there. The folder in which
   * it lies must be there or have been made in this batch.
   *
   * @param modified its time
   * @throws PathRefused if a folder is there
   */
  public void link(VaultPath path, LinkTarget target, Instant modified) throws IOException {
    commitIfLong();
    settleBefore(path);
    requireParent(path);
    if (files.isAny(path::equals)) {
      // Else the file, which is finished later, would be what stays.
      commit();
    }
    Optional<Entry> there = base.find(path);
    requireNoFolder(path, there);
    ItemId id = there.orElse(null) instanceof Entry.Link before ? before.id() : ItemId.random();
    changes.put(path, new Entry.Link(path.name(), id, modified, target), there, false);
  }

  /**
   * Forgets the file that was written last, whose content turned out not to be what it should: what
   * was at the path before stays.
   *
   * @return whether that is the file at this path
   */
  public boolean takeBack(VaultPath path) {
    return files.takeBack(path);
  }

  /**
   * Makes a folder at a path. The folder in which it lies must be there or have been made in this
   * batch.
   *
   * @param modified its time, also if it is there already
   * @throws PathRefused if a file is there
   */
  public void makeFolder(VaultPath path, Instant modified) throws IOException {
    if (path.isTop()) {
      return;
    }
    commitIfLong();
    settleBefore(path);
    requireParent(path);
    Optional<Entry> there = base.find(path);
    if (changes.putsFile(path)
        || files.isAny(path::equals)
        || (there.isPresent() && !(there.get() instanceof Entry.Folder))) {
      boolean isLink = there.isPresent() && there.get() instanceof Entry.Link;
      throw new PathRefused(isLink ? Reason.IS_A_LINK : Reason.NOT_A_FOLDER, path);
    }
    changes.makeFolder(path, modified);
  }

  /**
   * Makes a folder at a path where nothing is yet.
   *
   * @throws PathRefused if something is there
   */
  public void makeNewFolder(VaultPath path, Instant modified) throws IOException {
    if (path.isTop() || changes.makesFolder(path) || base.find(path).isPresent()) {
      throw new PathRefused(Reason.ALREADY_THERE, path);
    }
    makeFolder(path, modified);
  }

  /**
   * Makes a folder at a path, and the folders above it; existing ones stay as they are.
   *
   * @return whether there was none at the path
   */
  public boolean makeFolders(VaultPath path, Instant modified) throws IOException {
    boolean made = false;
    for (int depth = 1; depth <= path.names().size(); depth++) {
      VaultPath folder = upTo(path, depth);
      if (!isFolderByNow(folder)) {
        makeFolder(folder, modified);
        made = true;
      }
    }
    return made;
  }

  /**
   * As {@link #makeFolders}, for the folders below {@code top} and that one itself.
   *
   * @param modified the time of the folder at the path; none to leave it as it is
   */
  public void makeFoldersBelow(VaultPath top, VaultPath path, Optional<Instant> modified)
      throws IOException {
    // From below, as mostly the folder above is there: a path may have two thousand names.
    int there = path.names().size() - 1;
    while (there >= top.names().size() && !isFolderByNow(upTo(path, there))) {
      there--;
    }
    for (int depth = Math.max(there + 1, top.names().size());
        depth < path.names().size();
        depth++) {
      makeFolder(upTo(path, depth), shared.clock().instant());
    }
    if (modified.isPresent()) {
      makeFolder(path, modified.get());
    } else if (!isFolderByNow(path)) {
      makeFolder(path, shared.clock().instant());
    }
  }

  private static VaultPath upTo(VaultPath path, int depth) {
    return new VaultPath(path.names().subList(0, depth));
  }

  private boolean isFolderByNow(VaultPath path) throws IOException {
    return changes.makesFolder(path) || (isFolder(path) && !changes.removes(path));
  }

  private boolean isFolder(VaultPath path) throws IOException {
    return path.isTop() || base.find(path).orElse(null) instanceof Entry.Folder;
  }

  /**
   * What is at a path shall be gone for good.
   *
   * @param recursive whether a folder may go with all that is in it
   * @throws PathRefused if there is nothing, or the folder is not empty
   */
  public void remove(VaultPath path, boolean recursive, Precondition precondition)
      throws IOException {
    Entry there = removable(path, recursive, precondition);
    if (!changes.removes(path)) {
      changes.remove(path, there, precondition.isStrict());
    }
  }

  /** As {@link #remove}, but it goes to the trash, together with all that this batch discards. */
  public void discard(VaultPath path, boolean recursive, Precondition precondition)
      throws IOException {
    if (changes.changeAside()) {
      // Else what is put there would take the place of what is deleted there.
      commit();
    }
    Entry there = removable(path, recursive, precondition);
    if (!changes.removes(path)) {
      changes.discard(path, there, precondition.isStrict(), removal());
    }
  }

  private Removal removal() {
    if (removal == null) {
      removal = Removal.at(shared.clock().instant());
    }
    return removal;
  }

  private Entry removable(VaultPath path, boolean recursive, Precondition precondition)
      throws IOException {
    if (path.isTop()) {
      throw new PathRefused(Reason.IS_A_FOLDER, path);
    }
    if (changes.arrange()
        || files.isAny(file -> file.isAtOrBelow(path))
        || (changes.touch(path) && !changes.removes(path))) {
      commit();
    }
    Entry there = base.entry(path);
    require(precondition, path, Optional.of(there));
    if (!recursive && there instanceof Entry.Folder folder && !folder.pages().isEmpty()) {
      throw new PathRefused(Reason.NOT_EMPTY, path);
    }
    return there;
  }

  /**
   * Brings something back from the trash. What is at its new place already stays there, and this
   * gets a conflict name; folders that are missing above it are made.
   *
   * @param to its whole new path
   * @throws PathRefused if it is not in the trash, or cannot be at the new place
   */
  public void restore(Trashed thing, VaultPath to) throws IOException {
    if (to.names().size() > VaultPath.MAX_DEPTH) {
      throw new PathRefused(Reason.TOO_DEEP, to);
    }
    VaultPath from = thing.place();
    if (files.count() > 0
        || changes.touch(to)
        || changes.touchAside(from)
        || (changes.count() > 0 && !changes.arrange())) {
      commit();
    }
    commitIfLong();
    changes.restore(from, to);
  }

  /** Deletes something for good that is in the trash. */
  public void deleteTrashed(Trashed thing) throws IOException {
    VaultPath place = thing.place();
    if (files.count() > 0 || !changes.onlyRemove() || changes.touchAside(place)) {
      commit();
    }
    commitIfLong();
    changes.removeAside(place, thing.entry());
  }

  /**
   * Deletes for good what is in the trash.
   *
   * @param before only what was removed before this time; all, if there is none
   * @return how many removals
   */
  public long emptyTrash(Optional<Instant> before) throws IOException {
    commit();
    return before.isPresent() ? emptyBefore(before.get()) : emptyAll();
  }

  private long emptyBefore(Instant time) throws IOException {
    long removals = 0;
    Cursor<Entry> each = base.trash().removals();
    for (Entry entry = each.next(); entry != null; entry = each.next()) {
      if (entry.modified().isBefore(time)) {
        changes.removeAside(Removal.place(entry.name()), entry);
        removals++;
        if (changes.count() >= shared.pace().changes()) {
          commit();
        }
      }
    }
    return removals;
  }

  private long emptyAll() throws IOException {
    long removals = 0;
    try {
      Optional<Entry> all = base.trash().folder();
      all.ifPresent(entry -> changes.removeAside(Trash.PLACE, entry));
      Cursor<Entry> each = base.trash().removals();
      while (each.next() != null) {
        removals++;
      }
    } catch (Untrusted e) {
      if (changes.count() == 0) {
        changes.dropAside(base.root().map(KnownRoot::trees).orElse(Trees.NONE).aside());
      }
    }
    return removals;
  }

  /**
   * Where something goes that is to go to a target: into it, if that is a folder.
   *
   * @param path of what goes there
   */
  public VaultPath destination(VaultPath path, VaultPath target) throws IOException {
    return !path.isTop() && isFolderByNow(target) ? target.child(path.name()) : target;
  }

  /**
   * Moves a file or a folder: its id, its content and its pages stay. If another device changes it
   * meanwhile, that moves along; if another device puts something at the new place meanwhile, this
   * gets a conflict name.
   *
   * @param to its whole new path; the folder in which that lies must be there
   * @param force whether a file that is there goes to the trash
   * @throws PathRefused if there is nothing, or it cannot be at the new place
   */
  public void move(VaultPath from, VaultPath to, boolean force) throws IOException {
    if (files.isAny(file -> file.isAtOrBelow(from)) || changes.touch(from)) {
      commit();
    }
    if (base.find(from).isEmpty() && !from.isTop()) {
      throw new PathRefused(Reason.NOT_FOUND, from);
    }
    Optional<Entry> there = makeRoom(from, to);
    if (there.isEmpty()) {
      changes.move(from, to);
    } else if (isReplaceable(there.get(), from, to, force)) {
      changes.move(from, to, there.get(), removal());
    } else {
      throw occupied(from, to);
    }
  }

  /**
   * Puts a copy of a file or a folder at another place. No content is read or sent; a file keeps
   * its id and its version, folders get new ids. What is copied is as it was when this is called.
   *
   * @param to its whole new path; the folder in which that lies must be there
   * @param recursive whether a folder may be copied, with all that is in it
   * @param force whether a file that is there goes to the trash
   * @param unread hears which folders below could not be copied, or not wholly
   * @throws PathRefused if there is nothing, or it cannot be at the new place
   */
  public void copy(VaultPath from, VaultPath to, boolean recursive, boolean force, Unread unread)
      throws IOException {
    if (changes.touch(from)) {
      commit();
    }
    Optional<Entry> there = makeRoomForCopy(from, to, force);
    putCopy(taken(base, from, to, recursive, file -> file, unread), to, there);
  }

  /**
   * As {@link #copy}, of what was at a path in an earlier state.
   *
   * @throws GivenBackMeanwhile from {@link #commit}, if what it needs is not there any more
   */
  public void copyFrom(
      Snapshot earlier,
      VaultPath from,
      VaultPath to,
      boolean recursive,
      boolean force,
      Unread unread)
      throws IOException {
    Optional<Entry> there = makeRoomForCopy(from, to, force);
    putCopy(taken(earlier, from, to, recursive, file -> file, unread), to, there);
  }

  /** What is at the new place and goes to the trash; none if nothing is there. */
  private Optional<Entry> makeRoomForCopy(VaultPath from, VaultPath to, boolean force)
      throws IOException {
    if (from.isTop()) {
      throw new PathRefused(Reason.INTO_ITSELF, from);
    }
    Optional<Entry> there = makeRoom(from, to);
    if (there.isPresent() && !isReplaceable(there.get(), from, to, force)) {
      throw occupied(from, to);
    }
    return there;
  }

  private static PathRefused occupied(VaultPath from, VaultPath to) {
    return new PathRefused(to.equals(from) ? Reason.ONTO_ITSELF : Reason.OCCUPIED, to);
  }

  private static boolean isReplaceable(Entry there, VaultPath from, VaultPath to, boolean force) {
    return force && !(there instanceof Entry.Folder) && !to.equals(from);
  }

  private void putCopy(Entry copy, VaultPath to, Optional<Entry> there) {
    if (there.isPresent()) {
      changes.copy(copy, to, there.get(), removal());
    } else {
      changes.copy(copy, to);
    }
  }

  /**
   * Puts what was at a path in an earlier state at a path; folders that are missing above that are
   * made. A file that is there goes to the trash. Files keep their ids, as their segments are
   * sealed for those, and get versions that they never had.
   *
   * @param unread hears which folders below could not be brought back, or not wholly
   * @return whether there was anything to do: not if that version is there
   * @throws PathRefused if there was nothing, or something is there that is not replaced
   * @throws GivenBackMeanwhile from {@link #commit}, if what it needs is not there any more
   */
  public boolean bringBack(Snapshot earlier, VaultPath from, VaultPath to, Unread unread)
      throws IOException {
    if (from.isTop() || to.isTop()) {
      throw new PathRefused(Reason.IS_TOP, VaultPath.TOP);
    }
    if (to.names().size() > VaultPath.MAX_DEPTH) {
      throw new PathRefused(Reason.TOO_DEEP, to);
    }
    if (files.count() > 0 || changes.touch(to) || (changes.count() > 0 && !changes.arrange())) {
      commit();
    }
    commitIfLong();
    requireFoldersAbove(to);
    Entry entry = earlier.entry(from);
    Optional<Entry> there = base.find(to);
    if (there.isPresent()) {
      if (!(entry instanceof Entry.File then && there.get() instanceof Entry.File now)) {
        throw new PathRefused(Reason.IN_THE_WAY, to);
      }
      if (then.id().equals(now.id()) && then.content().equals(now.content())) {
        return false;
      }
    }
    long newest = Math.max(nextNumber(), version(there.orElse(null)));
    Entry back =
        taken(
            earlier,
            from,
            to,
            true,
            file ->
                file.in(Math.min(Entry.File.LAST_VERSION, Math.max(file.version(), newest) + 1)),
            unread);
    putCopy(back, to, there);
    return true;
  }

  private static long version(@Nullable Entry there) {
    return there instanceof Entry.File file ? file.version() : 0;
  }

  private void requireFoldersAbove(VaultPath path) throws IOException {
    for (VaultPath above = path.parent(); !above.isTop(); above = above.parent()) {
      Optional<Entry> there = base.find(above);
      if (there.isPresent()) {
        if (!(there.get() instanceof Entry.Folder)) {
          throw new PathRefused(Reason.NOT_A_FOLDER, above);
        }
        return;
      }
    }
  }

  /** The number of the root that this batch makes, if no other device is faster. */
  private long nextNumber() {
    return base.root().map(known -> known.number() + 1).orElse(0L);
  }

  /**
   * What is at a path, to be named once more elsewhere. All that is taken from an earlier state
   * goes through here: its packs are there only as long as that state is whole.
   *
   * @param files makes of each file what it is to be there
   */
  private Entry taken(
      Snapshot source,
      VaultPath from,
      VaultPath to,
      boolean recursive,
      UnaryOperator<Entry.File> files,
      Unread unread)
      throws IOException {
    Entry entry = source.entry(from);
    if (source != base) {
      source.state().ifPresent(landing::borrow);
    }
    return switch (entry) {
      case Entry.File file -> files.apply(file);
      case Entry.Link link -> link;
      case Entry.Folder folder -> {
        if (!recursive) {
          throw new PathRefused(Reason.NEEDS_RECURSIVE, from);
        }
        TreeCopy copy = new TreeCopy(drive.nodes(), writer, nextNumber(), files, unread);
        yield copy.copy(folder, from, to, landing::secure);
      }
    };
  }

  /**
   * Prepares to put what is at a path at another.
   *
   * @return what is there
   */
  private Optional<Entry> makeRoom(VaultPath from, VaultPath to) throws IOException {
    if (from.isTop()) {
      throw new PathRefused(Reason.IS_TOP, from);
    }
    if (!to.equals(from) && to.isAtOrBelow(from)) {
      throw new PathRefused(Reason.INTO_ITSELF, from);
    }
    if (to.names().size() > VaultPath.MAX_DEPTH) {
      throw new PathRefused(Reason.TOO_DEEP, to);
    }
    if (changes.arrivesAt(to)) {
      throw new PathRefused(Reason.OCCUPIED, to);
    }
    if (files.count() > 0 || changes.touch(to) || (changes.count() > 0 && !changes.arrange())) {
      commit();
    }
    commitIfLong();
    requireParent(to);
    if (to.isTop()) {
      throw new PathRefused(Reason.OCCUPIED, to);
    }
    return base.find(to);
  }

  private static void require(Precondition precondition, VaultPath path, Optional<Entry> there)
      throws PathRefused {
    if (!precondition.holds(there)) {
      throw new PathRefused(
          precondition instanceof Precondition.Absent ? Reason.PRESENT : Reason.CHANGED, path);
    }
  }

  private void requireParent(VaultPath path) throws IOException {
    if (!path.isTop() && !changes.makesFolder(path.parent())) {
      if (changes.putsFile(path.parent())) {
        throw new PathRefused(Reason.NOT_A_FOLDER, path.parent());
      }
      base.folder(path.parent());
    }
  }

  /**
   * What is written at a path mixes neither with what moves nor with what is removed there or above
   * it, which would be forgotten.
   */
  private void settleBefore(VaultPath path) throws IOException {
    if (changes.arrange() || changes.removes(path)) {
      commit();
    }
  }

  private void commitIfLong() throws IOException {
    Pace pace = shared.pace();
    if (files.bytes() >= pace.bytes()
        || changes.count() + files.count() >= pace.changes()
        || begun.plus(pace.time()).isBefore(shared.clock().instant())) {
      commit();
    }
  }

  /**
   * Makes the changes part of the drive; they are durable on the server when this returns.
   *
   * @throws PathRefused if a strict change does not find what it expects; then nothing is changed
   */
  public Committed commit() throws IOException {
    try {
      return commitAll();
    } catch (IOException e) {
      throw trails.failed(e);
    }
  }

  private Committed commitAll() throws IOException {
    files.settleAll();
    List<Merge.Conflict> met = List.of();
    if (changes.count() > 0) {
      base = landing.land(changes);
      met = landing.conflicts();
      changes.clear();
    }
    conflicts.add(met);
    trails.committed();
    begun = shared.clock().instant();
    writer.setFrees(false);
    boolean throwsAway = landing.throwsAway();
    committed =
        new Committed(
            writer.sentBytes(),
            trails.resumed(),
            conflicts.stream().flatMap(List::stream).map(Merge.Conflict::kept).toList(),
            throwsAway ? Optional.of(removal()).map(Removal::name) : Optional.empty(),
            throwsAway ? keptDays() : Optional.empty());
    return committed;
  }

  private Optional<Integer> keptDays() {
    try {
      return Optional.of(base.kept().days());
    } catch (IOException e) {
      // What was done is done all the same.
      return Optional.empty();
    }
  }

  /** How often it was committed so far, on the way too. */
  public int commits() {
    return conflicts.size();
  }

  /**
   * Where something is that was to be at a path: elsewhere, if something else was there by then.
   *
   * @param commit how often it had been {@linkplain #commits() committed} when that was asked for;
   *     once more by now
   */
  public VaultPath place(VaultPath asked, int commit) {
    return conflicts.get(commit).stream()
        .filter(conflict -> asked.isAtOrBelow(conflict.asked()))
        .findFirst()
        .map(conflict -> conflict.kept().join(asked.below(conflict.asked().names().size())))
        .orElse(asked);
  }

  /** What has been committed so far, on the way too; nothing at first. */
  public Committed committed() {
    return committed;
  }

  /** Gives up what has not been committed, and gives its space back if the server can be asked. */
  @Override
  public void close() {
    files.abandon();
    if (trails.wantRest()) {
      writer.finishBegun();
    }
    writer.close();
    List<PackName> named = landing.givenUp();
    Set<PackName> kept = trails.end();
    shared.leftovers().giveBack(without(kept, writer.unnamed()), without(kept, named));
  }

  private static List<PackName> without(Set<PackName> kept, List<PackName> packs) {
    return packs.stream().filter(pack -> !kept.contains(pack)).toList();
  }
}
