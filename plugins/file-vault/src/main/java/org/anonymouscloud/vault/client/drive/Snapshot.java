package org.anonymouscloud.vault.client.drive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.content.ReadAhead;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Folders;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.client.walk.FileSteps;
import org.anonymouscloud.vault.client.walk.Span;
import org.anonymouscloud.vault.client.walk.TreeSteps;
import org.anonymouscloud.vault.client.walk.TreeWalk;
import org.anonymouscloud.vault.protocol.DriveId;

/** A drive as it was at one root; it stays so whatever is changed meanwhile. Thread-safe. */
public final class Snapshot {
  private final Reading drive;
  private final Optional<KnownRoot> root;
  private final Optional<States.State> state;
  private final Trees trees;
  private final Folders folders;

  /** The drive as it is now. */
  Snapshot(Reading drive, Optional<KnownRoot> root) {
    this(
        drive,
        root,
        root.flatMap(KnownRoot::root).map(now -> new States.State(now.number(), now.time(), now)),
        root.map(KnownRoot::trees).orElse(Trees.NONE));
  }

  /** The drive as it was. */
  Snapshot(Reading drive, States.State state) {
    this(drive, Optional.empty(), Optional.of(state), state.root().trees());
  }

  private Snapshot(
      Reading drive, Optional<KnownRoot> root, Optional<States.State> state, Trees trees) {
    this.drive = drive;
    this.root = root;
    this.state = state;
    this.trees = trees;
    this.folders = new Folders(drive.nodes());
  }

  /** A folder, which may be the topmost one. */
  record Opened(ItemId id, Pages pages) {}

  /** The newest root; none if the drive has never been written to, or this is an earlier state. */
  Optional<KnownRoot> root() {
    return root;
  }

  /** Which of the drive's states this is; none if nothing was ever written to it. */
  public Optional<States.State> state() {
    return state;
  }

  /** What was removed and can be brought back. */
  public Trash trash() {
    return new Trash(folders, drive.id(), trees.aside());
  }

  /**
   * Which earlier states are whole, as this one knows.
   *
   * @throws Untrusted if it does not say it as it should
   */
  public KeptStates kept() throws IOException {
    Optional<Entry> entry = keptFile();
    if (entry.isEmpty()) {
      return KeptStates.ALL;
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    if (!(entry.get() instanceof Entry.File file)
        || file.content().length() > KeptStates.MAX_ENCODED) {
      throw new TreeDamaged();
    }
    read(file, 0, file.content().length(), content);
    try {
      return KeptStates.decode(content.toByteArray());
    } catch (Malformed e) {
      throw new TreeDamaged();
    }
  }

  /** The file that says it. */
  Optional<Entry> keptFile() throws IOException {
    return folders.find(ItemId.aside(drive.id()), trees.aside(), KeptStates.NAME);
  }

  /** What is at a path; none for the topmost folder, which has no entry. */
  public Optional<Entry> find(VaultPath path) throws IOException {
    Opened folder = top();
    return folders.find(folder.id, folder.pages, path);
  }

  /** What the tree says of a path that is not the top, and where. */
  public Folders.Said say(VaultPath path) throws IOException {
    Opened folder = top();
    return folders.say(folder.id, folder.pages, path);
  }

  /**
   * A path by the names that are in the drive. Each name is meant as it is given if there is one
   * like it, which need not be composed: who holds the drive's keys can have written any. Else it
   * is meant composed.
   */
  public VaultPath named(VaultPath given) throws IOException {
    if (given.names().stream().allMatch(Name::isComposed)) {
      return given;
    }
    VaultPath path = VaultPath.TOP;
    for (Name name : given.names()) {
      VaultPath exact = path.child(name);
      path = find(exact).isPresent() ? exact : path.child(Name.of(name.text()));
    }
    return path;
  }

  /**
   * What is at a path that is not the top.
   *
   * @throws PathRefused if nothing is
   */
  public Entry entry(VaultPath path) throws IOException {
    boolean isEarlier = root.isEmpty() && state.isPresent();
    return find(path)
        .orElseThrow(
            () -> new PathRefused(isEarlier ? Reason.NOT_THERE_THEN : Reason.NOT_FOUND, path));
  }

  /**
   * The file at a path.
   *
   * @throws PathRefused if there is none
   */
  public Entry.File file(VaultPath path) throws IOException {
    if (path.isTop()) {
      throw new PathRefused(Reason.IS_A_FOLDER, path);
    }
    return switch (entry(path)) {
      case Entry.File file -> file;
      case Entry.Folder _ -> throw new PathRefused(Reason.IS_A_FOLDER, path);
      case Entry.Link _ -> throw new PathRefused(Reason.IS_A_LINK, path);
    };
  }

  Opened folder(VaultPath path) throws IOException {
    if (path.isTop()) {
      return top();
    }
    return switch (entry(path)) {
      case Entry.Folder folder -> new Opened(folder.id(), folder.pages());
      case Entry.File _ -> throw new PathRefused(Reason.NOT_A_FOLDER, path);
      case Entry.Link _ -> throw new PathRefused(Reason.IS_A_LINK, path);
    };
  }

  private Opened top() {
    return new Opened(ItemId.top(drive.id()), trees.top());
  }

  /**
   * What is below a folder, depth first in the order of names: a folder, then what is in it.
   *
   * @throws PathRefused if there is no such folder
   */
  public Cursor<Step.Begin> walk(VaultPath path, Span span, Unread unread) throws IOException {
    Opened folder = folder(path);
    return new TreeWalk(folders, folder.id, folder.pages, span, unread);
  }

  /**
   * Writes bytes of a file, each segment only after all of it is verified.
   *
   * @param from first byte
   * @param length how many, all of them within the file
   */
  public void read(Entry.File file, long from, long length, OutputStream out) throws IOException {
    if (from < 0 || length < 0 || from > file.content().length() - length) {
      throw new IllegalArgumentException("This is not a part of the file.");
    }
    Cursor<Step> way = new FileSteps(drive.nodes(), drive.id(), file, from, length);
    try (ReadAhead reading = reading(way)) {
      for (ReadAhead.Arrived next = reading.next();
          next.step() instanceof Step.Segment segment;
          next = reading.next()) {
        out.write(next.plain(), segment.from(), segment.to() - segment.from());
      }
    }
  }

  /**
   * Reads what is at a path, with all below it. Each file and folder begins with a step of its own;
   * the first is the thing itself, with an empty path, unless it is the topmost folder. The caller
   * closes it.
   */
  public ReadAhead tree(VaultPath path, Unread unread) throws IOException {
    DriveId id = drive.id();
    Optional<Entry> entry = path.isTop() ? Optional.empty() : Optional.of(entry(path));
    Cursor<Step.Begin> below =
        path.isTop() || entry.get() instanceof Entry.Folder
            ? walk(path, Span.ALL, unread)
            : () -> null;
    return reading(new TreeSteps(drive.nodes(), id, entry, below));
  }

  private ReadAhead reading(Cursor<Step> way) {
    return new ReadAhead(way, drive.sealing(), drive.packs(), drive.memory(), PackReader.MAX_BLOCK);
  }
}
