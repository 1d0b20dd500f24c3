//! Flows through the real parts: the command line as a person or a script runs it, the real keychain, real files.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod account;
mod bad_input;
mod canary;
mod check;
mod conflicts;
mod contract;
mod crash;
mod desk;
mod edits;
mod keychain;
mod killed_sync;
mod kinds;
mod roles;
mod sample;
mod sign_in;
mod sync;
mod together;
