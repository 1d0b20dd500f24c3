//! The commands around an account: signing in and out, syncing, settling.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use credenza_app::{
    App, AppError, Cancel, ErrorCode, Resolution, Side, SignInInput, SignInMethod, SyncOptions, SyncProgress, SyncStage,
};
use credenza_model::{InputError, Secret, printable};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::args::{Login, Resolve, Sync};
use crate::failure::Failure;
use crate::input;
use crate::output::Printer;
use crate::run::credential;

/// The host of Taikun itself.
const HOST: &str = "api.taikun.cloud";
/// The largest thing that is read as a sign-in; each text in it is far shorter.
const SIGN_IN_BYTES: usize = 64 * 1024;

/// What a sign-in is read from, when it is not typed.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Typed {
    host: Option<String>,
    account: Option<String>,
    email: Option<String>,
    password: Option<Zeroizing<String>>,
    access_key: Option<String>,
    secret_key: Option<Zeroizing<String>>,
    token: Option<bool>,
    code: Option<Zeroizing<String>>,
    recovery_code: Option<Zeroizing<String>>,
}

/// Signs in. A person at a terminal is asked for what is missing, and for a second factor when there is one.
pub(crate) fn login(app: &App, login: &Login, printer: &Printer) -> Result<(), Failure> {
    let mut typed = match &login.from {
        Some(path) => read(&input::bytes(path, "--from")?)?,
        None => Typed::default(),
    };
    let token = login.token || typed.token.unwrap_or_default();
    let known = app.who(false).ok().and_then(|who| who.account).filter(|_| login.new_workspace.is_none());
    let host = login.host.clone().or(typed.host.take());
    let host = host.or_else(|| known.as_ref().map(|account| account.host.clone())).unwrap_or_else(|| HOST.into());
    let account = login.account.clone().or(typed.account.take()).or_else(|| known.as_ref()?.account.clone());
    let access_key = login.access_key.clone().or(typed.access_key.take());
    let email = login.email.clone().or(typed.email.take());
    let (method, name, given, what) = match (access_key, email) {
        (Some(key), None) if token => (SignInMethod::Token, key, typed.secret_key.take(), "Secret key"),
        (Some(key), None) => (SignInMethod::Key, key, typed.secret_key.take(), "Secret key"),
        (None, Some(_)) if token => {
            return Err(Failure::usage("A token is an access key with its secret key; no e-mail goes with it."));
        }
        (None, Some(email)) => (SignInMethod::Password, email, typed.password.take(), "Password"),
        (Some(_), Some(_)) => return Err(Failure::usage("Give an e-mail or an access key, not both.")),
        (None, None) => match known {
            Some(known) if known.method == SignInMethod::Password => {
                (known.method, known.login, typed.password.take(), "Password")
            }
            Some(known) => (known.method, known.login, typed.secret_key.take(), "Secret key"),
            None => return Err(Failure::usage("Say as whom: --email, or --access-key for a robot.")),
        },
    };
    let secret = match given {
        Some(secret) => secret,
        None if input::at_a_terminal() => Zeroizing::new(input::ask(what)?),
        None => {
            return Err(Failure::usage(format!(
                "{what} is missing. It is no argument, which others could read: give it with --from, or sign in at a terminal."
            )));
        }
    };
    let authorities = login.ca.as_deref().map(|path| input::bytes(path, "--ca")).transpose()?;
    let authorities = authorities
        .map(|bytes| String::from_utf8(bytes.to_vec()))
        .transpose()
        .map_err(|_| Failure::usage("--ca names no PEM file: it holds bytes that are no text."))?;
    let sign_in = |code: Option<&str>, recovery: Option<&str>| SignInInput {
        host: host.clone(),
        authorities: authorities.clone(),
        method,
        account: account.clone(),
        login: name.clone(),
        secret: Secret::new(secret.as_str().to_owned()),
        code: code.map(|code| Secret::new(code.to_owned())),
        recovery: recovery.map(|code| Secret::new(code.to_owned())),
        workspace: login.new_workspace.clone(),
    };
    let first =
        sign_in(typed.code.as_ref().map(|code| code.as_str()), typed.recovery_code.as_ref().map(|code| code.as_str()));
    let who = match app.sign_in(first, &Cancel::default()) {
        Err(error) if error.code() == ErrorCode::SecondFactor && input::at_a_terminal() => {
            let code = Zeroizing::new(input::ask("Code of your authenticator, or a recovery code")?);
            let digits = code.trim().len() == 6 && code.trim().bytes().all(|byte| byte.is_ascii_digit());
            let code = Some(code.trim()).filter(|code| !code.is_empty());
            app.sign_in(if digits { sign_in(code, None) } else { sign_in(None, code) }, &Cancel::default())?
        }
        other => other?,
    };
    printer.who(&who)
}

fn read(bytes: &[u8]) -> Result<Typed, Failure> {
    if bytes.len() > SIGN_IN_BYTES {
        return Err(Failure::new(ErrorCode::Invalid, "--from holds more than any sign-in. Check what was given."));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A list would be taken for the members in their order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(AppError::Unreadable(InputError::NotAnObject).into());
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        // The parser's own words could quote what was typed.
        serde_json::error::Category::Data => Failure::usage(
            "--from holds one JSON object with host, account, email, password, accessKey, secretKey, code and recoveryCode, each a \
             text and each once, and token, which is true or false. Something in it is none of these.",
        ),
        _ => AppError::Unreadable(InputError::Broken { line: error.line(), column: error.column() }).into(),
    })
}

/// Signs out, asking when something would be removed.
pub(crate) fn logout(app: &App, remove: bool, yes: bool, printer: &Printer) -> Result<(), Failure> {
    if remove {
        input::confirm("Remove the copies of everything that the account has?", yes)?;
    }
    printer.workspace(&app.sign_out(!remove)?)
}

/// Syncs, with its progress for a person to see.
pub(crate) fn sync(app: &App, sync: &Sync, printer: &Printer) -> Result<(), Failure> {
    // All ids are read before the first consent is given.
    let replace = sync.replace.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
    for id in replace {
        app.consent(id)?;
    }
    let options = SyncOptions {
        dry_run: sync.dry_run,
        accept_missing: sync.accept_missing,
        retry_parked: sync.retry,
        everything: true,
    };
    let shown = printer.is_for_people() && io::stderr().is_terminal();
    let report = app.sync(options, &|progress| show(shown, &progress), &Cancel::default());
    if shown {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    let report = report?;
    if report.conflicts == 0 || sync.dry_run {
        return printer.report(&report);
    }
    if printer.is_for_people() {
        printer.report(&report)?;
    }
    let (count, verb) = (report.conflicts, if report.conflicts == 1 { "conflict waits" } else { "conflicts wait" });
    let mut failure = Failure::new(
        ErrorCode::Conflicts,
        format!("{count} {verb} for you. `credenza conflicts` shows what, `credenza resolve` settles one."),
    );
    failure.report = Some(json!(report));
    Err(failure)
}

fn show(shown: bool, progress: &SyncProgress) {
    if !shown {
        return;
    }
    let what = match progress.stage {
        SyncStage::Who => "Signing in",
        SyncStage::Pull => "Reading the account",
        SyncStage::Merge => "Writing what has changed there",
        SyncStage::Push => "Sending what has changed here",
    };
    let far = match (progress.done, progress.total) {
        (0, _) => String::new(),
        (done, Some(total)) => format!(": {done} of {total}"),
        (done, None) => format!(": {done}"),
    };
    let _ = write!(io::stderr(), "\r\x1b[K{what}{far}…");
    let _ = io::stderr().flush();
}

/// How things stand, without asking the account.
pub(crate) fn status(app: &App, printer: &Printer) -> Result<(), Failure> {
    printer.status(&app.sync_status()?, &app.pending()?)
}

/// Settles a conflict.
pub(crate) fn resolve(app: &App, resolve: &Resolve, printer: &Printer) -> Result<(), Failure> {
    let id = credential(&resolve.id)?;
    let mut fields = BTreeMap::new();
    for choice in &resolve.field {
        let side = match choice.split_once('=') {
            Some((field, "mine")) => (field, Side::Mine),
            Some((field, "theirs")) => (field, Side::Theirs),
            Some((field, _)) => {
                return Err(Failure::usage(format!("--field {} takes mine or theirs after the =.", printable(field))));
            }
            None => return Err(Failure::usage("--field takes a field and a side with = between them: name=mine.")),
        };
        if fields.insert(side.0.to_owned(), side.1).is_some_and(|other| other != side.1) {
            return Err(Failure::usage(format!("--field gives {} both sides. Keep one of them.", printable(side.0))));
        }
    }
    let all = match (resolve.mine, resolve.theirs) {
        (true, _) => Some(Side::Mine),
        (_, true) => Some(Side::Theirs),
        _ if fields.is_empty() => {
            return Err(Failure::usage(
                "Say which side holds: --mine, --theirs, or --field FIELD=mine for single fields.",
            ));
        }
        _ => None,
    };
    printer.credential(&app.resolve(id, &Resolution { all, fields })?)
}
