package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.resume.Trail;
import org.anonymouscloud.vault.client.resume.Trails;
import org.anonymouscloud.vault.client.space.GivenBackMeanwhile;
import org.anonymouscloud.vault.client.space.Marking;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.tree.Changes;
import org.anonymouscloud.vault.client.tree.ConflictName;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Merge;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a drive that become one root, or several if there are very many. Nothing is seen by
 * others before {@link #commit}, except what a long batch has committed on its way. Not
 * thread-safe.
 */
public final class Batch implements AutoCloseable {
  private static final int MAX_OPEN_FILES = 512;

  private final Reading drive;
  private final Writing shared;
  private final PackWriter writer;
  private final Trails trails;
  private final Changes changes = new Changes();
  private final Deque<OpenFile> open = new ArrayDeque<>();
  private final List<VaultPath> conflicts = new ArrayList<>();

  /** Numbers of the earlier states from which something was taken. */
  private final Set<Long> borrowed = new HashSet<>();

  /** Packs that a root has named before what is in them is in the tree. */
  private final List<PackName> secured = new ArrayList<>();

  /** By when a root has named all of those. */
  private Optional<Roots.Known> securedBy = Optional.empty();

  /** By when the server is known to keep all that the changes refer to. */
  private Optional<Roots.Known> keptBy;

  /** Whether a root with the tree of this batch was sent and nobody knows what became of it. */
  private boolean undecided;

  private Snapshot base;
  private long bytes;
  private Instant begun;
  private @Nullable Removal removal;
  private boolean throwsAway;

  /** A file whose segments are still being sealed. */
  private record OpenFile(
      VaultPath path,
      Attributes attributes,
      ItemId id,
      long version,
      Optional<Entry> there,
      Optional<Entry.File> before,
      boolean strict,
      FileWriter writer,
      Optional<Trail> trail) {}

  /**
   * What a batch has done.
   *
   * @param sentBytes bytes that went to the server in packs
   * @param resumedBytes bytes of files that an earlier try had sent
   * @param conflicts where something was kept as a second file, as another device was faster
   * @param removal the name of what went to the trash; none if nothing did
   */
  public record Committed(
      long sentBytes, long resumedBytes, List<VaultPath> conflicts, Optional<Name> removal) {}

  Batch(Reading drive, Writing shared, Snapshot base) {
    this.drive = drive;
    this.shared = shared;
    this.base = base;
    this.keptBy = base.root();
    this.writer = shared.newWriter();
    this.trails = new Trails(shared.journal(), writer);
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
    // One whose versions are used up, which only a hostile device can have written, ends here.
    Optional<Entry.File> before =
        there.orElse(null) instanceof Entry.File file && file.version() < Entry.File.LAST_VERSION
            ? Optional.of(file)
            : Optional.empty();
    Optional<Trail> trail = trails.begin(path, before);
    ItemId id =
        trail
            .map(Trail::file)
            .orElseGet(() -> before.map(Entry.File::id).orElseGet(ItemId::random));
    long version = before.map(Entry.File::version).orElse(0L) + 1;
    FileWriter file =
        new FileWriter(
            drive.nodes(),
            shared.sealer(),
            writer,
            drive.id(),
            id,
            version,
            before.map(Entry.File::content),
            attributes.sparse(),
            trail);
    try {
      file.write(content, this::secure);
    } catch (IOException e) {
      // Half a file must never be committed.
      file.abandon();
      throw trails.failed(e);
    } catch (RuntimeException e) {
      file.abandon();
      throw e;
    }
    trail.ifPresent(trails::read);
    open.addLast(
        new OpenFile(
            path, attributes, id, version, there, before, precondition.isStrict(), file, trail));
    bytes += file.length();
    while (open.size() > MAX_OPEN_FILES) {
      settle();
    }
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
    if (isWriting(path::equals)) {
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
    if (open.isEmpty() || !open.getLast().path.equals(path)) {
      return false;
    }
    OpenFile last = open.removeLast();
    last.writer.abandon();
    last.trail.ifPresent(trails::forget);
    bytes -= last.writer.length();
    return true;
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
        || isWriting(path::equals)
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

  /** Makes a folder at a path, and the folders above it; existing ones stay as they are. */
  public void makeFolders(VaultPath path, Instant modified) throws IOException {
    for (int depth = 1; depth <= path.names().size(); depth++) {
      VaultPath folder = upTo(path, depth);
      if (!isFolderByNow(folder)) {
        makeFolder(folder, modified);
      }
    }
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
        || isWriting(file -> file.isAtOrBelow(path))
        || (changes.touch(path) && !changes.removes(path))) {
      commit();
    }
    Entry there = base.find(path).orElseThrow(() -> new PathRefused(Reason.NOT_FOUND, path));
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
    if (!open.isEmpty()
        || changes.touch(to)
        || changes.touchAside(from)
        || (changes.count() > 0 && !changes.arrange())) {
      commit();
    }
    commitIfLong();
    changes.restore(from, to);
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
        changes.dropAside(base.root().map(Roots.Known::trees).orElse(Trees.NONE).aside());
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
    if (isWriting(file -> file.isAtOrBelow(from)) || changes.touch(from)) {
      commit();
    }
    if (base.find(from).isEmpty() && !from.isTop()) {
      throw new PathRefused(Reason.NOT_FOUND, from);
    }
    Optional<Entry> there = makeRoom(from, to);
    if (there.isEmpty()) {
      changes.move(from, to);
    } else if (force && !(there.get() instanceof Entry.Folder) && !to.equals(from)) {
      changes.move(from, to, there.get(), removal());
    } else {
      throw new PathRefused(Reason.OCCUPIED, to);
    }
  }

  /**
   * Puts a copy of a file or a folder at another place. No content is read or sent; a file keeps
   * its id and its version, folders get new ids. What is copied is as it was when this is called.
   *
   * @param to its whole new path; the folder in which that lies must be there
   * @param recursive whether a folder may be copied, with all that is in it
   * @param unread hears which folders below could not be copied, or not wholly
   * @throws PathRefused if there is nothing, or it cannot be at the new place
   */
  public void copy(VaultPath from, VaultPath to, boolean recursive, Unread unread)
      throws IOException {
    if (changes.touch(from)) {
      commit();
    }
    requireRoom(from, to);
    changes.copy(taken(base, from, to, recursive, file -> file, unread), to);
  }

  /**
   * As {@link #copy}, of what was at a path in an earlier state.
   *
   * @throws GivenBackMeanwhile from {@link #commit}, if what it needs is not there any more
   */
  public void copyFrom(
      Snapshot earlier, VaultPath from, VaultPath to, boolean recursive, Unread unread)
      throws IOException {
    requireRoom(from, to);
    changes.copy(taken(earlier, from, to, recursive, file -> file, unread), to);
  }

  private void requireRoom(VaultPath from, VaultPath to) throws IOException {
    if (makeRoom(from, to).isPresent()) {
      throw new PathRefused(Reason.OCCUPIED, to);
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
    if (!open.isEmpty() || changes.touch(to) || (changes.count() > 0 && !changes.arrange())) {
      commit();
    }
    commitIfLong();
    requireFoldersAbove(to);
    Entry entry = earlier.find(from).orElseThrow(() -> new PathRefused(Reason.NOT_FOUND, from));
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
    if (there.isPresent()) {
      changes.copy(back, to, there.get(), removal());
    } else {
      changes.copy(back, to);
    }
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
    Entry entry = source.find(from).orElseThrow(() -> new PathRefused(Reason.NOT_FOUND, from));
    if (source != base) {
      source.state().ifPresent(state -> borrowed.add(state.number()));
    }
    return switch (entry) {
      case Entry.File file -> files.apply(file);
      case Entry.Link link -> link;
      case Entry.Folder folder -> {
        if (!recursive) {
          throw new PathRefused(Reason.NEEDS_RECURSIVE, from);
        }
        TreeCopy copy = new TreeCopy(drive.nodes(), writer, nextNumber(), files, unread);
        yield copy.copy(folder, from, to, this::secure);
      }
    };
  }

  /** Whether the states from which something was taken are whole. */
  private boolean isBorrowedWhole(Optional<Roots.Known> onto) throws IOException {
    if (borrowed.isEmpty()) {
      return true;
    }
    KeptStates kept = new Snapshot(drive, onto).kept();
    long newest = onto.map(Roots.Known::counting).orElse(-1L);
    return borrowed.stream().allMatch(number -> number == newest || kept.has(number));
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
    if (!open.isEmpty() || changes.touch(to) || (changes.count() > 0 && !changes.arrange())) {
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

  private void settle() throws IOException {
    OpenFile file = open.getFirst();
    Content content = file.writer.finish();
    open.removeFirst();
    boolean same = file.before.isPresent() && file.before.get().content().equals(content);
    changes.put(
        file.path,
        new Entry.File(
            file.path.name(),
            file.id,
            file.attributes.modified(),
            file.attributes.executable(),
            same ? file.version - 1 : file.version,
            content),
        file.there,
        file.strict);
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

  /** Whether a file is still being written at such a path. */
  private boolean isWriting(Predicate<VaultPath> where) {
    return open.stream().anyMatch(file -> where.test(file.path));
  }

  private void commitIfLong() throws IOException {
    Pace pace = shared.pace();
    if (bytes >= pace.bytes()
        || changes.count() + open.size() >= pace.changes()
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
    while (!open.isEmpty()) {
      settle();
    }
    if (changes.count() > 0) {
      shared.commits().lock();
      try {
        moveRoot();
        base = new Snapshot(drive, shared.roots().known());
        keptBy = base.root();
      } finally {
        shared.commits().unlock();
      }
      changes.clear();
      borrowed.clear();
    }
    trails.committed();
    bytes = 0;
    begun = shared.clock().instant();
    writer.setFrees(false);
    return new Committed(
        writer.sentBytes(),
        trails.resumed(),
        List.copyOf(conflicts),
        throwsAway ? Optional.of(removal()).map(Removal::name) : Optional.empty());
  }

  private void moveRoot() throws IOException {
    Roots roots = shared.roots();
    boolean frees = changes.onlyRemove();
    writer.setFrees(frees);
    List<PackName> sent = new ArrayList<>();
    // Not the root on which this batch began: others of this process may have moved it since.
    Optional<Roots.Known> onto = roots.known();
    while (true) {
      if (!isAllKept(keptBy, onto) || !isBorrowedWhole(onto)) {
        writer.flush();
        nameBorrowed();
        keptBy = onto;
        borrowed.clear();
        onto = roots.known();
        continue;
      }
      Trees trees = onto.map(Roots.Known::trees).orElse(Trees.NONE);
      long number = onto.map(known -> known.number() + 1).orElse(0L);
      Merge merge =
          new Merge(
              drive.nodes(),
              drive.id(),
              trees,
              writer,
              number,
              conflictName(),
              shared.clock().instant());
      Trees merged = merge.apply(changes);
      if (merged.equals(trees)) {
        return;
      }
      writer.flush();
      List<PackName> live = new ArrayList<>(sent);
      List<PackName> newest = writer.takeSent();
      live.addAll(newest);
      if (offer(onto, merged, live, frees)) {
        writer.named(live);
        secured.clear();
        conflicts.addAll(merge.conflicts());
        throwsAway |= merge.throwsAway();
        return;
      }
      if (sent.isEmpty()) {
        // Later attempts write pages alone, of which only the last attempt's are needed.
        sent.addAll(newest);
      }
      onto = roots.newest();
    }
  }

  private boolean offer(
      Optional<Roots.Known> onto, Trees merged, List<PackName> live, boolean frees)
      throws IOException {
    undecided = true;
    try {
      boolean moved = shared.roots().move(onto, merged, live, frees);
      undecided = false;
      return moved;
    } catch (ServerRefused e) {
      undecided = e.code() != ErrorCode.QUOTA_EXCEEDED;
      throw e;
    }
  }

  /** Lets the root name packs of a very large file before the server gives them up. */
  private void secure() throws IOException {
    if (writer.sentPacks() < shared.pace().packs()) {
      return;
    }
    List<PackName> live = writer.takeSent();
    Optional<Roots.Known> now = shared.roots().known();
    if (!secured.isEmpty() && !isAllKept(securedBy, now)) {
      // As long as this takes they would be deleted in the midst of it.
      name(secured);
    }
    shared.leftovers().move(live, List.of(), false);
    writer.named(live);
    secured.addAll(live);
    securedBy = now;
  }

  /**
   * Whether no device has given packs back between two roots. Each that does so says in the hidden
   * tree anew which states stay.
   */
  private boolean isAllKept(Optional<Roots.Known> since, Optional<Roots.Known> now)
      throws IOException {
    if (since.map(Roots.Known::trees).equals(now.map(Roots.Known::trees))) {
      return true;
    }
    try {
      return new Snapshot(drive, since).keptFile().equals(new Snapshot(drive, now).keptFile());
    } catch (Untrusted e) {
      return false;
    }
  }

  /**
   * Has the server keep all that the changes take over from what was there when they were made:
   * what of it is in no tree any more may have been given back, and is then kept for a day.
   */
  private void nameBorrowed() throws IOException {
    try {
      Set<PackName> needed = new HashSet<>(secured);
      needed.addAll(Marking.packs(drive.nodes(), drive.id(), changes.brought()));
      // Those that the next root will name.
      writer.unnamed().forEach(needed::remove);
      name(List.copyOf(needed));
    } catch (Untrusted e) {
      throw new GivenBackMeanwhile(e);
    }
  }

  private void name(List<PackName> packs) throws IOException {
    try {
      for (int from = 0; from < packs.size(); from += VaultMessages.MAX_PACKS_IN_MOVE) {
        int to = Math.min(packs.size(), from + VaultMessages.MAX_PACKS_IN_MOVE);
        shared.leftovers().move(packs.subList(from, to), List.of(), true);
      }
    } catch (ServerRefused e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        throw new GivenBackMeanwhile(e);
      }
      throw e;
    }
  }

  private ConflictName conflictName() {
    return new ConflictName(
        shared.account().device(), LocalDate.ofInstant(shared.clock().instant(), ZoneOffset.UTC));
  }

  /** Gives up what has not been committed, and gives its space back if the server can be asked. */
  @Override
  public void close() {
    open.forEach(file -> file.writer.abandon());
    open.clear();
    if (trails.wantRest()) {
      writer.finishBegun();
    }
    writer.close();
    // If the tree may name them, no root must give them up.
    List<PackName> named = undecided ? List.of() : writer.sentHere(secured);
    Set<PackName> kept = trails.end();
    shared.leftovers().giveBack(without(kept, writer.unnamed()), without(kept, named));
  }

  private static List<PackName> without(Set<PackName> kept, List<PackName> packs) {
    return packs.stream().filter(pack -> !kept.contains(pack)).toList();
  }
}
