CREATE TABLE counters (
  name  TEXT   NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE counters_marks (
  counter TEXT   NOT NULL REFERENCES counters (name) DEFERRABLE INITIALLY DEFERRED,
  mark    BIGINT NOT NULL,
  PRIMARY KEY (counter, mark)
);
