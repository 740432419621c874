package org.anonymouscloud.vault.client.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.KeyRing;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.store.PackNotes;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.TransferMemory;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderEditorTest {
  private final ItemId folder = ItemId.random();
  @TempDir private Path temporary;
  private TestServer server;
  private RemoteVault remote;
  private Sealing sealing;
  private DriveId drive;
  private Pages pages = Pages.NONE;
  private long root;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary);
    remote = RawDrive.of(server.account()).remote();
    drive = DriveKeys.home(Secret.of(new byte[32]));
    sealing = new Sealing(new KeyRing(() -> 0, generation -> Optional.of(Secret.of(new byte[32]))));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void oneChangeAmongAHundredThousandEntriesWritesAsManyPagesAsAreAboveEachOther()
      throws Exception {
    SortedMap<Name, Optional<Entry>> all = new TreeMap<>();
    for (int i = 0; i < 100_000; i++) {
      change(all, file("file number " + i, 1));
    }
    apply(all);
    assertThat(pages.height()).isEqualTo(3);
    long before = server.line().received();

    SortedMap<Name, Optional<Entry>> one = new TreeMap<>();
    change(one, file("file number 54321", 2));
    apply(one);

    assertThat(server.line().received() - before).isLessThanOrEqualTo(64 * 1024);
    Folders folders = new Folders(nodes());
    assertThat(version(folders, "file number 54321")).isEqualTo(2);
    assertThat(version(folders, "file number 54322")).isEqualTo(1);
    assertThat(folders.find(folder, pages, Name.of("file number 100000"))).isEmpty();
    assertThat(folders.find(folder, pages, Name.of(" "))).isEmpty();
    assertThat(names(null)).hasSize(100_000).isSorted();
    assertThat(names(Name.of("file number 99998"))).containsExactly("file number 99999");
    assertThat(names(Name.of("file number 99998x"))).containsExactly("file number 99999");
  }

  @Test
  void randomChangesGiveWhatTheyGiveInAMap() throws Exception {
    long seed = 20_261_103;
    Random random = new Random(seed);
    SortedMap<Name, Entry> model = new TreeMap<>();
    for (int round = 0; round < 48; round++) {
      SortedMap<Name, Optional<Entry>> changes = new TreeMap<>();
      int count = 1 + random.nextInt(round % 10 == 0 ? 2_000 : 20);
      boolean mostlyRemoving = round % 4 == 3;
      for (int i = 0; i < count; i++) {
        Name name = name(random);
        if (random.nextInt(10) < (mostlyRemoving ? 8 : 2)) {
          Name victim = model.isEmpty() ? name : nearest(model, name);
          changes.put(victim, Optional.empty());
        } else {
          Entry entry =
              random.nextInt(40) == 0
                  ? link(name, 1 + random.nextInt(LinkTarget.MAX_LENGTH))
                  : file(name.text(), 1 + random.nextInt(100));
          changes.put(name, Optional.of(entry));
        }
      }
      changes.forEach(
          (name, change) ->
              change.ifPresentOrElse(entry -> model.put(name, entry), () -> model.remove(name)));
      apply(changes);
      assertThat(entries(null))
          .as("seed %s, round %s", seed, round)
          .containsExactlyElementsOf(model.values());
      checkPages();
    }
    SortedMap<Name, Optional<Entry>> rest = new TreeMap<>();
    model.keySet().forEach(name -> rest.put(name, Optional.empty()));
    apply(rest);
    assertThat(pages).isEqualTo(Pages.NONE);
  }

  private static Name nearest(SortedMap<Name, Entry> model, Name name) {
    SortedMap<Name, Entry> after = model.tailMap(name);
    return after.isEmpty() ? model.firstKey() : after.firstKey();
  }

  private static Name name(Random random) {
    // Lengths and letters of many kinds, those beyond the basic plane among them.
    StringBuilder text = new StringBuilder();
    int length = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 6);
    String letters = "abcÄß日\ue000\uff5e🎉𝔘";
    for (int i = 0; i < length; i++) {
      int at = random.nextInt(letters.codePointCount(0, letters.length()));
      text.appendCodePoint(letters.codePointAt(letters.offsetByCodePoints(0, at)));
    }
    return Name.of(text.toString());
  }

  /** No page is nearly empty where it has neighbours, or so the tree would degenerate. */
  private void checkPages() throws IOException {
    if (pages.height() > 1) {
      check(nodes().top(folder, pages), null);
    }
  }

  private void check(Page page, @Nullable Name end) throws IOException {
    if (page instanceof Page.Inner(int height, List<Page.Child> children)) {
      assertThat(children).hasSizeGreaterThan(1);
      for (int i = 0; i < children.size(); i++) {
        Page.Child child = children.get(i);
        assertThat(child.page().length()).isGreaterThan(Page.FULL / 8);
        Name next = Folders.end(children, i, end);
        check(nodes().below(folder, height - 1, child, next), next);
      }
    }
  }

  private long version(Folders folders, String name) throws IOException {
    return ((Entry.File) folders.find(folder, pages, Name.of(name)).orElseThrow()).version();
  }

  private List<String> names(@Nullable Name after) throws IOException {
    return entries(after).stream().map(entry -> entry.name().text()).toList();
  }

  private List<Entry> entries(@Nullable Name after) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Cursor<Entry> cursor = new Folders(nodes()).entries(folder, pages, after);
    for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
      entries.add(entry);
    }
    return entries;
  }

  private void apply(SortedMap<Name, Optional<Entry>> changes) throws IOException {
    try (PackWriter writer =
        new PackWriter(
            remote, new TransferMemory(server.account()::scratch).lanes(), PackNotes.NONE)) {
      pages = new FolderEditor(nodes(), writer, root++).apply(folder, pages, changes);
      writer.flush();
    }
  }

  /** With nothing in memory, so that all is read back from the server. */
  private Nodes nodes() {
    return new Nodes(drive, sealing, new PackReader(remote));
  }

  private static void change(SortedMap<Name, Optional<Entry>> changes, Entry entry) {
    changes.put(entry.name(), Optional.of(entry));
  }

  /** One that may take more than a full page has. */
  private static Entry link(Name name, int length) {
    return new Entry.Link(name, ItemId.random(), Instant.EPOCH, new LinkTarget("a".repeat(length)));
  }

  private static Entry file(String name, long version) {
    return new Entry.File(
        Name.of(name), ItemId.random(), Instant.EPOCH, false, version, Content.EMPTY);
  }
}
