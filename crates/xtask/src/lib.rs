//! What `cargo xtask` and the tests share: programs in the background that never outlive their owner, and a private
//! desktop made of them. The tests reach it through `credenza-tests`.

pub mod daemon;
pub mod desktop;
pub mod picture;

use std::time::{Duration, Instant};

/// Asks until the answer is there, and fails with `what` when it is not there in time.
///
/// Everything that starts in the background is waited for by asking the thing itself: a sleep is too short on a busy
/// machine and too long on every other.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if started.elapsed() > limit {
            anyhow::bail!("{what}: not after {} s", limit.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
