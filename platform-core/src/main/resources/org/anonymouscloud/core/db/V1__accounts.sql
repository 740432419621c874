CREATE TABLE accounts (
  user_name     TEXT   NOT NULL PRIMARY KEY,
  -- What the name looks like, so that nobody has one that can be taken for it.
  name_shape    TEXT   NOT NULL UNIQUE,
  account_id    BYTEA  NOT NULL UNIQUE,
  opaque_record BYTEA  NOT NULL,
  -- What the password's OPRF key comes from: the name at first, drawn at random with each change.
  credential    BYTEA  NOT NULL,
  -- Which generation of the server's password secrets the record was made with.
  password_keys TEXT   NOT NULL,
  -- Who signs with it at a login has the account key, and does not wait for strangers.
  login_key     BYTEA  NOT NULL,
  -- The day on which a device changed the password, with neither the old one nor the words; else 0.
  device_set    BIGINT NOT NULL,
  drive_name    TEXT   NOT NULL UNIQUE,
  status        TEXT   NOT NULL,
  quota         BIGINT NOT NULL,
  -- Days since 1970-01-01: finer times would tell the server's owner when people are awake.
  created       BIGINT NOT NULL,
  last_seen     BIGINT NOT NULL
);

-- The bytes of all features together.
CREATE TABLE account_space (
  account_id BYTEA  NOT NULL,
  -- The owner of the tables in which the bytes are counted.
  feature    TEXT   NOT NULL,
  used       BIGINT NOT NULL,
  -- Of these, what was taken beyond the quota to delete something.
  reserve    BIGINT NOT NULL,
  PRIMARY KEY (account_id, feature)
);

CREATE TABLE account_links (
  account_id BYTEA  NOT NULL REFERENCES accounts (account_id),
  seq        BIGINT NOT NULL,
  link       BYTEA  NOT NULL,
  PRIMARY KEY (account_id, seq)
);

-- Who may sign for the account, as the chain says; kept beside it so that a login need not replay
-- the chain. Revoked devices stay, so that they can be told.
CREATE TABLE account_signers (
  account_id  BYTEA NOT NULL REFERENCES accounts (account_id),
  slot        BYTEA NOT NULL,
  signing_key BYTEA NOT NULL,
  status      TEXT  NOT NULL,
  -- Of a device: the number of the link that brought it, and the device that signed that link;
  -- none if it came by registration, password or words. So a stolen device and all that it
  -- brought in share what one may have.
  came        BIGINT NOT NULL DEFAULT 0,
  brought_by  BYTEA,
  PRIMARY KEY (account_id, slot)
);

CREATE TABLE account_slots (
  account_id BYTEA  NOT NULL REFERENCES accounts (account_id),
  slot       BYTEA  NOT NULL,
  generation BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,
  PRIMARY KEY (account_id, slot, generation)
);

CREATE TABLE account_key_bags (
  account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (account_id),
  sealed     BYTEA NOT NULL
);

-- What each device has the server keep, so that an old copy of its own disk is noticed: sealed.
CREATE TABLE account_marks (
  account_id BYTEA NOT NULL REFERENCES accounts (account_id),
  device_id  BYTEA NOT NULL,
  mark       BYTEA NOT NULL,
  PRIMARY KEY (account_id, device_id)
);

-- Letter boxes of devices that pair: sealed letters, for ten minutes at most.
CREATE TABLE account_pairings (
  relay      BYTEA  NOT NULL PRIMARY KEY,
  account_id BYTEA  NOT NULL REFERENCES accounts (account_id),
  -- Whose the box is; a device has one.
  device_id  BYTEA  NOT NULL,
  -- Seconds since 1970-01-01.
  started    BIGINT NOT NULL,
  UNIQUE (account_id, device_id)
);

CREATE TABLE account_letters (
  relay  BYTEA  NOT NULL REFERENCES account_pairings (relay),
  step   BIGINT NOT NULL,
  letter BYTEA  NOT NULL,
  PRIMARY KEY (relay, step)
);

-- Which data folder the rows' files are in: the random id in its file data.id, and that file's
-- number on its disk, which a copy of the folder does not have. One row.
CREATE TABLE data_folder (
  id    TEXT NOT NULL PRIMARY KEY,
  inode BIGINT
);

-- The fingerprint of the server's key; none until a server starts with a key made anew. One row.
CREATE TABLE server_key (
  fingerprint TEXT NOT NULL PRIMARY KEY
);
