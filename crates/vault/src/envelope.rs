//! The value of a secret as the keychain keeps it: one line of base64 over a versioned, checksummed envelope.
//!
//! The envelope is `CRD` and a version byte, a SHA-256, and one JSON object from field to value. The checksum covers
//! the names too, so that a truncated value, a foreign one and one under another item's name all are `Unreadable`. One
//! line of base64, because a raw newline corrupts some Secret Service stores and KWallet takes text only.
//!
//! No copy of a value is left behind unwiped: sizes are counted first and buffers reserved, so none grows and moves,
//! and JSON strings are unescaped here, because `serde_json` does it in a buffer that it does not wipe.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credenza_model::{Secret, SecretMap, SecretRef};
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::VaultError;

/// All values of one credential together. Three files of the largest size a field takes (1 MiB) and the rest fit.
const LIMIT: usize = 4 * 1024 * 1024;

const MAGIC: &[u8] = b"CRD\x01";
const SUM: usize = 32;
const HEAD: usize = MAGIC.len() + SUM;

/// How many items of `limit` bytes the secrets take.
pub(crate) fn parts(secrets: &SecretMap, limit: Option<usize>) -> Result<u16, VaultError> {
    if secrets.iter().map(|(_, secret)| secret.expose().len()).sum::<usize>() > LIMIT {
        return Err(VaultError::TooLarge);
    }
    let line = base64::encoded_len(HEAD + json_len(secrets)?, true).ok_or(VaultError::TooLarge)?;
    u16::try_from(ranges(line, limit).len()).map_err(|_| VaultError::TooLarge)
}

/// The line to store.
pub(crate) fn seal(at: &SecretRef, secrets: &SecretMap) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let len = HEAD + json_len(secrets)?;
    let mut envelope = Zeroizing::new(Vec::with_capacity(len));
    envelope.extend_from_slice(MAGIC);
    envelope.extend_from_slice(&[0; SUM]);
    write_json(&mut *envelope, secrets)?;
    let sum = checksum(at, envelope.get(HEAD..).ok_or(VaultError::Failed)?);
    envelope.get_mut(MAGIC.len()..HEAD).ok_or(VaultError::Failed)?.copy_from_slice(&sum);

    let size = base64::encoded_len(len, true).ok_or(VaultError::TooLarge)?;
    let mut line = Zeroizing::new(vec![0; size]);
    STANDARD.encode_slice(&*envelope, &mut line).map_err(|_| VaultError::Failed)?;
    Ok(line)
}

/// The secrets of a stored line.
pub(crate) fn open(at: &SecretRef, parts: &[Zeroizing<Vec<u8>>]) -> Result<SecretMap, VaultError> {
    let size = parts.iter().map(|part| part.len()).sum();
    let mut line = Zeroizing::new(Vec::with_capacity(size));
    for part in parts {
        line.extend_from_slice(part);
    }
    let mut envelope = Zeroizing::new(vec![0; base64::decoded_len_estimate(size)]);
    let len = STANDARD.decode_slice(&*line, &mut envelope).map_err(|_| VaultError::Unreadable)?;
    let envelope = envelope.get(..len).ok_or(VaultError::Unreadable)?;
    let (head, json) = envelope.split_at_checked(HEAD).ok_or(VaultError::Unreadable)?;
    if head.strip_prefix(MAGIC) != Some(checksum(at, json).as_slice()) {
        return Err(VaultError::Unreadable);
    }
    read_json(json).ok_or(VaultError::Unreadable)
}

/// Which bytes of the line each part holds. There is one part even of an empty line.
pub(crate) fn ranges(
    line: usize,
    limit: Option<usize>,
) -> impl ExactSizeIterator<Item = (u16, Range<usize>)> + DoubleEndedIterator {
    let limit = limit.unwrap_or(usize::MAX).max(1);
    (0..line.div_ceil(limit).max(1)).map(move |part| {
        let start = part * limit;
        // `parts` has refused a count that does not fit before anybody asks for the numbers.
        (u16::try_from(part).unwrap_or(u16::MAX), start..line.min(start.saturating_add(limit)))
    })
}

fn checksum(at: &SecretRef, json: &[u8]) -> [u8; SUM] {
    let mut sum = Sha256::new();
    sum.update(at.credential.to_string());
    sum.update(at.generation.to_string());
    sum.update(json);
    sum.finalize().into()
}

fn json_len(secrets: &SecretMap) -> Result<usize, VaultError> {
    let mut count = Count(0);
    write_json(&mut count, secrets)?;
    Ok(count.0)
}

fn write_json(to: impl Write, secrets: &SecretMap) -> Result<(), VaultError> {
    let mut json = serde_json::Serializer::new(to);
    let mut map = json.serialize_map(None).map_err(|_| VaultError::Failed)?;
    for (field, secret) in secrets.iter() {
        map.serialize_entry(field, secret.expose()).map_err(|_| VaultError::Failed)?;
    }
    map.end().map_err(|_| VaultError::Failed)
}

fn read_json(json: &[u8]) -> Option<SecretMap> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(json).ok()?;
    let mut secrets = SecretMap::default();
    for (field, value) in fields {
        secrets.insert(field, unescape(value.get())?);
    }
    Some(secrets)
}

/// The text of a JSON string literal.
fn unescape(literal: &str) -> Option<Secret> {
    let mut rest = literal.strip_prefix('"')?.strip_suffix('"')?;
    // What is unescaped is never longer than its literal, so the text does not move while it grows.
    let mut text = Zeroizing::new(String::with_capacity(rest.len()));
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut chars = escape.chars();
        text.push(match chars.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            // `serde_json` writes `\u` for control characters only, so there are no surrogates to pair.
            'u' => {
                let (digits, after) = chars.as_str().split_at_checked(4)?;
                chars = after.chars();
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            plain @ ('"' | '\\' | '/') => plain,
            _ => return None,
        });
        rest = chars.as_str();
    }
    text.push_str(rest);
    Some(Secret::new(std::mem::take(&mut *text)))
}

/// Counts what is written and keeps nothing of it.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at() -> SecretRef {
        SecretRef {
            credential: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
            generation: "01980000-0000-7000-8000-000000000002".parse().unwrap(),
            parts: 1,
        }
    }

    fn map(fields: &BTreeMap<String, String>) -> SecretMap {
        let mut secrets = SecretMap::default();
        for (field, value) in fields {
            secrets.insert(field, Secret::new(value.clone()));
        }
        secrets
    }

    #[test]
    fn the_format_stays_what_it_is() {
        // Written by version 1. A program that cannot read it any more loses somebody's secrets.
        let line = b"Q1JEAVfha4igu4W3srH9N8qnFM9QSs/FhcgASfI3ymxKklikeyJwYXNzd29yZCI6Imh1bnRlcjJcbiJ9";
        let secrets = map(&BTreeMap::from([("password".into(), "hunter2\n".into())]));
        assert_eq!(String::from_utf8_lossy(&seal(&at(), &secrets).unwrap()), String::from_utf8_lossy(line));
        assert_eq!(open(&at(), &[Zeroizing::new(line.to_vec())]).unwrap(), secrets);
    }

    #[test]
    fn a_literal_that_is_none_is_refused() {
        for literal in ["", "\"", "12", "null", r#""\x""#, r#""\u12""#, r#""\u12é4""#, r#""\ud83d""#, r#""\"#] {
            assert_eq!(unescape(literal), None, "{literal}");
        }
    }

    proptest! {
        #[test]
        fn any_secrets_make_the_round_trip_in_any_parts(
            fields in prop::collection::btree_map(any::<String>(), any::<String>(), 0..4),
            limit in 1_usize..200,
        ) {
            let secrets = map(&fields);
            let line = seal(&at(), &secrets).unwrap();
            prop_assert_eq!(line.capacity(), line.len(), "the buffer was reserved and did not move");
            let pieces: Vec<_> = ranges(line.len(), Some(limit))
                .map(|(_, range)| Zeroizing::new(line[range].to_vec()))
                .collect();
            prop_assert_eq!(pieces.len(), usize::from(parts(&secrets, Some(limit)).unwrap()));
            prop_assert!(pieces.iter().all(|piece| piece.len() <= limit));
            prop_assert_eq!(open(&at(), &pieces).unwrap(), secrets);
        }

        #[test]
        fn no_prefix_and_no_changed_byte_opens(value in any::<String>(), cut in any::<prop::sample::Index>(), byte: u8) {
            let line = seal(&at(), &map(&BTreeMap::from([("key".into(), value)]))).unwrap();
            let cut = cut.index(line.len());
            prop_assert_eq!(open(&at(), &[Zeroizing::new(line[..cut].to_vec())]), Err(VaultError::Unreadable));
            let mut changed = line.clone();
            if changed[cut] != byte {
                changed[cut] = byte;
                prop_assert_eq!(open(&at(), &[changed]), Err(VaultError::Unreadable));
            }
        }

        #[test]
        fn strings_are_unescaped_as_serde_json_does(value: String) {
            let literal = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(unescape(&literal), Some(Secret::new(value)));
        }
    }
}
