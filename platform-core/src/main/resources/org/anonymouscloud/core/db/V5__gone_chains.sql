-- Accounts that are deleted and whose chain of public keys others still need: what they have
-- signed is checked with it.
CREATE TABLE gone_accounts (
  account_id BYTEA  NOT NULL PRIMARY KEY,
  -- The newest of its root secret.
  generation BIGINT NOT NULL
);

-- Their links, as in account_links.
CREATE TABLE gone_links (
  account_id BYTEA  NOT NULL REFERENCES gone_accounts (account_id),
  seq        BIGINT NOT NULL,
  link       BYTEA  NOT NULL,
  PRIMARY KEY (account_id, seq)
);
