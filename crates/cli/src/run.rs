//! One function a command: call the use case, hand the answer to the printer.

use std::str::FromStr;

use clap::CommandFactory;
use credenza_app::{App, AppError, Completeness, ListQuery, Page, paths};
use credenza_model::{CredentialId, KindId, Role, Tab, printable};
use credenza_store::State;

use crate::account;
use crate::args::{Add, Args, Command, Edit, List, OrganizationCommand, RoleArg, WorkspaceCommand};
use crate::check;
use crate::failure::Failure;
use crate::input;
use crate::output::Printer;

/// Carries a command out.
pub(crate) fn run(args: Args, printer: &Printer) -> Result<(), Failure> {
    match args.command {
        Command::Kinds => printer.kinds(&KindId::ALL.iter().map(|id| id.kind().view()).collect::<Vec<_>>()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "credenza", &mut script);
            printer.text(&String::from_utf8_lossy(&script))
        }
        command => {
            if args.workspace.is_some() && matches!(&command, Command::Login(login) if login.new_workspace.is_some()) {
                return Err(Failure::usage(
                    "--workspace names one that there is, --new-workspace one that is made. Give one of them.",
                ));
            }
            let dir = args.data_dir.or_else(paths::data_dir).ok_or_else(|| {
                Failure::usage("There is no home directory to keep data in. Name one with --data-dir.")
            })?;
            let app = App::open(&dir)?.in_workspace(args.workspace);
            with_app(&app, command, printer)
        }
    }
}

fn with_app(app: &App, command: Command, printer: &Printer) -> Result<(), Failure> {
    match command {
        // These only look: they wait for no keychain and for nobody else's work.
        Command::List(list) => printer.page(&self::list(app, &list)?),
        Command::Status => account::status(app, printer),
        Command::Conflicts => printer.conflicts(&app.conflicts()?),
        Command::Whoami { offline: true } => printer.who(&app.who(false)?),
        Command::Show { id } => printer.credential(&app.show(credential(&id)?)?),
        Command::Organization(OrganizationCommand::List) => printer.organizations(&app.organizations()?),
        Command::Workspace(WorkspaceCommand::List) => printer.workspaces(&app.workspaces()?),
        command => {
            // What a killed process left behind is finished first. When it cannot be, it waits in the journal.
            let _ = app.sweep();
            let done = act(app, command, printer);
            if done.as_ref().is_err_and(|failure| !failure.told) {
                return done;
            }
            // A backup that cannot be made is no failure of the command; the next one tries again.
            let _ = app.backup_if_due();
            done
        }
    }
}

fn act(app: &App, command: Command, printer: &Printer) -> Result<(), Failure> {
    match command {
        Command::Workspace(command) => workspace(app, command, printer),
        Command::Organization(command) => organization(app, command, printer),
        Command::Add(add) => self::add(app, add, printer),
        Command::Edit(edit) => self::edit(app, edit, printer),
        Command::Delete { ids, yes } => {
            let ids = ids.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
            input::confirm(&format!("Delete {} credential(s)?", ids.len()), yes)?;
            printer.deleted(&app.delete(&ids)?)
        }
        Command::Undo { id } => printer.credential(&app.undo(credential(&id)?)?),
        Command::Lock { id } => printer.credential(&app.set_locked(credential(&id)?, true)?),
        Command::Unlock { id } => printer.credential(&app.set_locked(credential(&id)?, false)?),
        Command::Default { id } => printer.credential(&app.set_default(credential(&id)?)?),
        Command::Reveal { id, field } => {
            let id = credential(&id)?;
            printer.secret(&id.to_string(), &field, &app.reveal(id, &field)?)
        }
        Command::Check(check) => check::check(app, &check, printer),
        Command::Endpoint(command) => check::endpoint(app, command, printer),
        Command::Login(login) => account::login(app, &login, printer),
        Command::Logout { remove, yes } => account::logout(app, remove, yes, printer),
        Command::Whoami { .. } => printer.who(&app.who(true)?),
        Command::Sync(sync) => account::sync(app, &sync, printer),
        Command::Resolve(resolve) => account::resolve(app, &resolve, printer),
        Command::Discard { id } => printer.credential(&app.discard(credential(&id)?)?),
        Command::Kinds
        | Command::Completions { .. }
        | Command::List(_)
        | Command::Show { .. }
        | Command::Status
        | Command::Conflicts => Ok(()),
    }
}

fn workspace(app: &App, command: WorkspaceCommand, printer: &Printer) -> Result<(), Failure> {
    match command {
        WorkspaceCommand::Create { name, role, organizations } => {
            let role = match role {
                RoleArg::Manager => Role::Manager,
                RoleArg::Partner => Role::Partner,
            };
            printer.workspace(&app.create_workspace(&name, role, &organizations)?)
        }
        WorkspaceCommand::List => printer.workspaces(&app.workspaces()?),
        WorkspaceCommand::Use { name } => printer.workspace(&app.use_workspace(&name)?),
        WorkspaceCommand::Delete { name, yes } => {
            input::confirm(&format!("Delete the workspace {} with everything in it?", printable(&name)), yes)?;
            printer.workspace(&app.delete_workspace(&name)?)
        }
    }
}

fn organization(app: &App, command: OrganizationCommand, printer: &Printer) -> Result<(), Failure> {
    match command {
        OrganizationCommand::List => printer.organizations(&app.organizations()?),
        OrganizationCommand::Add { name } => printer.organization(&app.add_organization(&name)?),
        OrganizationCommand::Rename { old, new } => printer.organization(&app.rename_organization(&old, &new)?),
    }
}

fn add(app: &App, add: Add, printer: &Printer) -> Result<(), Failure> {
    let id: KindId = word("kind", &add.kind, "`credenza kinds` lists them")?;
    // Nobody types a password only to be told that it may not be added.
    app.may_add(id, add.organization.as_deref())?;
    let mut input = input::read(id.kind(), &add.fields)?;
    if !add.draft && input::at_a_terminal() {
        let missing = app.missing_secrets(id, None, &input)?;
        input::prompt(&missing, &mut input)?;
    }
    printer.saved(&app.add(id, add.organization.as_deref(), input, add.draft)?)
}

fn edit(app: &App, edit: Edit, printer: &Printer) -> Result<(), Failure> {
    let id = credential(&edit.id)?;
    let seen = app.show(id)?;
    let mut input = input::read(seen.kind.kind(), &edit.fields)?;
    if input::at_a_terminal() {
        let missing = app.missing_secrets(seen.kind, Some(id), &input)?;
        input::prompt(&missing, &mut input)?;
    }
    printer.saved(&app.edit(id, Some(seen.version), input, Completeness::AsItIs)?)
}

fn list(app: &App, list: &List) -> Result<Page, Failure> {
    let tab = list.tab.as_deref().map(|tab| word::<Tab>("tab", tab, "it is cloud, backup, billing, showback or ai"));
    let kind = list.kind.as_deref().map(|kind| word("kind", kind, "`credenza kinds` lists them"));
    let state = list
        .state
        .as_deref()
        .map(|state| word::<State>("state", state, "it is draft, ready, synced, changed or conflict"));
    let query = ListQuery {
        tab: tab.transpose()?,
        kind: kind.transpose()?,
        organization: list.organization.clone(),
        search: list.search.clone(),
        state: state.transpose()?,
        sort: list.sort.clone(),
        descending: list.desc,
        limit: list.limit.unwrap_or(u32::MAX),
        offset: list.offset,
    };
    Ok(app.list_all(&query)?)
}

pub(crate) fn word<T: FromStr>(what: &str, word: &str, hint: &str) -> Result<T, Failure> {
    word.parse().map_err(|_| Failure::usage(format!("There is no {what} {}; {hint}.", printable(word))))
}

/// A text that is no id at all names no credential.
pub(crate) fn credential(id: &str) -> Result<CredentialId, Failure> {
    id.parse().map_err(|_| AppError::NoCredential.into())
}
