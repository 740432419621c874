package org.example.notes.server;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.plugin.FeatureData;
import org.example.notes.protocol.Messages;
import org.jdbi.v3.core.Handle;

/** What the notes keep on a server: one table. */
final class NotesData implements FeatureData {
  static final String SCRIPTS = "org/example/notes/db";

  @Override
  public Migrations tables() {
    return Migrations.of(Messages.FEATURE, NotesData.class, SCRIPTS);
  }

  @Override
  public boolean forget(Handle rows, AccountId account) {
    rows.execute("DELETE FROM notes_notes WHERE account_id = ?", account.bytes());
    return false;
  }
}
