//! Text as people paste it: what is noise around it, and how to show it safely.

/// A text without its noise, and what was taken away, as a sentence.
pub(crate) struct Tidied {
    pub text: String,
    pub noise: Option<&'static str>,
}

/// Drops what copying from web pages, terminals and mails leaves around a value. What stands inside is kept, but for
/// characters that no one can see or type.
pub(crate) fn tidy(pasted: &str) -> Tidied {
    let invisible = |c: char| matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
    let visible: String = pasted.chars().filter(|c| !invisible(*c)).collect();
    let trimmed = visible.trim();
    let bare = unquoted(trimmed);
    let noise = if bare.len() < trimmed.len() {
        Some("the quotation marks around it were dropped.")
    } else if visible.len() < pasted.len() {
        Some("invisible characters in it were dropped.")
    } else if trimmed.len() < visible.len() {
        Some("the spaces around it were dropped.")
    } else {
        None
    };
    Tidied { text: bare.to_owned(), noise }
}

/// The text inside one pair of quotation marks, when they enclose the whole of it.
fn unquoted(text: &str) -> &str {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’'), ('<', '>')];
    PAIRS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
        .filter(|inner| !inner.is_empty() && !inner.contains(['"', '“', '”', '<', '>']))
        .map_or(text, str::trim)
}

/// Whether a private key stands in a text.
pub(crate) fn holds_private_key(text: &str) -> bool {
    text.contains("PRIVATE KEY-----")
}

/// A text as it can be shown on one line anywhere: control characters, line breaks and the marks that turn the direction
/// of writing are spelt out.
///
/// ```
/// assert_eq!(credenza_model::printable("a\u{202e}b\n"), r"a\u{202e}b\n");
/// assert_eq!(credenza_model::printable("Zürich 東京"), "Zürich 東京");
/// ```
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escape = c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
            let (spelt, plain) = if escape { (Some(c.escape_default()), None) } else { (None, Some(c)) };
            spelt.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// A character that turns the direction of writing, with which one name can be made to look like another.
pub(crate) fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_spaces_go_and_are_named() {
        for (pasted, kept) in [(" \"prod\"\u{a0}", "prod"), ("“prod”", "prod"), ("<https://x.test>", "https://x.test")]
        {
            let tidied = tidy(pasted);
            assert_eq!(tidied.text, kept);
            assert!(tidied.noise.is_some());
        }
        for kept in ["it's", "\"a\" or \"b\"", "\"", "a\"b", "'"] {
            let tidied = tidy(kept);
            assert_eq!(tidied.text, kept);
            assert!(tidied.noise.is_none());
        }
    }

    proptest! {
        #[test]
        fn tidying_is_idempotent_and_never_grows(pasted in any::<String>()) {
            let once = tidy(&pasted).text;
            prop_assert!(once.len() <= pasted.len());
            // A second layer of quotation marks may go in a second pass; a third pass has nothing left to do with spaces.
            prop_assert_eq!(once.trim(), once.as_str());
        }

        #[test]
        fn printable_text_has_no_control_characters(text in any::<String>()) {
            prop_assert!(!printable(&text).chars().any(|c| c.is_control() || turns_direction(c)));
        }
    }
}
