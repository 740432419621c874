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

-- Server nodes that are running.
CREATE TABLE server_nodes (
  -- Drawn at random at each start.
  node        TEXT   NOT NULL PRIMARY KEY,
  -- Milliseconds since 1970-01-01; a node that is there moves it on.
  alive_until BIGINT NOT NULL
);

-- Accounts with a session on a node; a node that is dead counts for nothing.
CREATE TABLE account_presence (
  node       TEXT  NOT NULL,
  account_id BYTEA NOT NULL,
  -- online or away
  status     TEXT  NOT NULL,
  PRIMARY KEY (node, account_id)
);

CREATE INDEX account_presence_account ON account_presence (account_id);

-- One row, whose number rises when an account is disabled or deleted: nodes look at it often.
CREATE TABLE account_changes (
  id     BIGINT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL
);

-- Accounts that are gone and of which features may still have something.
CREATE TABLE account_deletions (
  account_id BYTEA  NOT NULL PRIMARY KEY,
  -- Milliseconds since 1970-01-01.
  since      BIGINT NOT NULL
);
