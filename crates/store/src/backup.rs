//! The daily copy of the file, beside it.
//!
//! It is made through a connection of its own, so that nobody waits for it, and gets its name when it is whole, checked
//! and on the disk. A damaged file is not copied: the copies from before the damage would rotate away.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::{Store, StoreError, open};

/// How many copies are kept: a week.
const KEPT: usize = 7;
const BEFORE_DATE: &str = "credenza-";
const AFTER_DATE: &str = ".backup.db";
const UNFINISHED: &str = ".partial";
/// An unfinished copy this old belongs to nobody any more: the largest takes seconds.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

impl Store {
    /// Makes the copy of the day, if there is none yet, and removes those beyond the last seven. Says where it is.
    pub fn backup_if_due(&self, now: DateTime<Utc>) -> Result<Option<PathBuf>, StoreError> {
        let dir = self.path().parent().unwrap_or(Path::new("."));
        let target = dir.join(format!("{BEFORE_DATE}{}{AFTER_DATE}", now.format("%Y-%m-%d")));
        if self.read_only() || target.try_exists()? {
            return Ok(None);
        }
        let partial = dir.join(format!("{BEFORE_DATE}{}{UNFINISHED}", Uuid::new_v4()));
        let made = copy(self.path(), &partial).and_then(|()| Ok(fs::rename(&partial, &target)?));
        if made.is_err() {
            // What went wrong is the news, not that its remains could not be removed as well.
            let _ = fs::remove_file(&partial);
        }
        made?;
        sync_dir(dir)?;
        rotate(dir)?;
        Ok(Some(target))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    open::create_file(to)?;
    let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Nobody needs a half-written copy: it is synced once, when it is whole.
    copy.pragma_update(None, "synchronous", "OFF")?;
    {
        // In one step: it sees one moment, and writers do not wait for a reader of a WAL.
        let backup = Backup::new(&source, &mut copy)?;
        if backup.step(-1)? != StepResult::Done {
            return Err(StoreError::Busy);
        }
    }
    // One file, with nothing beside it that belongs to it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let sound: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(StoreError::Damaged);
    }
    drop(copy);
    Ok(File::options().write(true).open(to)?.sync_all()?)
}

/// Removes the copies beyond the last ones, and what a killed process left.
fn rotate(dir: &Path) -> Result<(), StoreError> {
    let mut copies = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if date_of(&name).is_some() {
            copies.push(entry.path());
        } else if is_unfinished(&name) && entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > ABANDONED) {
            fs::remove_file(entry.path())?;
        }
    }
    // Their names sort as their days do.
    copies.sort();
    let surplus = copies.len().saturating_sub(KEPT);
    copies.iter().take(surplus).try_for_each(fs::remove_file)?;
    Ok(())
}

fn date_of(name: &OsStr) -> Option<NaiveDate> {
    let date = name.to_str()?.strip_prefix(BEFORE_DATE)?.strip_suffix(AFTER_DATE)?;
    NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| date.len() == 10)
}

fn is_unfinished(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(BEFORE_DATE) && name.ends_with(UNFINISHED))
}

/// Makes the new name durable. On Windows a directory is no file, and the rename itself is journalled.
fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    let _ = dir;
    Ok(())
}
