package org.example.notes.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.example.notes.protocol.Messages;
import org.example.notes.protocol.Messages.Note;
import org.example.notes.protocol.Messages.Notes;
import org.example.notes.protocol.Messages.Remove;

/**
 * The notes of an account: sealed here, before they leave the machine. A note's id and the
 * generation of its key are in the context, so a server that swaps two notes is found out.
 *
 * <p>A device that was removed keeps the keys of the generations it knew. So a note counts only in
 * the newest one: when a generation begins, all notes are sealed anew, and from then on nothing
 * fits that the removed device, together with the server, slips in.
 */
final class NoteBook {
  private static final String LABEL = "example.org/notes/v1/";
  private static final int MAX_TEXT = 900;
  private static final int STEP = 256;

  private final AccountSession account;

  NoteBook(AccountSession account) {
    this.account = account;
  }

  /** A note that could be opened. */
  record OpenNote(String id, String text) {}

  List<OpenNote> list() throws Problem, Refused, IOException {
    List<OpenNote> notes = new ArrayList<>();
    for (Note note : stored()) {
      if (generation(note) < account.generation()) {
        throw new Problem(
            Problem.Kind.CONFLICT,
            "Some notes are sealed with keys that a removed device has, and may be its own. If none"
                + " was removed by force, 'anoncloud notes renew' takes them over.");
      }
      notes.add(open(note));
    }
    return notes;
  }

  String add(String text) throws Problem, Refused, IOException {
    if (text.length() > MAX_TEXT) {
      throw new Problem(Problem.Kind.BAD_INPUT, "A note has at most 900 characters.");
    }
    String id = HexFormat.of().formatHex(RandomBytes.next(Messages.ID_LENGTH / 2));
    put(new OpenNote(id, text));
    return id;
  }

  void remove(String id) throws Refused, IOException {
    ask(Messages.REMOVE, Cbor.encode(new Remove(id)));
  }

  /** Seals each note of an older generation in the newest one; how many there were. */
  int renew() throws Problem, Refused, IOException {
    int renewed = 0;
    for (Note note : stored()) {
      if (generation(note) < account.generation()) {
        put(open(note));
        renewed++;
      }
    }
    return renewed;
  }

  private List<Note> stored() throws Problem, Refused, IOException {
    try {
      return Cbor.decode(ask(Messages.LIST, new byte[0]), Notes.class).notes();
    } catch (Malformed e) {
      throw notOurs(e);
    }
  }

  private void put(OpenNote note) throws Refused, IOException {
    int generation = account.generation();
    try (Secret key = account.featureSecret(generation)) {
      byte[] sealed =
          ChunkedEncryption.seal(key, context(note.id(), generation), padded(note.text()));
      byte[] stored =
          ByteBuffer.allocate(Integer.BYTES + sealed.length).putInt(generation).put(sealed).array();
      // Sent twice after a cut connection, or by two devices at once, it is there once.
      ask(Messages.PUT, Cbor.encode(new Note(note.id(), stored)));
    }
  }

  private OpenNote open(Note note) throws Problem {
    int generation = generation(note);
    byte[] sealed = Arrays.copyOfRange(note.sealed(), Integer.BYTES, note.sealed().length);
    try (Secret key = account.featureSecret(generation)) {
      byte[] padded = ChunkedEncryption.open(key, context(note.id(), generation), sealed);
      return new OpenNote(note.id(), new String(padded, UTF_8).stripTrailing());
    } catch (NotAuthentic e) {
      throw notOurs(e);
    }
  }

  private int generation(Note note) throws Problem {
    if (note.sealed().length >= Integer.BYTES) {
      int generation = ByteBuffer.wrap(note.sealed()).getInt();
      if (generation >= 0 && generation <= account.generation()) {
        return generation;
      }
    }
    throw notOurs(null);
  }

  private static Problem notOurs(Exception cause) {
    return new Problem(
        Problem.Kind.SECURITY, "The server gave a note that nobody of this account wrote.", cause);
  }

  /** With spaces to a multiple of 256 bytes, so that the server does not see how long a note is. */
  private static byte[] padded(String text) {
    byte[] bytes = text.stripTrailing().getBytes(UTF_8);
    byte[] padded = Arrays.copyOf(bytes, (bytes.length / STEP + 1) * STEP);
    Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
    return padded;
  }

  private byte[] ask(String verb, byte[] body) throws Refused, IOException {
    return account.link().ask(Messages.FEATURE + "/" + verb, body);
  }

  private byte[] context(String id, int generation) {
    byte[] label = LABEL.getBytes(US_ASCII);
    byte[] name = id.getBytes(US_ASCII);
    return ByteBuffer.allocate(label.length + AccountId.LENGTH + name.length + Integer.BYTES)
        .put(label)
        .put(account.account().bytes())
        .put(name)
        .putInt(generation)
        .array();
  }
}
