//! Where fields come from: a file, standard input, `--set`, and a prompt without echo.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use credenza_app::{AppError, ErrorCode};
use credenza_model::{Code, Field, INPUT_BYTES, Input, Kind, Problem, printable};
use zeroize::Zeroizing;

use crate::args::Fields;
use crate::failure::Failure;

/// Reads the fields of a command for a kind. `--set` after `--from` wins.
pub(crate) fn read(kind: &Kind, fields: &Fields) -> Result<Input, Failure> {
    let mut input = match &fields.from {
        Some(path) => Input::from_json(&bytes(path, "--from")?).map_err(AppError::from)?,
        None => Input::default(),
    };
    let mut problems = Vec::new();
    for setting in &fields.set {
        let Some((field, value)) = setting.split_once('=') else {
            return Err(Failure::usage(
                "--set takes a field and a value with = between them, such as --set name=prod.",
            ));
        };
        match kind.field(field) {
            Some(known) if known.secret => problems.push(Problem::new(
                field,
                Code::ExposedSecret,
                format!(
                    "{} is a secret, and arguments can be read by others. Give it with --from, or leave it out to be asked.",
                    known.label
                ),
            )),
            _ => input.set_argument(field, value.to_owned()),
        }
    }
    if problems.is_empty() { Ok(input) } else { Err(Failure::invalid(problems)) }
}

/// Whether a person is there to be asked.
pub(crate) fn at_a_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for secrets, without echo.
pub(crate) fn prompt(missing: &[&Field], input: &mut Input) -> Result<(), Failure> {
    for field in missing {
        let typed = rpassword::prompt_password(format!("{}: ", field.label))
            .map_err(|_| Failure::new(ErrorCode::Failed, "The terminal could not be read."))?;
        input.set(field.id, typed);
    }
    Ok(())
}

/// Asks for one secret, without echo.
pub(crate) fn ask(what: &str) -> Result<String, Failure> {
    rpassword::prompt_password(format!("{what}: "))
        .map_err(|_| Failure::new(ErrorCode::Failed, "The terminal could not be read."))
}

/// Asks before something is deleted; without a terminal it takes `--yes`.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !at_a_terminal() {
        return Err(Failure::usage("Deleting is confirmed with --yes when there is no terminal to ask at."));
    }
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|_| Failure::new(ErrorCode::Failed, "The terminal could not be read."))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(ErrorCode::Failed, "Nothing was deleted."))
    }
}

/// The content of the file or of the standard input that an option names, bounded.
pub(crate) fn bytes(path: &Path, option: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let shown = printable(&path.to_string_lossy());
    let unreadable = |error: io::Error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "it does not exist",
            io::ErrorKind::PermissionDenied => "you may not read it",
            io::ErrorKind::IsADirectory => "it is a directory",
            _ => "it cannot be read",
        };
        Failure::usage(format!("{option} {shown}: {why}."))
    };
    let mut content = Zeroizing::new(Vec::new());
    let bound = INPUT_BYTES as u64 + 1;
    if path == Path::new("-") {
        io::stdin().lock().take(bound).read_to_end(&mut content).map_err(unreadable)?;
    } else {
        File::open(path).and_then(|file| file.take(bound).read_to_end(&mut content)).map_err(unreadable)?;
    }
    Ok(content)
}
