-- Numbers that only grow, which features give their rows.
CREATE TABLE order_numbers (
  feature TEXT   NOT NULL,
  -- Whatever the feature numbers by itself, such as an account or a group: at most 32 bytes.
  key     BYTEA  NOT NULL,
  -- The number that was given last.
  last    BIGINT NOT NULL,
  PRIMARY KEY (feature, key)
);
