CREATE TABLE counters_half_done (name TEXT NOT NULL PRIMARY KEY);
INSERT INTO no_such_table (name) VALUES ('x');
