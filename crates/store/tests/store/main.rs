//! The store as its caller sees it, on real files.
#![expect(clippy::unwrap_used, reason = "what fails in a test is to stop it")]

mod account;
mod backups;
mod checks;
mod credentials;
mod desk;
mod files;
mod pages;
mod processes;
mod schema;
mod search;
mod tables;
