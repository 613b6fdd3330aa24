-- What kind of burden it is, which duty it is about, when it was seen, and whether the answer changes anything.
ALTER TABLE feedback ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE feedback ADD COLUMN requirement BIGINT;
ALTER TABLE feedback ADD COLUMN duty_organisation BIGINT;
ALTER TABLE feedback ADD COLUMN seen_at BIGINT;
ALTER TABLE feedback ADD COLUMN seen_by TEXT;
ALTER TABLE feedback ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
