//! The Taikun API: sign-in, wire mapping, one module a resource family.
//!
//! It sends one request for one question and says what came of it. It decides nothing: what is pushed, when, and what a
//! difference means belong to `app`, its only caller.

#![deny(missing_docs)]

mod account;
mod bodies;
mod check;
mod clock;
mod content;
#[cfg(test)]
mod contract;
mod error;
mod find;
mod host;
mod json;
mod limits;
mod link;
mod list;
mod nudge;
mod refusal;
mod row;
mod rows;
mod session;
mod sign_in;
mod suggest;
mod tls;
mod trouble;
mod who;

pub use account::{Account, Listing, Progress, SessionKeeper};
pub use error::{Outcome, RemoteError};
pub use host::{Host, HostError};
pub use limits::Limits;
pub use row::{Answer, Generation, Person, Row, Second, SignIn, Suggestion, Who, WhoOrganization, WhoRole};
pub use rows::observed;
