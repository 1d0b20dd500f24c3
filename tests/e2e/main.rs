//! The real window, used as a person uses it: with the keyboard, by what the screen says.

#![allow(clippy::unwrap_used, reason = "a test has no better use for an error than to fail")]

mod account;
mod actions;
mod bad_input;
mod check;
mod faces;
mod first_window;
mod form;
mod kinds;
mod roles;
