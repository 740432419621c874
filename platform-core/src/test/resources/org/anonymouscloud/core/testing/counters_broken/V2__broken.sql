CREATE TABLE half_done (name TEXT NOT NULL);
INSERT INTO no_such_table (name) VALUES ('x');
