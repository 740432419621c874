CREATE TABLE accounts (
  user_name     TEXT   NOT NULL PRIMARY KEY,
  account_id    BYTEA  NOT NULL UNIQUE,
  opaque_record BYTEA  NOT NULL,
  -- Which generation of the server's password secrets the record was made with.
  password_keys TEXT   NOT NULL,
  drive_name    TEXT   NOT NULL UNIQUE,
  status        TEXT   NOT NULL,
  quota         BIGINT NOT NULL,
  -- Days since 1970-01-01: finer times would tell the server's owner when people are awake.
  created       BIGINT NOT NULL,
  last_seen     BIGINT NOT NULL
);

CREATE TABLE account_links (
  account_id BYTEA  NOT NULL REFERENCES accounts (account_id),
  seq        BIGINT NOT NULL,
  link       BYTEA  NOT NULL,
  PRIMARY KEY (account_id, seq)
);

-- What the chain says, kept beside it so that a login need not replay the chain.
CREATE TABLE account_devices (
  account_id  BYTEA NOT NULL REFERENCES accounts (account_id),
  device_id   BYTEA NOT NULL,
  signing_key BYTEA NOT NULL,
  PRIMARY KEY (account_id, device_id)
);

CREATE TABLE account_slots (
  account_id BYTEA  NOT NULL REFERENCES accounts (account_id),
  slot       BYTEA  NOT NULL,
  generation BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,
  PRIMARY KEY (account_id, slot, generation)
);

CREATE TABLE account_key_bags (
  account_id BYTEA  NOT NULL PRIMARY KEY REFERENCES accounts (account_id),
  version    BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL
);
