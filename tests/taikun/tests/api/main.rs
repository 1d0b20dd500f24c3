//! The stand-in against the description of the API, and in its quirks.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod client;
mod contract;
mod faults;
mod kinds;
mod refusals;
mod rights;
mod rows;
mod schema;
mod sign_in;
mod tls;
