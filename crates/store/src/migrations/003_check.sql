-- Schema version 3: what a check found, when a credential ends, and what a person notes.

ALTER TABLE credentials ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN expires_by_hand TEXT;
ALTER TABLE credentials ADD COLUMN check_rank INTEGER NOT NULL DEFAULT 9;
ALTER TABLE credentials ADD COLUMN report TEXT;            -- JSON: the last check of the row as it is; never a secret
-- From here on `expiry` is when a credential ends by whoever says so, those without an end come last, and lists are sorted
-- by checks too.
UPDATE credentials SET expiry = '~' WHERE expiry = '';
DROP INDEX live_kind_name;
CREATE INDEX live_kind_name ON credentials
    (workspace, tab, kind, name_key, id, organization, state, locked, is_default,
     created_at, modified_at, expiry, identity_key, project_key, check_rank, deleted_at) WHERE deleted_at IS NULL;
