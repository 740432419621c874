package org.example.notes.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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
 * The notes of an account: sealed here, before they leave the machine. The note's id is in the
 * context, so a server that swaps two notes is found out.
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
    try (Secret key = key()) {
      for (Note note : Cbor.decode(ask(Messages.LIST, new byte[0]), Notes.class).notes()) {
        byte[] padded = ChunkedEncryption.open(key, context(note.id()), note.sealed());
        notes.add(new OpenNote(note.id(), new String(padded, UTF_8).stripTrailing()));
      }
      return notes;
    } catch (NotAuthentic | Malformed e) {
      throw new Problem(
          Problem.Kind.SECURITY, "The server gave a note that nobody of this account wrote.", e);
    }
  }

  String add(String text) throws Problem, Refused, IOException {
    if (text.length() > MAX_TEXT) {
      throw new Problem(Problem.Kind.BAD_INPUT, "A note has at most 900 characters.");
    }
    String id = HexFormat.of().formatHex(RandomBytes.next(Messages.ID_LENGTH / 2));
    try (Secret key = key()) {
      byte[] sealed = ChunkedEncryption.seal(key, context(id), padded(text.stripTrailing()));
      ask(Messages.ADD, Cbor.encode(new Note(id, sealed)));
    }
    return id;
  }

  void remove(String id) throws Refused, IOException {
    ask(Messages.REMOVE, Cbor.encode(new Remove(id)));
  }

  /** With spaces to a multiple of 256 bytes, so that the server does not see how long a note is. */
  private static byte[] padded(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    byte[] padded = Arrays.copyOf(bytes, (bytes.length / STEP + 1) * STEP);
    Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
    return padded;
  }

  private byte[] ask(String verb, byte[] body) throws Refused, IOException {
    return account.link().ask(Messages.FEATURE + "/" + verb, body);
  }

  private Secret key() {
    return account.featureSecret(0);
  }

  private byte[] context(String id) {
    ByteArrayOutputStream context = new ByteArrayOutputStream();
    context.writeBytes(LABEL.getBytes(US_ASCII));
    context.writeBytes(account.account().bytes());
    context.writeBytes(id.getBytes(US_ASCII));
    return context.toByteArray();
  }
}
