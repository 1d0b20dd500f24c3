//! The shapes of files that hold secrets: what can be said of them with no network.
//!
//! Every check gives one sentence and never quotes the file, nor passes on what a parser says, for that quotes it too.
//! What cannot work is refused; what is only unusual is a warning. All of it is bounded by the size of a field, and
//! nothing here panics.

pub(crate) mod gcp_key;
pub(crate) mod jwt;
pub(crate) mod kubeconfig;
mod leaf;
mod pem;
pub(crate) mod pull_secret;

use leaf::Leaf;

/// How many characters of a file's own words go into a fact.
const FACT_CHARACTERS: usize = 200;

/// A name out of a secret file as a fact: on one line, and not longer than a name is.
fn fact(text: &str) -> Option<String> {
    let shown = crate::printable(text.trim());
    let named =
        !shown.is_empty() && shown.chars().count() <= FACT_CHARACTERS && !crate::text::holds_private_key(&shown);
    named.then_some(shown)
}
