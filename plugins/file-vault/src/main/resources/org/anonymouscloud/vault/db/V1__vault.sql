CREATE TABLE vault_packs (
  account_id BYTEA  NOT NULL,
  name       TEXT   NOT NULL,
  length     BIGINT NOT NULL,
  -- Its name on the server's disk: drawn by the server, never used twice.
  file       TEXT   NOT NULL UNIQUE,
  -- Hours since 1970-01-01, until a root has named the pack; then no time is kept.
  expires    BIGINT,
  PRIMARY KEY (account_id, name)
);

CREATE INDEX vault_packs_expiry ON vault_packs (expires) WHERE expires IS NOT NULL;

-- Files on the server's disk that are no pack's: every file has a row here or in vault_packs
-- before it is made, and until it is gone.
CREATE TABLE vault_loose_files (
  file       TEXT   NOT NULL PRIMARY KEY,
  account_id BYTEA  NOT NULL,
  length     BIGINT NOT NULL,
  -- The server process that receives the file; NULL once it is only to be deleted.
  process    TEXT,
  expires    BIGINT NOT NULL
);

CREATE INDEX vault_loose_files_process ON vault_loose_files (process);

-- The sums over an account's rows above, so that no put has to add them up.
CREATE TABLE vault_space (
  account_id BYTEA  NOT NULL PRIMARY KEY,
  used       BIGINT NOT NULL,
  reserved   BIGINT NOT NULL,
  packs      BIGINT NOT NULL
);

CREATE TABLE vault_roots (
  account_id BYTEA  NOT NULL,
  number     BIGINT NOT NULL,
  root       BYTEA  NOT NULL,
  PRIMARY KEY (account_id, number)
);
