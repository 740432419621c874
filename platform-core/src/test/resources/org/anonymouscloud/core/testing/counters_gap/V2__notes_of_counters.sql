ALTER TABLE counters ADD COLUMN note TEXT NOT NULL DEFAULT '';
UPDATE counters SET note = 'old';
