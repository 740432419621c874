package org.anonymouscloud.vault.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.fixture.TestTerminal;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
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
    terminal = new TestTerminal(agent);
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
    Content longest = new Content(Content.MAX_LENGTH, 4, anything.refs());
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
    assertThat(terminal.out()).startsWith(sum + " bytes in 10000 files");
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
      terminal = new TestTerminal(agent);
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
}
