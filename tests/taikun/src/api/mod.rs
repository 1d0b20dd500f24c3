//! The endpoints.

pub(crate) mod auth;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod create;
pub(crate) mod discover;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod pick;
mod rights;
pub(crate) mod who;
