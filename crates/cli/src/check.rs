//! Checking credentials against their providers, and the addresses of those.

use std::io::{self, IsTerminal, Write};

use credenza_app::{App, Cancel, CheckProgress, CheckReport, CheckedView, ListQuery};
use credenza_model::{KindId, Tab};

use crate::args::{Check, EndpointCommand};
use crate::failure::Failure;
use crate::input;
use crate::output::Printer;
use crate::run::{credential, word};
use crate::tables::{cell, plain, sentence};

/// Checks, and succeeds only when everything works. The answer is printed in either case.
pub(crate) fn check(app: &App, check: &Check, printer: &Printer) -> Result<(), Failure> {
    if let Some(kind) = &check.new {
        return check_new(app, kind, check, printer);
    }
    if check.fields.from.is_some() || !check.fields.set.is_empty() {
        return Err(Failure::usage(
            "--from and --set describe a credential that is not saved yet: give --new KIND too.",
        ));
    }
    let filtered = check.tab.is_some() || check.kind.is_some() || check.organization.is_some();
    let stop = interruptible();
    let shown = printer.is_for_people() && io::stderr().is_terminal();
    let tell = |progress: &CheckProgress| show(shown, progress);
    let report = if check.all {
        let tab =
            check.tab.as_deref().map(|tab| word::<Tab>("tab", tab, "it is cloud, backup, billing, showback or ai"));
        let kind = check.kind.as_deref().map(|kind| word::<KindId>("kind", kind, "`credenza kinds` lists them"));
        let organization = check.organization.clone();
        let query = ListQuery { tab: tab.transpose()?, kind: kind.transpose()?, organization, ..ListQuery::default() };
        app.check_all(&query, &tell, &stop)
    } else if check.ids.is_empty() {
        return Err(Failure::usage("Say which credentials: their ids, or --all. `credenza list` shows the ids."));
    } else if filtered {
        return Err(Failure::usage("--tab, --kind and --organization narrow --all; ids need none of them."));
    } else {
        let ids = check.ids.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
        app.check(&ids, &tell, &stop)
    };
    if shown {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    let report = report?;
    printer.checked(&report)?;
    if report.all_work() { Ok(()) } else { Err(Failure::told()) }
}

/// Checks what is not saved.
fn check_new(app: &App, kind: &str, check: &Check, printer: &Printer) -> Result<(), Failure> {
    let narrowed = check.tab.is_some() || check.kind.is_some() || check.organization.is_some();
    if check.all || !check.ids.is_empty() || narrowed {
        return Err(Failure::usage(
            "--new checks what is not saved yet; ids, --all and what narrows it check what is. Give one of them.",
        ));
    }
    let id: KindId = word("kind", kind, "`credenza kinds` lists them")?;
    // Nobody types a password only to be told that it may not be added.
    app.may_check_new(id)?;
    let mut input = input::read(id.kind(), &check.fields)?;
    if input::at_a_terminal() {
        let missing = app.missing_secrets(id, None, &input)?;
        input::prompt(&missing, &mut input)?;
    }
    let found = app.probe_input(id, None, input, &Cancel::default())?;
    let works = found.verdict.works();
    printer.probed(&found)?;
    if works { Ok(()) } else { Err(Failure::told()) }
}

/// Shows and changes the addresses of the public providers.
pub(crate) fn endpoint(app: &App, command: EndpointCommand, printer: &Printer) -> Result<(), Failure> {
    match command {
        EndpointCommand::List => {}
        EndpointCommand::Set { name, address } => app.set_endpoint(&name, Some(&address))?,
        EndpointCommand::Clear { name } => app.set_endpoint(&name, None)?,
    }
    printer.endpoints(&app.endpoints()?)
}

/// Stops at Ctrl-C, so that what was found is kept and shown and sessions are ended; the second one ends the program.
fn interruptible() -> Cancel {
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let handled = ctrlc::set_handler(move || {
        if stop.is_cancelled() {
            std::process::exit(130);
        }
        stop.cancel();
    });
    // Where no signal can be handled, it ends the program, as it always did.
    drop(handled);
    cancel
}

fn show(shown: bool, progress: &CheckProgress) {
    if shown && progress.total > 1 {
        let _ =
            write!(io::stderr(), "\r\x1b[KChecking: {} of {}, {} work…", progress.done, progress.total, progress.works);
        let _ = io::stderr().flush();
    }
}

/// What was found, for people: a line each, then what is to be done.
pub(crate) fn report(report: &CheckReport) -> String {
    let mut table = plain();
    table.set_header(["NAME", "KIND", "ORGANIZATION", "CHECK", "AS"]);
    for item in &report.items {
        table.add_row([
            cell(&item.name),
            item.kind.as_str().to_owned(),
            cell(&item.organization),
            item.check.verdict.label().to_owned(),
            item.check.identity.as_deref().map(cell).unwrap_or_default(),
        ]);
    }
    let table = if report.items.is_empty() { String::new() } else { format!("{table}\n\n") };
    let told = report.items.iter().map(told).collect::<String>();
    let drafts = match report.drafts {
        0 => String::new(),
        1 => " One draft was left out.".to_owned(),
        count => format!(" {count} drafts were left out."),
    };
    let elsewhere = match report.elsewhere {
        0 => String::new(),
        count => format!(" {count} were left out whose secrets only the account has."),
    };
    let unkept = match report.unkept {
        0 => String::new(),
        count => format!(" {count} results could not be kept."),
    };
    let sum = match report.total {
        0 => "There is nothing to check.".to_owned(),
        total => format!("{} of {total} work.", report.works),
    };
    let stopped = if report.cancelled { " Stopped; the others were not checked." } else { "" };
    format!("{table}{told}{sum}{stopped}{drafts}{elsewhere}{unkept}\n")
}

/// What there is to say of one beside its verdict.
fn told(item: &CheckedView) -> String {
    let name = if item.name.is_empty() { item.id.clone() } else { cell(&item.name) };
    let warnings =
        item.check.dangers.iter().chain(&item.check.warnings).map(|warning| format!("{name}: {}\n", sentence(warning)));
    let message = (!item.check.verdict.works()).then(|| format!("{name}: {}\n", sentence(&item.check.message)));
    message.into_iter().chain(warnings).collect()
}

/// What was found of one that is not saved.
pub(crate) fn probed(check: &credenza_app::Check) -> String {
    let mut table = plain();
    table.add_row(["Check", check.verdict.label()]);
    if let Some(identity) = &check.identity {
        table.add_row(["As", &cell(identity)]);
    }
    for detail in &check.details {
        table.add_row([detail.label.as_str(), &sentence(&detail.value)]);
    }
    if let Some(expires) = check.expires {
        table.add_row(["Expires", &expires.format("%Y-%m-%d").to_string()]);
    }
    let warnings = check
        .dangers
        .iter()
        .chain(&check.warnings)
        .map(|warning| format!("{}\n", sentence(warning)))
        .collect::<String>();
    format!("{table}\n\n{}\n{warnings}", sentence(&check.message))
}
