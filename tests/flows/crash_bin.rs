//! A program that uses the real parts and kills itself after a given step of the secret protocol. Tests run it.
//!
//! `crash items` prints how many keychain items the data directory has;
//! `crash after STEP add|edit|delete|lapse …` does one thing and never finishes it.

use std::process::{Command, exit};

use chrono::{DateTime, TimeDelta, Utc};
use credenza_app::{App, Completeness, Step, paths};
use credenza_model::{Input, KindId};
use credenza_store::Store;
use credenza_vault::Vault;
use serde_json::json;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let dir = paths::data_dir().expect("a data directory");
    match arguments.as_slice() {
        ["items"] => {
            let store = Store::open(&dir).expect("a database");
            let items = Vault::keychain(&store.data_id().to_string()).items().expect("a keychain");
            #[expect(clippy::print_stdout, reason = "the answer")]
            {
                println!("{}", items.len());
            }
        }
        ["after", step, operation @ ..] => {
            let step = match *step {
                "journaled" => Step::Journaled,
                "written" => Step::Written,
                "committed" => Step::Committed,
                "erased" => Step::Erased,
                "forgotten" => Step::Forgotten,
                other => panic!("no step {other}"),
            };
            let app = App::open(&dir).expect("a database").on_step(move |reached| {
                if reached == step {
                    die();
                }
            });
            operate(app, operation);
            exit(3);
        }
        other => panic!("no orders {other:?}"),
    }
}

fn operate(app: App, operation: &[&str]) {
    match operation {
        ["add", secret] => {
            let input = json!({
                "s3Name": "crash", "s3AccessKeyId": "AKIDCRASH", "s3SecretKey": secret,
                "s3Endpoint": "https://s3.example.com", "s3Region": "eu-west-1",
            });
            app.add(KindId::Backup, Some("Acme"), input_of(&input), false).expect("an add");
        }
        ["edit", id, secret] => {
            let input = json!({"s3Name": "edited", "s3SecretKey": secret});
            let id = id.parse().expect("an id");
            app.edit(id, None, input_of(&input), Completeness::Complete).expect("an edit");
        }
        ["delete", id] => drop(app.delete(&[id.parse().expect("an id")]).expect("a delete")),
        ["lapse"] => app.with_clock(later).sweep().expect("a sweep"),
        other => panic!("no operation {other:?}"),
    }
}

fn later() -> DateTime<Utc> {
    Utc::now() + credenza_app::UNDO_FOR + TimeDelta::minutes(1)
}

fn input_of(json: &serde_json::Value) -> Input {
    Input::from_json(json.to_string().as_bytes()).expect("an input")
}

/// Ends this process as a power cut would: at once, with nothing flushed or unwound.
fn die() -> ! {
    let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
    loop {
        std::thread::park();
    }
}
