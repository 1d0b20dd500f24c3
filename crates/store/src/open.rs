//! Opening the file: who may read it, how SQLite is to treat it, and what is refused before anything is touched.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use uuid::Uuid;

use crate::{StoreError, meta, migrate};

/// The file in the data directory.
const FILE: &str = "credenza.db";
/// How long another process may hold the file before that is an error.
const PATIENCE: Duration = Duration::from_secs(5);
/// Memory for pages of the file, in KiB: an index of 100,000 credentials fits.
const CACHE_KIB: i32 = 16 * 1024;
/// Statements kept prepared: every one of this crate, with the usual variants of a page.
const STATEMENTS: usize = 64;

/// One opening at a time in this process: see [`create_file`].
static OPENING: Mutex<()> = Mutex::new(());

/// What [`Store`](crate::Store) is made of.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    pub(crate) data_id: Uuid,
    pub(crate) read_only: bool,
}

/// Opens the data of a directory.
pub(crate) fn open(dir: &Path) -> Result<Opened, StoreError> {
    create_dir(dir)?;
    let path = dir.join(FILE);
    let deadline = Instant::now() + PATIENCE;
    let opened = loop {
        // SQLite does not wait by itself while another process makes the file a WAL file, or closes it as the last one.
        match open_writable(&path) {
            Err(StoreError::Busy) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            outcome => break outcome,
        }
    };
    match opened {
        Err(StoreError::ReadOnly | StoreError::Io(io::ErrorKind::PermissionDenied)) if path.exists() => {
            open_read_only(&path)
        }
        Err(StoreError::Io(io::ErrorKind::PermissionDenied)) => Err(StoreError::ReadOnly),
        outcome => outcome,
    }
}

fn open_writable(path: &Path) -> Result<Opened, StoreError> {
    let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    create_file(path)?;
    let wal = has_wal(path);
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Whatever is refused below is refused without a change: not even a newer program's WAL is folded into its file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wal)?;
    connection.busy_timeout(PATIENCE)?;
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    recognise(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    prepare(&connection)?;
    migrate::migrate(&mut connection)?;
    let data_id = data_id(&mut connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(Opened { connection, path: path.to_owned(), data_id, read_only: false })
}

/// Opens what can be read but not written, so that lists and plain fields still work.
fn open_read_only(path: &Path) -> Result<Opened, StoreError> {
    let (connection, data_id) = match Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(StoreError::from)
        .and_then(ready_to_read)
    {
        // SQLite shares a WAL through a file that it cannot make here. Without a WAL there is nothing to share: nobody
        // can write. With one, the file alone would be an older state passed off as the present one.
        Err(StoreError::Io(_) | StoreError::ReadOnly) if !has_wal(path) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            ready_to_read(Connection::open_with_flags(immutable_uri(path), flags)?)?
        }
        Err(StoreError::Io(_)) => return Err(StoreError::ReadOnly),
        outcome => outcome?,
    };
    Ok(Opened { connection, path: path.to_owned(), data_id, read_only: true })
}

fn ready_to_read(connection: Connection) -> Result<(Connection, Uuid), StoreError> {
    connection.busy_timeout(PATIENCE)?;
    // An older schema would have to be migrated first.
    if migrate::version(&connection)? != migrate::KNOWN {
        return Err(StoreError::ReadOnly);
    }
    prepare(&connection)?;
    let id = meta::get(&connection, meta::DATA_ID)?.and_then(|id| id.parse().ok()).ok_or(StoreError::Damaged)?;
    Ok((connection, id))
}

/// Refuses a newer schema, what is no database, and somebody else's.
fn recognise(connection: &Connection) -> Result<(), StoreError> {
    // Both are of one moment: another process may be making the file of its first start just now.
    let moment = connection.unchecked_transaction()?;
    let foreign = migrate::version(&moment)? == 0
        && moment.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
    drop(moment);
    if foreign { Err(StoreError::Damaged) } else { Ok(()) }
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(())
}

/// The id of the data; the first process that opens the file makes it.
fn data_id(connection: &mut Connection) -> Result<Uuid, StoreError> {
    if let Some(id) = meta::get(connection, meta::DATA_ID)? {
        return id.parse().map_err(|_| StoreError::Damaged);
    }
    let once = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let id = match meta::get(&once, meta::DATA_ID)? {
        Some(id) => id.parse().map_err(|_| StoreError::Damaged)?,
        None => {
            let id = Uuid::new_v4();
            meta::put(&once, meta::DATA_ID, &id.to_string())?;
            id
        }
    };
    once.commit()?;
    Ok(id)
}

/// Makes the directory, for its owner alone. One that exists is left as it is: it may be anybody's.
fn create_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(dir) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(StoreError::ReadOnly),
        outcome => Ok(outcome?),
    }
}

/// Makes the file, for its owner alone, before SQLite does: it gives its own files beside it the same permissions.
///
/// A file that exists is not opened here. Closing it again would take away the locks that SQLite has on it through
/// another connection of this process, and then another process deletes the WAL under that connection.
pub(crate) fn create_file(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            tighten(path);
            Ok(())
        }
        outcome => Ok(outcome.map(drop)?),
    }
}

/// A file that was copied here may be open to everybody. Who does not own it cannot help that.
fn tighten(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0) {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
    let _ = path;
}

fn has_wal(path: &Path) -> bool {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    fs::metadata(wal).is_ok_and(|wal| wal.len() > 0)
}

/// The path as a URI, the one way to tell SQLite that nobody writes the file. Only what means nothing in a URI stays as
/// it is.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    if cfg!(windows) && path.has_root() {
        uri.push('/');
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}
