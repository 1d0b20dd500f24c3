//! `cargo xtask bench`: how long things take, against something else in the same run. It prints ratios and judges
//! nothing: a busy machine is slower, but slower at both.

#![expect(clippy::print_stdout, reason = "the figures are the answer")]

#[cfg(target_os = "linux")]
mod keychain;
mod pages;
mod sync;

use std::time::{Duration, Instant};

fn main() {
    println!("Pages of 100 rows, out of the database alone\n");
    pages::run();
    #[cfg(target_os = "linux")]
    {
        println!("\nAdding and editing, against a bare write to the same keychain\n");
        keychain::run();
    }
    println!("\nSyncing, against a plain client in the same process\n");
    sync::run();
    println!("\nThe command line\n");
    pages::command_line();
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
