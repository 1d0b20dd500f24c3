//! Sync with an account, against the stand-in: real requests, a real database, the in-memory twin of the keychain.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod basics;
mod conflicts;
mod deletions;
mod desk;
mod model;
mod pull;
mod replace;
mod unknown;
