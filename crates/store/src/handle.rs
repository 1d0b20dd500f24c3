//! The two handles: one that reads, one that also writes. Their methods are in the modules of the tables.

use std::ops::Deref;

use rusqlite::Connection;

use crate::memory::Shared;

/// One consistent moment of the data.
pub struct Reader<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) memory: Option<&'a Shared>,
}

/// One transaction. It is kept when the function that got it returns `Ok`, else nothing of it is.
pub struct Writer<'a> {
    reader: Reader<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: &'a Connection, memory: &'a Shared) -> Self {
        Self { connection, memory: Some(memory) }
    }
}

impl<'a> Writer<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { reader: Reader { connection, memory: None } }
    }
}

/// Who may write may read, and sees what it wrote.
impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}
