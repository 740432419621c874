CREATE TABLE notes_notes (
  account_id BYTEA NOT NULL,
  id         TEXT  NOT NULL,
  sealed     BYTEA NOT NULL,
  PRIMARY KEY (account_id, id)
);
