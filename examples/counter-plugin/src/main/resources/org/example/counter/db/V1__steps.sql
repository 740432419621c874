CREATE TABLE counter_steps (
  account_id BYTEA  NOT NULL,
  number     BIGINT NOT NULL,
  id         TEXT   NOT NULL,
  sealed     BYTEA  NOT NULL,
  PRIMARY KEY (account_id, number),
  UNIQUE (account_id, id)
);
