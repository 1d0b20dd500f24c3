//! Checks of credentials against the providers' own servers, each on a free port of this machine: the product itself
//! where it is to be had, and otherwise a simulator that others keep.
//!
//! `cargo xtask test` installs them and says where each is. A server is a module here, and a row of
//! `crates/xtask/src/servers.rs` of the same name: a step of `cargo xtask` runs the tests of the modules that it names.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod fakepve;
mod keystone;
mod kubernetes;
mod llama;
mod moto;
mod prometheus;
mod seaweed;
mod server;
mod vcsim;
