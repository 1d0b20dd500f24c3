-- Schema version 2: accounts, and what syncing with one needs to know.

-- The account of a workspace. Its session's secrets are in the keychain; here is where, as for a credential's.
CREATE TABLE accounts (
    workspace   INTEGER PRIMARY KEY REFERENCES workspaces (seq) ON DELETE CASCADE,
    host        TEXT NOT NULL,
    authorities TEXT,
    method      TEXT NOT NULL CHECK (method IN ('password', 'key', 'token')),
    login       TEXT NOT NULL,
    account     TEXT,
    person_id   TEXT NOT NULL,
    person      TEXT NOT NULL,
    generation  TEXT,
    parts       INTEGER,
    ended       TEXT,                    -- why the session cannot be used any more
    asked_at    TEXT,                    -- when the role was last asked for
    synced_at   TEXT,
    failure     TEXT,                    -- JSON: why the last sync did not end well
    unsupported TEXT NOT NULL,           -- JSON: the kinds that the server does not know
    missing     TEXT NOT NULL,           -- JSON: what is gone in such numbers that a person is asked
    CHECK ((generation IS NULL) = (parts IS NULL))
) STRICT;
CREATE INDEX account_generation ON accounts (generation) WHERE generation IS NOT NULL;

-- An organization of an account has a number there, and the person a role in it.
ALTER TABLE organizations ADD COLUMN remote_id INTEGER;
ALTER TABLE organizations ADD COLUMN role TEXT CHECK (role IN ('member', 'manager', 'partner'));
CREATE UNIQUE INDEX one_remote_organization ON organizations (workspace, remote_id) WHERE remote_id IS NOT NULL;

-- What the account tells of a credential beside its fields, what the account refused, and until when a tombstone is kept.
ALTER TABLE credentials ADD COLUMN account TEXT NOT NULL DEFAULT '{}';
ALTER TABLE credentials ADD COLUMN trouble TEXT;
ALTER TABLE credentials ADD COLUMN erase_at TEXT;
UPDATE credentials SET erase_at = strftime('%Y-%m-%dT%H:%M:%fZ', deleted_at, '+1 hour') WHERE deleted_at IS NOT NULL;
DROP INDEX tombstones;
CREATE INDEX tombstones ON credentials (erase_at) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX one_remote ON credentials (workspace, kind, remote_id)
    WHERE remote_id IS NOT NULL AND deleted_at IS NULL;
-- What the account has is named as the account lets it be; among what exists only here, a name is there once.
DROP INDEX one_name;
CREATE UNIQUE INDEX one_name ON credentials (organization, kind, name)
    WHERE deleted_at IS NULL AND state = 'ready' AND name <> '';
CREATE INDEX conflicts ON credentials (workspace) WHERE state = 'conflict' AND deleted_at IS NULL;

-- What both sides last agreed on, which secret the account was given, and what is in conflict.
CREATE TABLE bases (
    credential INTEGER PRIMARY KEY REFERENCES credentials (seq) ON DELETE CASCADE,
    base       TEXT NOT NULL,            -- JSON, as the two below
    pushed     TEXT,                     -- the generation of the secrets that the account has, if they came from here
    theirs     TEXT,                     -- the account's side of a conflict
    conflict   TEXT
) STRICT;

-- An outbox entry that is under way says so before anything is sent, and what it has done so far.
CREATE TABLE outbox_2 (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL REFERENCES workspaces (seq) ON DELETE CASCADE,
    credential TEXT NOT NULL,
    operation  TEXT NOT NULL
               CHECK (operation IN ('create', 'update', 'lock', 'unlock', 'default', 'delete', 'replace')),
    at         TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'in_flight', 'parked', 'asks')),
    attempts   INTEGER NOT NULL,
    next_at    TEXT,                     -- not before, while it backs off or can be undone
    step       TEXT                      -- JSON: what was sent, and what a replacement has reached; never a secret
) STRICT;
INSERT INTO outbox_2 (number, workspace, credential, operation, at, state, attempts)
    SELECT number, workspace, credential, operation, at, 'waiting', 0 FROM outbox;
-- Numbers that were used once stay used.
DELETE FROM sqlite_sequence WHERE name = 'outbox_2';
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox_2', seq FROM sqlite_sequence WHERE name = 'outbox';
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;
CREATE INDEX outbox_workspace ON outbox (workspace);
CREATE INDEX outbox_credential ON outbox (credential);
CREATE INDEX outbox_default ON outbox (workspace) WHERE operation = 'default';
