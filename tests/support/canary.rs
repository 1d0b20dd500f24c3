//! A scanner for secrets that got out: it knows a secret in every form that a program is likely to have given it.
//!
//! A test gives the program a secret that occurs nowhere else, uses the program, and scans everything it can have
//! written to. Forms: as it is, UTF-16 in both orders, hexadecimal in both cases, base64 in both alphabets at all three
//! alignments, and the escapes of JSON and URLs where they differ from the plain text.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Where a secret was found, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The file.
    pub file: PathBuf,
    /// Which of the secrets, by its place in the list: the secret itself does not belong into a test's output.
    pub secret: usize,
    /// How it is written there.
    pub form: &'static str,
    /// At which byte.
    pub offset: usize,
}

/// Every place in the files under `dirs`, and in their names, where one of the secrets stands in any form.
///
/// A secret must have six bytes or more: shorter ones stand in every large file by chance.
pub fn scan<D: AsRef<Path>>(dirs: &[D], secrets: &[&str]) -> Vec<Hit> {
    let needles: Vec<_> = secrets
        .iter()
        .enumerate()
        .flat_map(|(index, secret)| forms(secret).into_iter().map(move |form| (index, form)))
        .collect();
    let mut hits = Vec::new();
    for dir in dirs {
        for file in files(dir.as_ref()) {
            let name = file.to_string_lossy().into_owned();
            // A file may be gone before it is read: the program still runs. What is gone holds nothing any more.
            let bytes = std::fs::read(&file).unwrap_or_default();
            for (secret, (form, needle)) in &needles {
                let found = find(&bytes, needle).or_else(|| find(name.as_bytes(), needle));
                if let Some(offset) = found {
                    hits.push(Hit { file: file.clone(), secret: *secret, form, offset });
                }
            }
        }
    }
    hits
}

/// Scans text, such as what a program printed, in the same way.
pub fn scan_text(text: &str, secrets: &[&str]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (index, secret) in secrets.iter().enumerate() {
        for (form, needle) in forms(secret) {
            if let Some(offset) = find(text.as_bytes(), &needle) {
                hits.push(Hit { file: PathBuf::from("-"), secret: index, form, offset });
            }
        }
    }
    hits
}

fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let raw = secret.as_bytes();
    assert!(raw.len() >= 6, "a secret of fewer than six bytes stands everywhere by chance");
    let utf16 = || secret.encode_utf16();
    let hex = raw.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let percent = raw.iter().map(|byte| percent(*byte)).collect::<String>();
    let mut forms = vec![
        ("plain", raw.to_vec()),
        ("UTF-16LE", utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", utf16().flat_map(u16::to_be_bytes).collect()),
        ("hexadecimal", hex.to_uppercase().into_bytes()),
        ("hexadecimal", hex.into_bytes()),
        ("JSON", json.trim_matches('"').as_bytes().to_vec()),
        ("URL", percent.into_bytes()),
    ];
    forms.extend((0..3).map(|shift| ("base64", base64_inside(&STANDARD_NO_PAD, raw, shift))));
    forms.extend((0..3).map(|shift| ("base64 for URLs", base64_inside(&URL_SAFE_NO_PAD, raw, shift))));
    // Text without anything to escape is the same in several forms; one hit is enough.
    let mut seen = std::collections::HashSet::new();
    forms.retain(|(_, needle)| seen.insert(needle.clone()));
    forms
}

/// What of the base64 of a longer text depends on the secret alone, when the secret begins at a byte whose place is
/// `shift` modulo three: the first and the last character there mix in what is beside it.
fn base64_inside(engine: &impl Engine, raw: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend(raw);
    let text = engine.encode(&padded);
    let first = (shift * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    text.as_bytes()[first..last].to_vec()
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The regular files below; links are not followed and sockets are not read.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&entry.path())),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "kanárek/+?\"7\n";

    fn forms_found(bytes: &[u8]) -> Vec<&'static str> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("deep")).unwrap();
        std::fs::write(dir.path().join("deep/file"), bytes).unwrap();
        let hits = scan(&[dir.path()], &["unrelated", SECRET]);
        assert!(hits.iter().all(|hit| hit.secret == 1 && hit.file.ends_with("deep/file")));
        hits.into_iter().map(|hit| hit.form).collect()
    }

    fn around(middle: &[u8]) -> Vec<u8> {
        [b"before ", middle, b" after"].concat()
    }

    #[test]
    fn finds_the_plain_secret_and_where() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), around(SECRET.as_bytes())).unwrap();
        let hits = scan(&[dir.path()], &[SECRET]);
        assert_eq!((hits.len(), hits[0].form, hits[0].offset), (1, "plain", 7));
    }

    #[test]
    fn finds_both_orders_of_utf16() {
        let le: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(forms_found(&around(&le)), ["UTF-16LE"]);
        assert_eq!(forms_found(&around(&be)), ["UTF-16BE"]);
    }

    #[test]
    fn finds_both_cases_of_hexadecimal() {
        let lower: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(forms_found(&around(lower.as_bytes())), ["hexadecimal"]);
        assert_eq!(forms_found(&around(lower.to_uppercase().as_bytes())), ["hexadecimal"]);
    }

    #[test]
    fn finds_base64_at_every_alignment_in_both_alphabets() {
        for before in ["", "a", "ab", "abc", "{\"key\":\"", "🦜"] {
            for after in ["", "x", "xy", "\"}"] {
                let text = format!("{before}{SECRET}{after}");
                let standard = base64::engine::general_purpose::STANDARD.encode(&text);
                let url = base64::engine::general_purpose::URL_SAFE.encode(&text);
                assert!(forms_found(standard.as_bytes()).contains(&"base64"), "{text}");
                assert!(!forms_found(url.as_bytes()).is_empty(), "{text}");
            }
        }
    }

    #[test]
    fn the_url_alphabet_is_found_where_it_differs() {
        // Every sextet of this one is 62 or 63, the two that the alphabets write differently.
        let secret = "\u{fbff}\u{fbff}\u{fbff}";
        let url = URL_SAFE_NO_PAD.encode(secret);
        let standard = STANDARD_NO_PAD.encode(secret);
        assert_ne!(url, standard);
        assert_eq!(scan_text(&url, &[secret])[0].form, "base64 for URLs");
        assert_eq!(scan_text(&standard, &[secret])[0].form, "base64");
    }

    #[test]
    fn finds_the_escapes_of_json_and_urls() {
        let json = serde_json::json!({ "key": SECRET }).to_string();
        assert_eq!(forms_found(json.as_bytes()), ["JSON"]);
        assert_eq!(forms_found(b"?key=kan%C3%A1rek%2F%2B%3F%227%0A&"), ["URL"]);
    }

    #[test]
    fn finds_a_secret_in_a_file_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("canary-1234.tmp"), "").unwrap();
        assert_eq!(scan(&[dir.path()], &["canary-1234"]).len(), 1);
    }

    #[test]
    fn finds_nothing_where_there_is_nothing() {
        assert!(forms_found(b"before kan\xc3\xa1rek after").is_empty());
        assert!(scan(&[Path::new("/no/such/folder")], &[SECRET]).is_empty());
    }

    #[test]
    #[should_panic(expected = "by chance")]
    fn refuses_a_secret_that_stands_everywhere() {
        scan_text("", &["abc"]);
    }
}
