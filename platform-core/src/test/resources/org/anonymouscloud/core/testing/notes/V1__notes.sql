CREATE TABLE notes (
  id   BIGINT NOT NULL PRIMARY KEY,
  text TEXT,
  body BYTEA,
  size BIGINT
);
