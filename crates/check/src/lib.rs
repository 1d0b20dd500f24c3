//! Does a credential really work? One probe a kind, against the provider itself.
//!
//! A probe is the cheapest request that proves a credential and changes nothing. Its answer is a [`Report`]: one of a closed
//! set of verdicts and a sentence that says what to do. What could not be reached is never told as wrong.
//!
//! Nothing here is logged. A secret goes to the host that its credential names, over TLS that is verified unless the
//! credential itself says otherwise, and to no other: no redirect is followed.
//!
//! ```no_run
//! # async fn example(values: credenza_model::Values, secrets: credenza_model::SecretMap) {
//! use credenza_check::{Checker, Verdict};
//! use credenza_model::KindId;
//!
//! let checker = Checker::default();
//! let report = checker.check(KindId::Backup, &values, &secrets).await;
//! assert_eq!(report.verdict, Verdict::Works, "{}", report.message);
//! # }
//! ```

#![deny(missing_docs)]
#![allow(clippy::result_large_err, reason = "a report is an answer too, and there is one of it in a check")]

mod answer;
mod ask;
mod checker;
mod endpoints;
mod hosts;
mod limits;
mod probe;
mod probes;
mod report;
mod tls;
mod trouble;

pub use checker::{Checker, Suggestion};
pub use credenza_model::Verdict;
pub use endpoints::{Endpoint, Endpoints};
pub use limits::Limits;
pub use report::{Detail, Report};
