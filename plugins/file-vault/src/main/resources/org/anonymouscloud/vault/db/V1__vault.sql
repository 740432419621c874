CREATE TABLE vault_drives (
  drive      BYTEA  NOT NULL PRIMARY KEY,
  -- The account whose space it takes.
  payer      BYTEA  NOT NULL,
  -- The most bytes that it may have by its newest roster, and what else that roster says which
  -- each request needs.
  most       BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  roster     BIGINT NOT NULL,
  -- 1 once it is deleted: it has no members and no space, and its rows go little by little.
  ended      BIGINT NOT NULL
);

CREATE INDEX vault_drives_payer ON vault_drives (payer);

CREATE INDEX vault_drives_ended ON vault_drives (ended) WHERE ended = 1;

CREATE TABLE vault_rosters (
  drive  BYTEA  NOT NULL,
  number BIGINT NOT NULL,
  roster BYTEA  NOT NULL,
  PRIMARY KEY (drive, number)
);

-- The members of each drive's newest roster.
CREATE TABLE vault_members (
  drive      BYTEA  NOT NULL,
  account_id BYTEA  NOT NULL,
  -- 1 reads, 2 writes, 3 owns.
  permits    BIGINT NOT NULL,
  PRIMARY KEY (drive, account_id)
);

CREATE INDEX vault_members_account ON vault_members (account_id, drive);

-- The drive's secrets, of each generation, sealed to each who was a member in it.
CREATE TABLE vault_grants (
  drive      BYTEA  NOT NULL,
  account_id BYTEA  NOT NULL,
  generation BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,
  PRIMARY KEY (drive, account_id, generation)
);

CREATE TABLE vault_packs (
  drive   BYTEA  NOT NULL,
  name    TEXT   NOT NULL,
  length  BIGINT NOT NULL,
  -- Its name on the server's disk: drawn by the server, never used twice.
  file    TEXT   NOT NULL UNIQUE,
  -- CRC-32C of its bytes as they came: finds what a disk has changed, and nothing that a person has.
  checksum BIGINT NOT NULL,
  -- Hours since 1970-01-01 at which it goes; none while a root has named the pack as live and
  -- none has dropped it.
  expires BIGINT,
  -- Of a pack that a root has dropped: 1 if it still counts for who pays, 0 if not.
  held    BIGINT,
  PRIMARY KEY (drive, name)
);

CREATE INDEX vault_packs_expiry ON vault_packs (expires) WHERE expires IS NOT NULL;

-- Files on the server's disk that are no pack's: every file has a row here or in vault_packs
-- before it is made, and until it is gone.
CREATE TABLE vault_loose_files (
  file    TEXT   NOT NULL PRIMARY KEY,
  drive   BYTEA  NOT NULL,
  length  BIGINT NOT NULL,
  -- The server process that receives the file; NULL once it is only to be deleted.
  process TEXT,
  expires BIGINT NOT NULL
);

CREATE INDEX vault_loose_files_process ON vault_loose_files (process);

CREATE TABLE vault_roots (
  drive  BYTEA  NOT NULL,
  number BIGINT NOT NULL,
  root   BYTEA  NOT NULL,
  PRIMARY KEY (drive, number)
);

-- The sums over a drive's rows above, so that no put has to add them up.
CREATE TABLE vault_space (
  drive    BYTEA  NOT NULL PRIMARY KEY,
  -- Of packs that are not held, roots, rosters and grants.
  used     BIGINT NOT NULL,
  -- On their way.
  reserved BIGINT NOT NULL,
  packs    BIGINT NOT NULL,
  held     BIGINT NOT NULL,
  -- Of those, what nobody pays for.
  unpaid   BIGINT NOT NULL,
  -- Taken beyond the drive's own limit, to delete something.
  beyond   BIGINT NOT NULL
);
