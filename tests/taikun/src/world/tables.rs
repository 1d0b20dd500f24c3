//! The tables.

use rusqlite::Connection;

pub(super) fn make(database: &Connection) -> rusqlite::Result<()> {
    database.execute_batch(
        "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
         INSERT OR IGNORE INTO accounts (id, name) VALUES (1, 'demo');
         CREATE TABLE IF NOT EXISTS organizations (
             id INTEGER PRIMARY KEY,
             account INTEGER NOT NULL REFERENCES accounts (id),
             name TEXT NOT NULL
         );
         CREATE TABLE IF NOT EXISTS people (
             id INTEGER PRIMARY KEY,
             account INTEGER NOT NULL REFERENCES accounts (id),
             email TEXT NOT NULL UNIQUE COLLATE NOCASE,
             password TEXT NOT NULL,
             name TEXT NOT NULL,
             access TEXT NOT NULL,
             second_factor TEXT,
             recovery TEXT NOT NULL,
             forced INTEGER NOT NULL
         );
         CREATE TABLE IF NOT EXISTS members (
             person INTEGER NOT NULL REFERENCES people (id),
             organization INTEGER NOT NULL REFERENCES organizations (id),
             role TEXT NOT NULL,
             PRIMARY KEY (person, organization)
         );
         CREATE TABLE IF NOT EXISTS keys (
             access_key TEXT PRIMARY KEY,
             secret_key TEXT NOT NULL,
             account INTEGER NOT NULL REFERENCES accounts (id),
             name TEXT NOT NULL,
             organization INTEGER,
             person INTEGER
         );
         CREATE TABLE IF NOT EXISTS spaces (space TEXT PRIMARY KEY, last INTEGER NOT NULL);
         CREATE TABLE IF NOT EXISTS rows (
             kind TEXT NOT NULL,
             id INTEGER NOT NULL,
             account INTEGER NOT NULL,
             organization INTEGER,
             name TEXT NOT NULL,
             given TEXT NOT NULL,
             locked INTEGER NOT NULL DEFAULT 0,
             is_default INTEGER NOT NULL DEFAULT 0,
             infra INTEGER NOT NULL DEFAULT 0,
             used_by TEXT NOT NULL DEFAULT '[]',
             created_at INTEGER NOT NULL,
             created_by TEXT NOT NULL,
             modified_at INTEGER NOT NULL,
             modified_by TEXT NOT NULL,
             PRIMARY KEY (kind, id)
         );
         CREATE INDEX IF NOT EXISTS rows_by_name ON rows (kind, organization, name);
         CREATE TABLE IF NOT EXISTS creates (kind TEXT NOT NULL, organization INTEGER NOT NULL, name TEXT NOT NULL);",
    )
}
