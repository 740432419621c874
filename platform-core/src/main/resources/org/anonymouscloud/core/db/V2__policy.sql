-- Invitations that nobody has used yet.
CREATE TABLE invites (
  -- Of the code, so that who reads the table cannot use it.
  hash    BYTEA  NOT NULL PRIMARY KEY,
  -- By which the server's owner names it: the hash's first 12 hex digits.
  id      TEXT   NOT NULL,
  -- Minutes since 1970-01-01.
  expires BIGINT NOT NULL
);

-- What strangers tried, by account, network and all together.
CREATE TABLE login_attempts (
  -- A code of the name or network, with a key that is not in the database.
  code      BYTEA  NOT NULL PRIMARY KEY,
  tries     BIGINT NOT NULL,
  -- Milliseconds since 1970-01-01: when the next try is free, and when the row is worth nothing.
  free_at   BIGINT NOT NULL,
  forget_at BIGINT NOT NULL
);

CREATE INDEX login_attempts_forget ON login_attempts (forget_at);
