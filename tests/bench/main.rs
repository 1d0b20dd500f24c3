//! `cargo xtask bench`: how long things take, against something else in the same run. It prints ratios and judges
//! nothing: a busy machine is slower, but slower at both.

#![expect(clippy::print_stdout, reason = "the figures are the answer")]

mod checks;
#[cfg(target_os = "linux")]
mod keychain;
mod pages;
mod sync;

use std::time::{Duration, Instant};

fn main() {
    // One part of it by its name, or all.
    let only = std::env::args().nth(1);
    let part = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if part("pages") {
        println!("Pages of 100 rows, out of the database alone\n");
        pages::run();
    }
    #[cfg(target_os = "linux")]
    if part("keychain") {
        println!("\nAdding and editing, against a bare write to the same keychain\n");
        keychain::run();
    }
    if part("sync") {
        println!("\nSyncing, against a plain client in the same process\n");
        sync::run();
    }
    if part("checks") {
        println!("\nChecking, against a bare client in the same process\n");
        checks::run();
    }
    if part("command-line") {
        println!("\nThe command line\n");
        pages::command_line();
    }
}

/// The median of several runs, each on its own.
fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    format!("{:8.2} ms", time.as_secs_f64() * 1000.0)
}

fn ratio(time: Duration, base: Duration) -> String {
    format!("{:6.2}x", time.as_secs_f64() / base.as_secs_f64())
}
