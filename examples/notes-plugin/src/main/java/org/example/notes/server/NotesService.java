package org.example.notes.server;

import java.util.Map;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.example.notes.protocol.Messages;
import org.example.notes.protocol.Messages.Note;
import org.example.notes.protocol.Messages.Notes;
import org.example.notes.protocol.Messages.Remove;

/** Keeps sealed notes in a table. Thread-safe. */
final class NotesService implements RunningFeature {
  private static final int MAX_NOTES = 200;
  private static final byte[] DONE = {};

  private final Transactions tables;

  NotesService(Transactions tables) {
    this.tables = tables;
  }

  @Override
  public Map<String, AccountHandler> methods() {
    return Map.of(
        Messages.PUT, this::put, Messages.LIST, this::list, Messages.REMOVE, this::remove);
  }

  private byte[] put(Caller caller, Request request) throws Refused {
    Note note = decode(request, Note.class);
    if (note.id().length() != Messages.ID_LENGTH || note.sealed().length > Messages.MAX_SEALED) {
      throw new Refused(ErrorCode.BAD_REQUEST, "This is not a note.");
    }
    long before =
        tables.write(
            handle -> {
              long there =
                  handle
                      .createQuery(
                          "SELECT COUNT(*) FROM notes_notes WHERE account_id = ? AND id <> ?")
                      .bind(0, caller.account().bytes())
                      .bind(1, note.id())
                      .mapTo(Long.class)
                      .one();
              if (there < MAX_NOTES) {
                handle.execute(
                    "INSERT INTO notes_notes (account_id, id, sealed) VALUES (?, ?, ?)"
                        + " ON CONFLICT (account_id, id) DO UPDATE SET sealed = excluded.sealed",
                    caller.account().bytes(),
                    note.id(),
                    note.sealed());
              }
              return there;
            });
    if (before >= MAX_NOTES) {
      throw new Refused(ErrorCode.QUOTA_EXCEEDED, "An account has at most 200 notes.");
    }
    return DONE;
  }

  private byte[] list(Caller caller, Request request) {
    return Cbor.encode(
        new Notes(
            tables.read(
                handle ->
                    handle
                        .createQuery(
                            "SELECT id, sealed FROM notes_notes WHERE account_id = ? ORDER BY id")
                        .bind(0, caller.account().bytes())
                        .map((row, context) -> new Note(row.getString(1), row.getBytes(2)))
                        .list())));
  }

  private byte[] remove(Caller caller, Request request) throws Refused {
    Remove wish = decode(request, Remove.class);
    int removed =
        tables.write(
            handle ->
                handle.execute(
                    "DELETE FROM notes_notes WHERE account_id = ? AND id = ?",
                    caller.account().bytes(),
                    wish.id()));
    if (removed == 0) {
      throw new Refused(ErrorCode.NOT_FOUND, "There is no such note.");
    }
    return DONE;
  }

  private static <T> T decode(Request request, Class<T> type) throws Refused {
    try {
      return Cbor.decode(request.body(), type);
    } catch (Malformed e) {
      throw new Refused(ErrorCode.BAD_REQUEST, "The request is malformed.");
    }
  }

  @Override
  public void close() {
    // The database is the server's.
  }
}
