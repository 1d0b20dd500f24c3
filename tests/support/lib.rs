//! What the tests of the whole program share: a private session to run it in, a scanner for secrets that got out, and,
//! with the feature `e2e`, hands and eyes on the real window.
//!
//! Everything here panics when it cannot do what it is asked: a test has no better use for an error.

pub mod canary;
pub mod prometheus;
pub mod session;
#[cfg(feature = "e2e")]
pub mod webdriver;

pub use session::{Keychain, Run, Session};
pub use xtask::wait_for;
