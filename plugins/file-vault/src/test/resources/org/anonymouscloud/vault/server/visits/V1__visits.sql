CREATE TABLE visits (
  name  TEXT   NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE visits_days (
  name TEXT   NOT NULL REFERENCES visits (name),
  day  BIGINT NOT NULL,
  PRIMARY KEY (name, day)
);
