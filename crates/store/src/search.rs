//! Search: which text of a credential is found, and by which words.
//!
//! Both sides are folded here, character by character, so that any part of a text still is a part of the folded text.
//! What a person types is data: words become quoted phrases of the full-text index, or plain substrings when they are
//! shorter than the three characters that the index knows.

use credenza_model::{FieldType, Value};
use rusqlite::{OptionalExtension, ToSql, params, params_from_iter};

use crate::{Credential, Reader, StoreError, Writer};

/// How much of what was typed is looked at. Pasted text beyond this finds nothing that its beginning does not.
const MAX_CHARS: usize = 1024;
/// How many words are looked at.
const MAX_WORDS: usize = 32;
/// The index knows texts by their runs of three characters.
const TRIGRAM: usize = 3;

/// The words of a search, all of which a credential must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    long: Vec<String>,
    short: Vec<String>,
}

impl Terms {
    /// The words of what was typed; `None` when there are none, which finds everything.
    pub(crate) fn of(typed: &str) -> Option<Self> {
        let mut words: Vec<String> = typed
            .chars()
            .take(MAX_CHARS)
            .collect::<String>()
            .split(is_break)
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
            .map(fold)
            .collect();
        words.sort();
        words.dedup();
        let (long, short) = words.into_iter().partition(|word| word.chars().count() >= TRIGRAM);
        let terms = Self { long, short };
        (!terms.long.is_empty() || !terms.short.is_empty()).then_some(terms)
    }

    /// The full-text query: quoted phrases, in which a doubled quote is a quote and nothing else means anything.
    fn phrases(&self) -> String {
        let quoted: Vec<String> = self.long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        quoted.join(" AND ")
    }
}

/// The rows that a search finds, whatever else is asked of them.
pub(crate) struct Hits {
    bits: Vec<u64>,
    seqs: Vec<i64>,
}

impl Hits {
    /// Whether a row is one of them.
    pub(crate) fn has(&self, seq: i64) -> bool {
        let (word, bit) = place(seq);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Their numbers.
    pub(crate) fn seqs(&self) -> &[i64] {
        &self.seqs
    }

    fn of(seqs: Vec<i64>) -> Self {
        let mut bits = vec![0; seqs.iter().max().map_or(0, |most| place(*most).0 + 1)];
        for seq in &seqs {
            let (word, bit) = place(*seq);
            bits[word] |= bit;
        }
        Self { bits, seqs }
    }
}

/// Where a row's bit is. Row numbers are positive and dense: SQLite gives them out.
fn place(seq: i64) -> (usize, u64) {
    let seq = usize::try_from(seq).unwrap_or(0);
    (seq / 64, 1 << (seq % 64))
}

impl Reader<'_> {
    /// The rows that have all words, tombstones and other workspaces included.
    pub(crate) fn hits(&self, terms: &Terms) -> Result<Hits, StoreError> {
        let phrases = terms.phrases();
        let mut sql = String::new();
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if terms.long.is_empty() {
            sql.push_str("SELECT h.seq FROM haystacks h WHERE true");
        } else {
            values.push(&phrases);
            sql.push_str(if terms.short.is_empty() {
                "SELECT rowid FROM search WHERE search MATCH ?"
            } else {
                "SELECT h.seq FROM search s CROSS JOIN haystacks h ON h.seq = s.rowid WHERE s.search MATCH ?"
            });
        }
        for word in &terms.short {
            sql.push_str(" AND instr(h.text, ?) > 0");
            values.push(word);
        }
        let mut select = self.connection.prepare_cached(&sql)?;
        let rows = select.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(Hits::of(rows.collect::<Result<_, _>>()?))
    }
}

impl Writer<'_> {
    /// Puts the text that finds a credential into the index, in place of the one there.
    pub(crate) fn index(&self, seq: i64, credential: &Credential, organization_name: &str) -> Result<(), StoreError> {
        let text = haystack(credential, organization_name);
        let mut find = self.connection.prepare_cached("SELECT text FROM haystacks WHERE seq = ?1")?;
        let there: Option<String> = find.query_row([seq], |row| row.get(0)).optional()?;
        if there.as_deref() == Some(&text) {
            return Ok(());
        }
        if there.is_some() {
            let mut update = self.connection.prepare_cached("UPDATE haystacks SET text = ?2 WHERE seq = ?1")?;
            update.execute(params![seq, text])?;
            self.connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([seq])?;
        } else {
            let mut insert = self.connection.prepare_cached("INSERT INTO haystacks (seq, text) VALUES (?1, ?2)")?;
            insert.execute(params![seq, text])?;
        }
        let mut insert = self.connection.prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")?;
        insert.execute(params![seq, text])?;
        Ok(())
    }
}

/// The text that finds a credential: one folded line a part, so that no word is found across two parts.
fn haystack(credential: &Credential, organization_name: &str) -> String {
    let kind = credential.kind.kind();
    let facts = &credential.facts;
    let expiry = credential.expires().map(|(at, _)| at).map(|at| at.format("%Y-%m-%d").to_string());
    let endpoints =
        kind.fields.iter().filter(|field| field.ty == FieldType::Url && !field.secret).filter_map(|field| {
            match credential.values.get(field.id) {
                Some(Value::Text(url)) => Some(url.as_str()),
                _ => None,
            }
        });
    let note = Some(credential.note.as_str()).filter(|note| !note.is_empty());
    [Some(credential.name.as_str()), Some(organization_name), Some(credential.kind.as_str()), Some(kind.label), note]
        .into_iter()
        .chain([&facts.identity, &facts.project, &facts.fingerprint, &expiry].map(Option::as_deref))
        .flatten()
        .chain(endpoints)
        .map(fold)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Folds case, one character after the other: `str::to_lowercase` looks at what stands around a sigma, and then a part
/// of a word is folded differently from the word.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// What stands between words. A control character is in no name, and NUL ends a query of the full-text index.
fn is_break(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_and_quoted() {
        let terms = Terms::of("  Ab say\"hi\"\u{a0}say\"hi\" a*b ").unwrap();
        assert_eq!(terms.short, ["ab"]);
        assert_eq!(terms.long, ["a*b", "say\"hi\""]);
        assert_eq!(terms.phrases(), "\"a*b\" AND \"say\"\"hi\"\"\"");
        assert_eq!(Terms::of(" \0\t"), None);
    }

    #[test]
    fn hits_know_what_they_are() {
        let hits = Hits::of(vec![1, 64, 65, 700]);
        let known: Vec<i64> = (-1..1000).filter(|seq| hits.has(*seq)).collect();
        assert_eq!(known, [1, 64, 65, 700]);
        assert!(!Hits::of(Vec::new()).has(0));
    }
}
