//! The journal: which generations of secrets the keychain may hold without a row that points to them.
//!
//! `app` writes it around every change to the keychain; the sweep reads it and touches nothing that is not in it.

use credenza_model::{Generation, SecretRef};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::{Reader, StoreError, Writer, column};

/// What is being done with a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// It may be in the keychain; no row points to it yet.
    Writing,
    /// It is in the keychain; no row points to it any more.
    Erasing,
}

/// One generation under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Which.
    pub secret: SecretRef,
    /// What is being done with it.
    pub phase: Phase,
}

impl Reader<'_> {
    /// Everything under way, the oldest generation first.
    pub fn journal(&self) -> Result<Vec<JournalEntry>, StoreError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT credential, generation, parts, phase FROM journal ORDER BY generation")?;
        let rows = select.query_map([], |row| {
            Ok(JournalEntry {
                secret: SecretRef {
                    credential: column::parsed(row, "credential")?,
                    generation: column::parsed(row, "generation")?,
                    parts: row.get("parts")?,
                },
                phase: column::read_word(row, "phase")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Notes what is being done with a generation, in place of what was noted.
    pub fn journal(&self, secret: SecretRef, phase: Phase) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO journal (generation, credential, parts, phase) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (generation) DO UPDATE
             SET credential = excluded.credential, parts = excluded.parts, phase = excluded.phase",
            params![secret.generation.to_string(), secret.credential.to_string(), secret.parts, column::word(&phase)],
        )?;
        Ok(())
    }

    /// Takes a generation out: a row points to it, or it is gone from the keychain.
    pub fn forget(&self, generation: Generation) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM journal WHERE generation = ?1", [generation.to_string()])?;
        Ok(())
    }
}
