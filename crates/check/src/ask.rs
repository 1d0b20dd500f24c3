//! One request to a provider. What is secret in it is wiped when it is gone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use zeroize::Zeroizing;

/// One request. It has no `Debug` on purpose.
pub(crate) struct Ask {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// Whether a header could not hold its value. Sent without it, the answer would be about another credential.
    pub unsendable: bool,
}

impl Ask {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, unsendable: false }
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub(crate) fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    pub(crate) fn delete(url: Url) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// A header that holds a secret or not; every one is treated as if it did.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => self.unsendable = true,
        }
        self
    }

    /// `Authorization: Bearer …`
    #[must_use]
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &Zeroizing::new(format!("Bearer {token}")))
    }

    /// `Authorization: Basic …`
    #[must_use]
    pub(crate) fn basic(self, user: &str, password: &str) -> Self {
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let pair = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        self.header("authorization", &Zeroizing::new(format!("Basic {}", *pair)))
    }

    /// A body of this type, in memory that is wiped.
    #[must_use]
    pub(crate) fn body(mut self, mime: &'static str, body: Zeroizing<Vec<u8>>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(mime));
        self.body = Some(Bytes::from_owner(body));
        self
    }

    /// A JSON body of a type that borrows its secrets.
    #[must_use]
    pub(crate) fn json(self, value: &impl Serialize) -> Self {
        let mut length = Length(0);
        // Writing to a counter and to memory cannot fail.
        let _ = serde_json::to_writer(&mut length, value);
        // The memory is asked for at once: growing would leave copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        let _ = serde_json::to_writer(&mut *bytes, value);
        self.body("application/json", bytes)
    }

    /// A body as web forms have it.
    #[must_use]
    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        let room: usize = pairs.iter().map(|(name, value)| (name.len() + value.len()) * 3 + 2).sum();
        let mut text = Zeroizing::new(String::with_capacity(room));
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push('&');
            }
            text.extend(form_urlencoded::byte_serialize(name.as_bytes()));
            text.push('=');
            text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        let bytes = Zeroizing::new(std::mem::take(&mut *text).into_bytes());
        self.body("application/x-www-form-urlencoded; charset=utf-8", bytes)
    }
}

/// Counts what is written to it.
struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
