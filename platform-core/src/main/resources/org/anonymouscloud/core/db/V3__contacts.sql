-- The contacts of each account, sealed and signed by the device that wrote them last.
CREATE TABLE account_contacts (
  account_id BYTEA  NOT NULL REFERENCES accounts (account_id),
  number     BIGINT NOT NULL,
  state      BYTEA  NOT NULL,
  PRIMARY KEY (account_id)
);
