package org.example.notes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.testing.TestCloud;
import org.anonymouscloud.client.testing.TestDevice;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.storage.sqlite.SqliteDatabase;
import org.example.notes.client.NotesClient;
import org.example.notes.protocol.Messages;
import org.example.notes.server.NotesServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notes on a real server, with real agents. */
final class NotesTest {
  @TempDir Path folder;
  TestCloud cloud;
  TestDevice laptop;

  @BeforeEach
  void start() throws Exception {
    cloud = TestCloud.start(folder, new SqliteDatabase(), NotesServer::new, NotesClient::new);
    laptop = cloud.register("alice");
  }

  @AfterEach
  void stop() throws Exception {
    cloud.close();
  }

  @Test
  void aNoteIsThereOnEachDeviceUntilItIsRemovedAndNobodyElseHasIt() throws Exception {
    TestDevice phone = laptop.another("phone");
    TestDevice bob = cloud.register("bob");

    TestTerminal here = laptop.terminal();
    assertThat(here.run("notes", "add", "buy milk")).isZero();
    String id = here.out().strip();

    assertThat(phone.terminal().run("notes")).isZero();
    assertThat(phone.terminal().out()).isEqualTo(id + "  buy milk\n");
    assertThat(bob.terminal().run("notes")).isZero();
    assertThat(bob.terminal().out()).isEmpty();
    assertThat(bob.terminal().run("notes", "remove", id)).isEqualTo(1);
    assertThat(phone.terminal().run("notes", "remove", id)).isZero();
    assertThat(here.run("notes", "--json")).isZero();
    assertThat(here.json().path("notes")).isEmpty();
  }

  @Test
  void notesOutliveServerAndAgent() throws Exception {
    laptop.agent().post("/notes", Map.of("text", "buy milk"));

    cloud.restart();
    laptop.restart();

    assertThat(laptop.agent().get("/notes").path("notes").get(0).path("text").asText())
        .isEqualTo("buy milk");
  }

  @Test
  void whatIsWrongInACommandLineIsSaidInOneSentence() {
    TestTerminal terminal = laptop.terminal();

    assertThat(terminal.run("notes", "remove", "7")).isEqualTo(2);
    assertThat(terminal.warnings()).containsExactly("This is no note's id.");
    assertThat(terminal.run("notes", "add", " ")).isEqualTo(2);
    assertThat(terminal.warnings()).containsExactly("The body has no 'text'.");
    assertThat(terminal.run("notes", "add")).isEqualTo(2);
  }

  @Test
  void aNoteThatTheServerHasChangedIsRefused() throws Exception {
    laptop.terminal().run("notes", "add", "buy milk");

    byte[] sealed = sealed().getFirst();
    sealed[sealed.length - 1] ^= 1;
    store(sealed);

    assertThat(laptop.terminal().run("notes")).isEqualTo(4);
    assertThat(laptop.terminal().out()).isEmpty();
  }

  @Test
  void ofTwoNotesThatTheServerHasSwappedNeitherIsShown() throws Exception {
    laptop.terminal().run("notes", "add", "buy milk");
    laptop.terminal().run("notes", "add", "sell milk");

    store(sealed().getLast());

    assertThat(laptop.terminal().run("notes")).isEqualTo(4);
  }

  @Test
  void aRemovedDeviceHasNoKeyForTheNotesAndSlipsNoneIn() throws Exception {
    TestDevice phone = laptop.another("phone");
    laptop.terminal().run("notes", "add", "buy milk");
    byte[] before = sealed().getFirst();

    assertThat(laptop.remove(phone)).isEmpty();

    int known = phone.account().generation();
    int newest = laptop.account().generation();
    assertThat(newest).isGreaterThan(known);
    assertThat(phone.terminal().run("notes")).isNotZero();
    assertThat(generation(sealed().getFirst())).isEqualTo(newest);
    // Together with the server it puts back what it has the key of.
    store(before);
    assertThat(laptop.terminal().run("notes")).isEqualTo(1);
    assertThat(laptop.terminal().warnings().getFirst()).contains("that a removed device has");
    store(ByteBuffer.wrap(before).putInt(newest).array());
    assertThat(laptop.terminal().run("notes")).isEqualTo(4);
  }

  @Test
  void theServerTakesNoMoreThanANote() throws Exception {
    byte[] large = new byte[Messages.MAX_SEALED + 1];
    String id = "0".repeat(Messages.ID_LENGTH);

    assertThatThrownBy(() -> put(new Messages.Note(id, large)))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    assertThatThrownBy(() -> laptop.agent().delete("/notes/" + id))
        .isInstanceOfSatisfying(
            Problem.class, no -> assertThat(no.kind()).isEqualTo(Problem.Kind.NOT_FOUND));
  }

  /** Past the client half, as a client of somebody's own making. */
  private void put(Messages.Note note) throws Exception {
    laptop.account().link().ask("notes/put", Cbor.encode(note));
  }

  private List<byte[]> sealed() {
    return cloud
        .tables()
        .read(
            rows ->
                rows.createQuery("SELECT sealed FROM notes_notes ORDER BY id")
                    .map((row, context) -> row.getBytes(1))
                    .list());
  }

  private void store(byte[] sealed) {
    cloud.tables().write(rows -> rows.execute("UPDATE notes_notes SET sealed = ?", sealed));
  }

  private static int generation(byte[] sealed) {
    return ByteBuffer.wrap(sealed).getInt();
  }
}
