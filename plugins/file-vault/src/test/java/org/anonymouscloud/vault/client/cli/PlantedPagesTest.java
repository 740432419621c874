package org.anonymouscloud.vault.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stolen device leaves what is authentic and makes no sense; whoever stays gets on with it. */
@Tag("S4.D")
final class PlantedPagesTest {
  private static final Instant TIME = Instant.parse("2026-11-03T08:30:00Z");

  private static final int REFUSED = 4;
  private static final int LARGE = 75;
  private static final List<String> STRANGE =
      List.of(
          "a\u0308", "e\u0301.txt", "\u212b", "x\u001b[2J", "y\u202egnp", "z\u200b", "back\\slash");

  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private StolenDevice thief;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary.resolve("server"));
    thief = new StolenDevice(server.account().device(2, server.newLine()));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
  }

  @AfterEach
  void stop() {
    thief.close();
    agent.close();
    server.close();
  }

  private static Entry.File file(String name, long version, Instant time) {
    return new Entry.File(new Name(name), ItemId.random(), time, false, version, Content.EMPTY);
  }

  private static Entry.Folder folder(String name, ItemId id, Pages pages) {
    return new Entry.Folder(new Name(name), id, TIME, pages);
  }

  private void plant(Entry... entries) throws IOException {
    thief.plant(thief.folder(thief.top(), entries));
  }

  private void run(String... arguments) {
    assertThat(terminal.run(arguments)).as("%s", terminal.warnings()).isZero();
  }

  private Path local(String content) throws IOException {
    return Files.writeString(temporary.resolve("local"), content);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Entry.File.LAST_VERSION})
  void aFileWhoseVersionsAreUsedUpCanBeWrittenAnew(long version) throws Exception {
    plant(file("a", version, TIME), file("b", version, TIME));

    run("put", local("new").toString(), "/a");
    run("put", local("").toString(), "/b");
    run("put", local("newer").toString(), "/a");

    run("cat", "/a");
    assertThat(terminal.out()).isEqualTo("newer");
    run("stat", "--json", "/a");
    assertThat(terminal.json().path("version").asLong()).isEqualTo(2);
    run("rm", "/a", "/b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MIN", "MAX", "+10000-01-01T00:00:00Z", "-0001-12-31T00:00:00.5Z"})
  void aTimeThatNoProgramKeepsBreaksNothing(String text) throws Exception {
    Instant time =
        text.equals("MIN") ? Instant.MIN : text.equals("MAX") ? Instant.MAX : Instant.parse(text);
    ItemId id = ItemId.random();
    Pages inside = thief.folder(id, file("c", 1, time));
    plant(new Entry.Folder(new Name("a"), id, time, inside), file("b", 1, time));
    Path target = Files.createDirectory(temporary.resolve("target"));

    run("ls", "-l", "/");
    run("ls", "-R", "--json", "/");
    run("stat", "/b");
    run("tree", "/");
    run("get", "-r", "/", target.toString());

    assertThat(target.resolve("a").resolve("c")).exists();
    run("stat", "--json", "/b");
    assertThat(Instant.parse(terminal.json().path("modified").asText()))
        .isBetween(Instant.parse("1700-01-01T00:00:00Z"), Instant.parse("2262-01-01T00:00:00Z"));
    run("rm", "-r", "/a", "/b");
  }

  @Test
  void theSumOfSizesIsRightHoweverLargeItIs() throws Exception {
    Pages anything = thief.folder(ItemId.random(), file("x", 1, TIME));
    Content longest = new Content(Content.MAX_LENGTH, 4, List.copyOf(anything.refs()));
    Entry[] files = new Entry[100];
    Entry[] folders = new Entry[100];
    for (int i = 0; i < 100; i++) {
      Name name = new Name("%02d".formatted(i));
      files[i] = new Entry.File(name, ItemId.random(), TIME, false, 1, longest);
    }
    for (int i = 0; i < 100; i++) {
      ItemId id = ItemId.random();
      folders[i] = folder("%02d".formatted(i), id, thief.folder(id, files));
    }
    plant(folders);

    run("du", "/");

    BigInteger sum = BigInteger.valueOf(Content.MAX_LENGTH).multiply(BigInteger.valueOf(10_000));
    assertThat(terminal.out()).isEqualTo("9.8 EiB (" + sum + " bytes) in 10000 files\n");
  }

  @Test
  void whateverNameIsShownCanBeTypedToRemoveIt() throws Exception {
    List<Entry> entries = new ArrayList<>();
    for (String name : STRANGE) {
      ItemId id = ItemId.random();
      entries.add(folder(name, id, thief.folder(id, file(name, 1, TIME))));
    }
    // What an honest device has beside it.
    entries.add(file("\u00e4", 1, TIME));
    entries.sort(Comparator.comparing(Entry::name));
    plant(entries.toArray(Entry[]::new));

    run("ls", "/");
    List<String> shown = terminal.out().lines().filter(name -> name.endsWith("/")).toList();
    assertThat(shown).hasSize(STRANGE.size()).doesNotHaveDuplicates();
    for (String name : shown) {
      String folder = "/" + name.substring(0, name.length() - 1);
      terminal = new TestTerminal(new VaultFeature(), agent);
      run("ls", "-R", folder);
      String inside = folder + "/" + terminal.out().strip();
      run("stat", inside);
      run("cat", inside);
      run("rm", inside);
      assertThat(terminal.run("rm", inside)).isNotZero();
      run("rm", folder);
    }
    run("ls", "/");
    assertThat(terminal.out()).isEqualTo("\u00e4\n");
  }

  @Test
  void aFileWithANameThatIsNotComposedCanBeWrittenAnew() throws Exception {
    plant(file("a\u0308", 1, TIME));

    run("put", local("new").toString(), "/a\\u{308}");
    run("put", local("composed").toString(), "/a\u0308");

    run("cat", "/a\\u{308}");
    assertThat(terminal.out()).isEqualTo("new");
    run("cat", "/\u00e4");
    assertThat(terminal.out()).isEqualTo("composed");
  }

  @Test
  void aListingInPartsComesToItsEndWhateverTheNames() throws Exception {
    List<Entry> entries = new ArrayList<>();
    for (String name : List.of("\u212b", "\u00c5", "a\u0308", "b", "\u00e4")) {
      entries.add(file(name, 1, TIME));
    }
    entries.sort(Comparator.comparing(Entry::name));
    plant(entries.toArray(Entry[]::new));

    List<String> names = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = agent.get("/vault/files?limit=1&after=" + VaultUrl.encoded(after));
      names.add(page.path("entries").path(0).path("name").asText());
      after = page.path("next").asText("");
    } while (!after.isEmpty() && names.size() <= entries.size());

    assertThat(names)
        .containsExactlyElementsOf(entries.stream().map(entry -> entry.name().text()).toList());
  }

  @Test
  void aTreeThatAFewPagesMakeEndlessComesToItsEnd() throws Exception {
    // Two folders at each level, each of which holds both of the next: 2^16 ways down.
    Entry[] below = {};
    for (int level = 0; level < 16; level++) {
      Entry[] both = new Entry[2];
      for (int i = 0; i < 2; i++) {
        ItemId id = ItemId.random();
        both[i] =
            folder("xy".substring(i, i + 1), id, level == 0 ? Pages.NONE : thief.folder(id, below));
      }
      below = both;
    }
    plant(below[0], below[1], file("z", 1, TIME));
    Path target = Files.createDirectory(temporary.resolve("target"));

    assertThat(terminal.run("du", "--json", "/")).isEqualTo(REFUSED);
    assertThat(terminal.json().path("folders").asInt()).isLessThan(100);
    assertThat(terminal.json().path("files").asInt()).isEqualTo(1);
    assertThat(terminal.run("tree", "/")).isEqualTo(REFUSED);
    assertThat(terminal.run("get", "-r", "/", target.toString())).isEqualTo(REFUSED);
    assertThat(target.resolve("z")).exists();
    run("rm", "-r", "/x", "/y");
    run("ls", "-R", "/");
    assertThat(terminal.out()).isEqualTo("z\n");
  }

  @Test
  void aFolderThatIsAtTwoPlacesIsListedOnceAlsoInALongListing() throws Exception {
    Entry.Folder once = large("once");
    ItemId x = ItemId.random();
    ItemId y = ItemId.random();
    plant(
        folder("x", x, thief.folder(x, large("first"), once)),
        folder("y", y, thief.folder(y, once)),
        file("z", 1, TIME));

    assertThat(terminal.run("du", "--json", "/")).isEqualTo(REFUSED);

    assertThat(terminal.json().path("files").asInt()).isEqualTo(2 * LARGE * LARGE + 1);
    assertThat(terminal.json().path("failed").path(0).asText()).startsWith("Cannot read /y/once");
    assertThat(terminal.run("find", "--json", "--name", "z")).isEqualTo(REFUSED);
    assertThat(terminal.out().lines()).hasSize(2).last().asString().startsWith("{\"failed\":[\"");
  }

  /** More than a listing gives at once. */
  private Entry.Folder large(String name) throws IOException {
    Entry[] files = new Entry[LARGE];
    Entry[] folders = new Entry[LARGE];
    for (int i = 0; i < LARGE; i++) {
      files[i] = file("%02d".formatted(i), 1, TIME);
    }
    for (int i = 0; i < LARGE; i++) {
      ItemId id = ItemId.random();
      folders[i] = folder("%02d".formatted(i), id, thief.folder(id, files));
    }
    ItemId id = ItemId.random();
    return folder(name, id, thief.folder(id, folders));
  }

  @Test
  void aFolderInsideItselfOrTooDeepIsNamedAndTheRestGoesOn() throws Exception {
    ItemId id = ItemId.random();
    Pages inner = thief.folder(id, file("f", 1, TIME));
    Pages outer = thief.folder(id, folder("again", id, inner));
    Pages deep = Pages.NONE;
    ItemId below = ItemId.random();
    for (int i = 0; i <= VaultPath.MAX_DEPTH; i++) {
      ItemId above = ItemId.random();
      deep = thief.folder(above, folder("d", below, deep));
      below = above;
    }
    plant(folder("a", id, outer), folder("d", below, deep), file("z", 1, TIME));

    assertThat(terminal.run("ls", "-R", "/")).isEqualTo(REFUSED);
    assertThat(terminal.out().lines()).contains("a/again/", "z").doesNotContain("a/again/f");
    assertThat(terminal.warnings())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("Cannot read /a/again, or not wholly: A device of this"));
    run("rm", "-r", "/a", "/d");
    run("ls", "-R", "/");
  }

  @Test
  void pagesThatAreNotWhatThePageAboveSaysAreRefusedAndTheRestGoesOn() throws Exception {
    ItemId twice = ItemId.random();
    Ref leaf = thief.page(twice, leaf("a"));
    Page.Inner above = new Page.Inner(2, List.of(child("a", leaf), child("b", leaf)));
    ItemId across = ItemId.random();
    Page.Inner overlapping =
        new Page.Inner(
            2,
            List.of(
                child("a", thief.page(across, leaf("a", "m"))),
                child("h", thief.page(across, leaf("h", "p"))),
                child("q", thief.page(across, leaf("q", "r")))));
    plant(
        folder("across", across, new Pages(2, List.of(thief.page(across, overlapping)))),
        folder("twice", twice, new Pages(2, List.of(thief.page(twice, above)))),
        file("z", 1, TIME));
    Path target = Files.createDirectory(temporary.resolve("target"));

    assertThat(terminal.run("ls", "-R", "/")).isEqualTo(REFUSED);
    assertThat(terminal.out().lines())
        .containsExactly(
            "across/", "across/h", "across/p", "across/q", "across/r", "twice/", "twice/a", "z");
    assertThat(terminal.warnings())
        .hasSize(2)
        .allMatch(line -> line.contains("'anoncloud rm' removes it"));
    assertThat(terminal.run("ls", "/twice")).isEqualTo(REFUSED);
    assertThat(terminal.run("get", "-r", "/", target.toString())).isEqualTo(REFUSED);
    assertThat(terminal.warnings()).hasSize(2).anyMatch(line -> line.contains("/across"));
    assertThat(target.resolve("z")).exists();
    assertThat(target.resolve("across").resolve("q")).exists();
    run("rm", "/across/q");
    assertThat(terminal.run("stat", "/across/b")).isEqualTo(REFUSED);
    run("rm", "-r", "/across", "/twice");
    run("ls", "-R", "/");
    assertThat(terminal.out()).isEqualTo("z\n");
  }

  @Test
  void aCopyLeavesOutWhatMakesNoSenseAndComesToItsEnd() throws Exception {
    Entry[] below = {};
    for (int level = 0; level < 16; level++) {
      Entry[] both = new Entry[2];
      for (int i = 0; i < 2; i++) {
        ItemId id = ItemId.random();
        both[i] =
            folder("xy".substring(i, i + 1), id, level == 0 ? Pages.NONE : thief.folder(id, below));
      }
      below = both;
    }
    ItemId self = ItemId.random();
    Pages inner = thief.folder(self, file("f", 1, TIME));
    Pages outer = thief.folder(self, folder("again", self, inner), file("kept", 1, TIME));
    ItemId stolen = ItemId.random();
    ItemId all = ItemId.random();
    plant(
        folder(
            "all",
            all,
            thief.folder(
                all,
                folder("self", self, outer),
                folder("unread", stolen, inner),
                below[0],
                below[1],
                file("z", 1, TIME))));

    assertThat(terminal.run("cp", "-r", "--json", "/all", "/copy")).isEqualTo(REFUSED);

    assertThat(terminal.warnings())
        .anyMatch(line -> line.startsWith("Cannot copy /all/self/again, or not wholly: "))
        .anyMatch(line -> line.startsWith("Cannot copy /all/unread, or not wholly: "))
        .anyMatch(line -> line.startsWith("Cannot copy /all/y/y, or not wholly: "))
        .hasSizeLessThan(40);
    run("ls", "-R", "/copy");
    assertThat(terminal.out().lines()).contains("self/kept", "unread/", "x/x/", "z");
    run("rm", "-r", "/all", "/copy");
  }

  @Test
  void aPageThatWasReadForOneFolderIsNotAnothers() throws Exception {
    ItemId one = ItemId.random();
    Pages pages = thief.folder(one, file("f", 1, TIME));
    plant(folder("one", one, pages), folder("other", ItemId.random(), pages));

    run("ls", "/one");
    assertThat(terminal.run("ls", "/other")).isEqualTo(REFUSED);
    assertThat(terminal.out()).isEmpty();
  }

  @Test
  void aFileThatCannotBeReadCanBeWrittenAnew() throws Exception {
    Ref some = thief.page(ItemId.random(), leaf("x"));
    int later = 1_000_000;
    Ref unknown = new Ref(some.pack(), some.offset(), 3, later, some.version(), some.digest());
    Content noSegment = new Content(3, 0, List.of(unknown));
    Content noList = new Content(5L * Ref.MAX_LENGTH, 1, List.of(some));
    plant(
        new Entry.File(new Name("a"), ItemId.random(), TIME, false, 1, noSegment),
        new Entry.File(new Name("b"), ItemId.random(), TIME, false, 1, noList));

    for (String path : List.of("/a", "/b")) {
      assertThat(terminal.run("cat", path)).isEqualTo(REFUSED);
      run("put", local("new").toString(), path);
      run("cat", path);
      assertThat(terminal.out()).isEqualTo("new");
    }
  }

  @Test
  void eachFileWhosePackIsGoneIsNamedAndTheRestGoesOnHoweverManyThereAre() throws Exception {
    Ref some = thief.page(ItemId.random(), leaf("x"));
    Content gone =
        new Content(
            3, 0, List.of(new Ref(PackName.random(), 0, 3, some.generation(), 1, some.digest())));
    Content list = new Content(5L * Ref.MAX_LENGTH, 1, List.of(gone.extents().getFirst()));
    Entry[] folders = new Entry[21];
    for (int i = 0; i < 20; i++) {
      Entry[] files = new Entry[60];
      for (int j = 0; j < 60; j++) {
        files[j] =
            new Entry.File(
                new Name("%02d".formatted(j)),
                ItemId.random(),
                TIME,
                false,
                1,
                j % 2 == 0 ? gone : list);
      }
      ItemId id = ItemId.random();
      folders[i] = folder("f%02d".formatted(i), id, thief.folder(id, files));
    }
    folders[20] = file("kept", 1, TIME);
    plant(folders);
    Path target = Files.createDirectory(temporary.resolve("target"));

    assertThat(terminal.run("get", "-r", "/", target.toString())).isEqualTo(REFUSED);

    assertThat(terminal.warnings()).hasSize(1_200).doesNotHaveDuplicates();
    try (Stream<Path> files = Files.walk(target)) {
      assertThat(files.filter(Files::isRegularFile)).containsExactly(target.resolve("kept"));
    }
    assertThat(terminal.run("get", "/f00/00", target.resolve("one").toString())).isEqualTo(REFUSED);
    assertThat(terminal.warnings()).hasSize(1).first().asString().contains("/f00/00", "kept back");
    assertThat(target.resolve("one")).doesNotExist();
  }

  private static Page.Leaf leaf(String... names) {
    return new Page.Leaf(Arrays.stream(names).<Entry>map(name -> file(name, 1, TIME)).toList());
  }

  private static Page.Child child(String first, Ref page) {
    return new Page.Child(new Name(first), page);
  }
}
