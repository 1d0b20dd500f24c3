//! Commands that were typed wrongly: said in a sentence, in the form asked for, without repeating what may be a secret.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::Failure;
use crate::output::Printer;

/// Help and version are answers; everything else that clap says is bad usage.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // The reader of a help page may have closed the pipe; there is no one left to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let json = std::env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    Printer::new(json).failure(&Failure::usage(sentence(error)));
    ExitCode::from(2)
}

fn sentence(error: &clap::Error) -> String {
    let about = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = about(ContextKind::InvalidArg);
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("Something is missing: {argument}."),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "A command is missing.".to_owned()
        }
        // A stray word may be anything, a secret too; only an option's name is repeated.
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let name = argument.split('=').next().unwrap_or_default();
            format!("There is no option {name} here.")
        }
        ErrorKind::UnknownArgument => {
            "There is one word too many. Fields are given with --set FIELD=VALUE or --from FILE.".to_owned()
        }
        ErrorKind::InvalidSubcommand => format!("There is no command {}.", about(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if about(ContextKind::InvalidValue).is_empty() => format!("{argument} needs a value."),
        ErrorKind::InvalidValue => format!("{argument} is one of {}.", about(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => format!("The value of {argument} cannot be read."),
        ErrorKind::ArgumentConflict => format!("{argument} is given twice, or does not go with the rest."),
        _ => "The command cannot be read.".to_owned(),
    };
    format!("{what} `credenza --help` shows the commands, `credenza COMMAND --help` what each takes.")
}
