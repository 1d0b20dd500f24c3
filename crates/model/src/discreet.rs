//! What a server says, made safe to show: short, on one line, and without what was sent to it in secret.

use zeroize::Zeroizing;

use crate::printable;

/// The longest text of a server that is shown, in characters.
pub const SHOWN: usize = 300;

/// A shorter text than this is no secret worth hiding: hiding each "a" would make every sentence unreadable.
const WHOLE: usize = 4;

/// A word of a secret that is at least so long, with letters and digits, is hidden also where it stands alone: a server
/// may quote the half of a key, or one value out of a file.
const PART: usize = 16;

/// What stands in place of a secret.
const HIDDEN: &str = "•••";

/// A text on one line, bounded, without anything that was sent in secret: a server may quote what it got.
pub fn clean(text: &str, hidden: &[&str]) -> String {
    // What is behind this is not shown anyhow, and looking through megabytes for every line of a file takes its time.
    let mut text: String = text.chars().take(8 * SHOWN).collect();
    for line in hidden.iter().flat_map(|secret| std::iter::once(*secret).chain(secret.lines())).map(str::trim) {
        if line.len() >= WHOLE {
            text = text.replace(line, HIDDEN);
            // As it was written in the JSON that was sent.
            let quoted = Zeroizing::new(serde_json::to_string(line).unwrap_or_default());
            let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(line);
            text = text.replace(inner, HIDDEN);
        }
    }
    for part in parts(&text.clone()).filter(|part| hidden.iter().any(|secret| secret.contains(part))) {
        text = text.replace(part, HIDDEN);
    }
    let line = printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= SHOWN {
        return line;
    }
    let mut cut: String = line.chars().take(SHOWN - 1).collect();
    cut.push('…');
    cut
}

/// The words of a text that can be parts of keys.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '~')))
        .filter(|part| part.len() >= PART)
        .filter(|part| part.contains(|c: char| c.is_ascii_digit()) && part.contains(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_comes_back_is_hidden() {
        let file = "{\n  \"auth\": \"dGFpa3VuOjEyMzQ1Njc4OTA\"\n}";
        for (said, shown) in [
            ("password canary-1 is wrong", "password ••• is wrong"),
            ("line \"auth\": \"dGFpa3VuOjEyMzQ1Njc4OTA\" is wrong", "line ••• is wrong"),
            (r#"got {\"x\": \"\"auth\": \"dGFpa3VuOjEyMzQ1Njc4OTA\""#, r#"got {\"x\": \"•••"#),
            ("dGFpa3VuOjEyMzQ1Njc is half of it", "••• is half of it"),
            ("auth is fine", "auth is fine"),
            ("short abc stays", "short abc stays"),
        ] {
            assert_eq!(clean(said, &["canary-1", file, "abc", ""]), shown);
        }
    }

    #[test]
    fn a_text_is_short_and_on_one_line() {
        assert_eq!(clean("two\n\tlines \u{1b}[31m\u{202e}", &[]), r"two lines \u{1b}[31m\u{202e}");
        assert_eq!(clean(&"x".repeat(5000), &[]).chars().count(), SHOWN);
    }
}
