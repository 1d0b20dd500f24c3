-- Schema version 1. A released file is never edited; the next change is 002.
--
-- `seq` is the table's own small number: it keeps the many indexes of `credentials` short and is what the full-text
-- index calls its documents. It never leaves this crate; `id` is what the program knows.
--
-- A `…_key` is the case-folded text that sorting uses, made by this crate: SQLite's own folding knows ASCII only.
--
-- Adding a kind changes no schema, and yet an older program could not name its rows: give it an (empty) migration, so
-- that the older program refuses the file instead of calling it damaged.

PRAGMA application_id = 0x43445A41; -- "CDZA"

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL UNIQUE,
    name_key TEXT NOT NULL,
    role     TEXT NOT NULL CHECK (role IN ('member', 'manager', 'partner'))
) STRICT;

CREATE TABLE organizations (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    workspace INTEGER NOT NULL REFERENCES workspaces (seq) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    name_key  TEXT NOT NULL,
    UNIQUE (workspace, name_key),
    UNIQUE (workspace, seq)
) STRICT;

CREATE TABLE credentials (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    workspace    INTEGER NOT NULL,
    organization INTEGER NOT NULL,
    tab          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'ready', 'synced', 'changed', 'conflict')),
    locked       INTEGER NOT NULL CHECK (locked IN (0, 1)),
    is_default   INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    version      INTEGER NOT NULL,
    remote_id    INTEGER,
    generation   TEXT,
    parts        INTEGER,
    created_at   TEXT NOT NULL,
    modified_at  TEXT NOT NULL,
    deleted_at   TEXT,                  -- a tombstone: gone from every list, its secret kept until undo has lapsed
    name_key     TEXT NOT NULL,
    identity_key TEXT NOT NULL,
    project_key  TEXT NOT NULL,
    expiry       TEXT NOT NULL,
    field_values TEXT NOT NULL,         -- from here on JSON
    secrets      TEXT NOT NULL,         -- which are set, never what they are
    facts        TEXT NOT NULL,
    secret_facts TEXT NOT NULL,
    problems     TEXT NOT NULL,
    used_by      TEXT NOT NULL,
    CHECK ((generation IS NULL) = (parts IS NULL)),
    FOREIGN KEY (workspace, organization) REFERENCES organizations (workspace, seq) ON DELETE CASCADE
) STRICT;

-- What may be there once only.
CREATE UNIQUE INDEX one_name ON credentials (organization, kind, name)
    WHERE deleted_at IS NULL AND state <> 'draft' AND name <> '';
CREATE UNIQUE INDEX one_default ON credentials (organization, kind)
    WHERE deleted_at IS NULL AND is_default = 1;

-- What cascades look for, and what is counted: as little as that takes.
CREATE INDEX by_organization ON credentials (workspace, organization, tab, kind, state, deleted_at);
CREATE INDEX tombstones ON credentials (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX by_generation ON credentials (generation) WHERE generation IS NOT NULL;

-- The orders of a page. Each ends with the columns that pages filter by, so that skipping a row never reads the row
-- (`deleted_at` too: SQLite does not take it as known from the condition of the index).
CREATE INDEX live_name ON credentials
    (workspace, name_key, id, kind, organization, state, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX live_tab_name ON credentials
    (workspace, tab, name_key, id, kind, organization, state, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX live_tab_modified ON credentials
    (workspace, tab, modified_at, id, kind, organization, state, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX live_tab_state ON credentials
    (workspace, tab, state, name_key, id, kind, organization, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX live_tab_identity ON credentials
    (workspace, tab, identity_key, name_key, id, kind, organization, state, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX live_organization_name ON credentials
    (organization, name_key, id, tab, kind, state, deleted_at) WHERE deleted_at IS NULL;
-- One kind by name; and whatever else can be sorted by, to be sorted without reading the rows.
CREATE INDEX live_kind_name ON credentials
    (workspace, tab, kind, name_key, id, organization, state, locked, is_default,
     created_at, modified_at, expiry, identity_key, project_key, deleted_at) WHERE deleted_at IS NULL;

-- What is searched: one folded text a credential, one line a part. Tombstones keep theirs, for undo.
CREATE TABLE haystacks (
    seq  INTEGER PRIMARY KEY REFERENCES credentials (seq) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;

-- The index of that. Only its removal is a trigger's, for cascades: a statement that fires one begins with a savepoint,
-- at which the index writes what it has gathered, and adding many credentials would be four times as slow.
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram'
);
CREATE TRIGGER haystacks_delete AFTER DELETE ON haystacks BEGIN
    DELETE FROM search WHERE rowid = old.seq;
END;

-- What the keychain protocol is in the middle of. No foreign keys: an entry outlives its credential.
CREATE TABLE journal (
    generation TEXT NOT NULL PRIMARY KEY,
    credential TEXT NOT NULL,
    parts      INTEGER NOT NULL,
    phase      TEXT NOT NULL CHECK (phase IN ('writing', 'erasing'))
) STRICT, WITHOUT ROWID;

-- What is to be pushed, in this order. Numbers are never used twice.
CREATE TABLE outbox (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL REFERENCES workspaces (seq) ON DELETE CASCADE,
    credential TEXT NOT NULL,
    operation  TEXT NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_workspace ON outbox (workspace);

-- Who did what. Rows are added, and go only with their workspace.
CREATE TABLE audit (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL REFERENCES workspaces (seq) ON DELETE CASCADE,
    credential TEXT,
    name       TEXT NOT NULL,
    action     TEXT NOT NULL,
    detail     TEXT NOT NULL,
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX audit_workspace ON audit (workspace, number);
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
    WHEN EXISTS (SELECT 1 FROM workspaces WHERE seq = old.workspace) BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
