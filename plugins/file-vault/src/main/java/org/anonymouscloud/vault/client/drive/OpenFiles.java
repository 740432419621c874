package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Predicate;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.content.PacksThere;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.resume.Trail;
import org.anonymouscloud.vault.client.resume.Trails;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.Changes;
import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * The files of a batch whose segments are still being sealed; the oldest becomes a change when
 * there are many, all do before a root is made. Not thread-safe.
 */
final class OpenFiles {
  private static final int MAX_OPEN = 512;

  private final Reading drive;
  private final Writing shared;
  private final PackWriter writer;
  private final Trails trails;
  private final Changes changes;
  private final PacksThere packs;
  private final Deque<OpenFile> open = new ArrayDeque<>();
  private long bytes;

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

  OpenFiles(Reading drive, Writing shared, PackWriter writer, Trails trails, Changes changes) {
    this.drive = drive;
    this.shared = shared;
    this.packs = new PacksThere(shared.remote());
    this.writer = writer;
    this.trails = trails;
    this.changes = changes;
  }

  /** How many there are. */
  int count() {
    return open.size();
  }

  /** How many bytes of content came in since files were last settled, all of them. */
  long bytes() {
    return bytes;
  }

  /** Whether a file is being written at such a path. */
  boolean isAny(Predicate<VaultPath> where) {
    return open.stream().anyMatch(file -> where.test(file.path));
  }

  /**
   * Writes a file with what the stream gives.
   *
   * @param there what is at the path so far
   * @param strict whether the file must not be written if that is another by then
   * @param secure done now and then, when packs have gone
   */
  void write(
      VaultPath path,
      InputStream content,
      Attributes attributes,
      Optional<Entry> there,
      boolean strict,
      FileWriter.Checkpoint secure)
      throws IOException {
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
            packs,
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
      file.write(content, secure);
    } catch (IOException e) {
      // Half a file must never be committed.
      file.abandon();
      throw trails.failed(e);
    } catch (RuntimeException e) {
      file.abandon();
      throw e;
    }
    trail.ifPresent(trails::read);
    open.addLast(new OpenFile(path, attributes, id, version, there, before, strict, file, trail));
    bytes += file.length();
    while (open.size() > MAX_OPEN) {
      settle();
    }
  }

  /** See {@link Batch#takeBack}. */
  boolean takeBack(VaultPath path) {
    if (open.isEmpty() || !open.getLast().path.equals(path)) {
      return false;
    }
    OpenFile last = open.removeLast();
    last.writer.abandon();
    last.trail.ifPresent(trails::forget);
    bytes -= last.writer.length();
    return true;
  }

  /** Makes a change of each. */
  void settleAll() throws IOException {
    while (!open.isEmpty()) {
      settle();
    }
    packs.forget();
    bytes = 0;
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

  /** Gives all of them up. */
  void abandon() {
    open.forEach(file -> file.writer.abandon());
    open.clear();
  }
}
