//! `credenza`, the command line: a thin face on `credenza-app`. It parses, asks and prints; it states no rule.

mod account;
mod account_args;
mod account_tables;
mod args;
mod check;
mod failure;
mod input;
mod output;
mod run;
mod tables;
mod usage;

use std::alloc::System;
use std::process::ExitCode;

use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

use crate::args::Args;
use crate::output::Printer;

/// Every buffer that is freed is wiped, those of the JSON parser and of the terminal prompt among them.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    credenza_app::process::harden();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::refuse(&error),
    };
    let printer = Printer::new(args.json);
    match run::run(args, &printer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            printer.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
