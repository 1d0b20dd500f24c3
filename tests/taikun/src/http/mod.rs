//! Requests and answers: what every endpoint has in common.

mod asked;
mod form;
mod reply;
mod routes;

pub(crate) use asked::Asked;
pub(crate) use reply::{Answer, Noted, Refusal, Reply, problem};
pub(crate) use routes::routes;
