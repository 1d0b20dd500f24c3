//! `taikun`: the stand-in for trying the program out by hand.

use std::path::PathBuf;
use std::process::ExitCode;

use credenza_taikun::{Generation, Options, Seed, Taikun, Tls};

const HELP: &str = "\
A stand-in for the Taikun API on this machine, with an account to try things with.

  taikun [--api current|2026-04] [--port N] [--data FILE] [--tls]

  --api    which generation of the API it speaks (current)
  --port   the port on 127.0.0.1 (a free one)
  --data   the SQLite file to keep its data in (in memory)
  --tls    speak TLS; the authority's certificate is written to taikun-ca.pem
";

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|options| options.map_or(Ok(()), run)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            say_error(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// The options on the command line; `None` when only help was asked for.
fn options(mut words: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options { seed: Seed::Demo, ..Options::default() };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value."));
        match word.as_str() {
            "--api" => {
                options.generation = match value()?.as_str() {
                    "current" => Generation::Current,
                    "2026-04" => Generation::Legacy,
                    other => return Err(format!("There is no API {other}; take current or 2026-04.")),
                }
            }
            "--port" => options.port = value()?.parse().map_err(|_| "A port is a number up to 65535.".to_owned())?,
            "--data" => options.data = Some(PathBuf::from(value()?)),
            "--tls" => options.tls = Tls::Good,
            "--help" | "-h" => {
                say(HELP);
                return Ok(None);
            }
            other => return Err(format!("There is no option {other}.\n\n{HELP}")),
        }
    }
    Ok(Some(options))
}

fn run(options: Options) -> Result<(), String> {
    let current = options.generation == Generation::Current;
    let taikun = Taikun::start(options).map_err(|error| format!("The server cannot start: {error}"))?;
    say(&format!("Taikun answers at {}", taikun.address()));
    if let Some(pem) = taikun.authority_pem() {
        let file = PathBuf::from("taikun-ca.pem");
        std::fs::write(&file, pem).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        say(&format!("Its authority is in {}", file.display()));
    }
    let robots = "Robot: access key DEMOROBOTKEY, secret key demo-robot-secret (HTTP Basic).\n";
    say(&format!(
        "
Account name: demo. Everybody's password: demo.
  owner@example.com     owns the account
  partner@example.com   Partner, over all organizations
  manager@example.com   Manager of Acme, Member of Beta Works
  member@example.com    Member of Acme, who sees no credentials
  careful@example.com   Manager of Acme with a second factor; the code is always 123456, recovery-one works once
{}User token (mode token): access key DEMOUSERKEY, secret key demo-user-secret.

A secret with the word `wrong` in it is refused by checks; `broken` makes the check itself fail. Ctrl-C stops the server.",
        if current { robots } else { "" }
    ));
    loop {
        std::thread::park();
    }
}

#[allow(clippy::print_stdout, reason = "what a program on a terminal says")]
fn say(text: &str) {
    println!("{text}");
}

#[allow(clippy::print_stderr, reason = "what a program on a terminal says")]
fn say_error(text: &str) {
    eprintln!("{text}");
}
