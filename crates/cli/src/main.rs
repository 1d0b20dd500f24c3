//! `credenza`, the command line: a thin face on `credenza-app`. It parses, asks and prints; it states no rule.

mod args;
mod failure;
mod input;
mod output;
mod run;

use std::alloc::System;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

use crate::args::Args;
use crate::failure::Failure;
use crate::output::Printer;

/// Every buffer that is freed is wiped, those of the JSON parser and of the terminal prompt among them.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    credenza_app::process::harden();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return refuse_usage(&error),
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

/// Help and version are answers; everything else that clap says is bad usage, said in the form asked for.
fn refuse_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // The reader of a help page may have closed the pipe; there is no one left to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let json = std::env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    if json {
        Printer::new(true).failure(&Failure::usage(sentence(error)));
    } else {
        let _ = error.print();
        let _ = std::io::stderr().flush();
    }
    ExitCode::from(2)
}

/// What clap says, as one sentence with a next step. Its first line names the argument, never a value of `--set`.
fn sentence(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    let first = rendered.lines().next().unwrap_or_default().trim_start_matches("error: ").trim_end_matches(':');
    let mut letters = first.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{capital}{}. `credenza --help` shows what there is.", letters.as_str())
}
