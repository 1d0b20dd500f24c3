//! `cargo xtask run | test | bench | bindings | screens | taikun`: one command for each thing that people do with this tree, the same on
//! every system. It installs what it needs, so that a fresh machine with Rust and Node.js has nothing else to do.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod cargo;
mod deb;
mod kubernetes;
mod layers;
mod needs;
mod process;
mod run;
mod servers;
mod setup;
mod steps;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask run [--once] [-- ARG...]      build the window and start it; without a screen, on one of its own
cargo xtask test [--all] [--only STEP]    every check, quick ones first; --all adds the slow ones
cargo xtask bench                         measure, in release
cargo xtask bindings                      write ui/src/ipc/bindings.ts anew
cargo xtask taikun [-- ARG...]            start a stand-in for the Taikun API, to try the sync without an account
cargo xtask screens                       take pictures of every screen and state into docs/screens";

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if process::interrupted() => {
            eprintln!("interrupted");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    process::catch_interrupts()?;
    let mut words = lexopt::Parser::from_env();
    let task = match words.next()? {
        Some(Value(task)) => task.string()?,
        Some(Short('h') | Long("help")) | None => String::from("help"),
        Some(other) => return Err(other.unexpected().into()),
    };
    match task.as_str() {
        "run" => {
            let mut once = false;
            let mut arguments = Vec::new();
            while let Some(word) = words.next()? {
                match word {
                    Long("once") => once = true,
                    Value(argument) => arguments.push(argument),
                    other => return Err(other.unexpected().into()),
                }
            }
            run::run(once, &arguments)
        }
        "test" => {
            let mut all = false;
            let mut only = None;
            while let Some(word) = words.next()? {
                match word {
                    Long("all") => all = true,
                    Long("only") => only = Some(words.value()?.string()?),
                    other => return Err(other.unexpected().into()),
                }
            }
            steps::test(all, only.as_deref())
        }
        "taikun" => {
            let mut arguments = Vec::new();
            // What follows is the server's own to read, with or without the two dashes.
            while let Some(word) = words.next()? {
                match word {
                    Value(argument) => arguments.push(argument),
                    Long(name) => arguments.push(format!("--{name}").into()),
                    other => return Err(other.unexpected().into()),
                }
                if let Some(value) = words.optional_value() {
                    arguments.push(value);
                }
            }
            steps::taikun(&arguments)
        }
        "bench" | "bindings" | "screens" | "help" => {
            if let Some(word) = words.next()? {
                return Err(word.unexpected().into());
            }
            match task.as_str() {
                "bench" => steps::bench(),
                "bindings" => steps::write_bindings(),
                "screens" => steps::screens(),
                _ => {
                    println!("{HELP}");
                    Ok(())
                }
            }
        }
        other => bail!("there is no `cargo xtask {other}`\n\n{HELP}"),
    }
}
