//! What the last pages found out, for the next ones: how long lists are, and the numbers of their rows.
//!
//! It holds for one state of the file, and is forgotten when anybody has written.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::plan::Statement;
use crate::search::Terms;
use crate::{Reader, StoreError};

/// How many answers of each sort are kept. A list of 100,000 rows takes 800 KB.
const KEPT: usize = 4;

/// A question: a statement and the words that were searched beside it.
pub(crate) type Key = (Statement, Option<Terms>);
/// Answers, the latest last.
pub(crate) type Answers<T> = VecDeque<(Key, T)>;

/// The memory of one store.
#[derive(Default)]
pub(crate) struct Memory {
    /// The state of the file it holds for, in the words of `PRAGMA data_version`.
    state: Option<i64>,
    /// How long lists are.
    pub(crate) counts: Answers<u32>,
    /// The numbers of all rows of lists.
    pub(crate) lists: Answers<Arc<[i64]>>,
}

impl Memory {
    /// Forgets what was found out in another state of the file.
    pub(crate) fn hold_for(&mut self, state: i64) {
        if self.state != Some(state) {
            *self = Self { state: Some(state), ..Self::default() };
        }
    }
}

impl Reader<'_> {
    /// The answer to a question, from memory or found out. While writing nothing is remembered: it may be rolled back.
    pub(crate) fn remembered<T: Clone>(
        &self,
        part: impl Fn(&mut Memory) -> &mut Answers<T>,
        key: &Key,
        find_out: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(memory) = self.memory else {
            return find_out();
        };
        let known =
            part(&mut memory.borrow_mut()).iter().find(|(known, _)| known == key).map(|(_, answer)| answer.clone());
        if let Some(answer) = known {
            return Ok(answer);
        }
        let answer = find_out()?;
        let mut memory = memory.borrow_mut();
        let answers = part(&mut memory);
        if answers.len() == KEPT {
            answers.pop_front();
        }
        answers.push_back((key.clone(), answer.clone()));
        Ok(answer)
    }
}

/// A memory that a reader shares.
pub(crate) type Shared = RefCell<Memory>;
