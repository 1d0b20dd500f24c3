//! One function a command: call the use case, hand the answer to the printer.

use std::str::FromStr;

use clap::CommandFactory;
use credenza_app::{App, Completeness, ErrorCode, ListQuery, Page, paths};
use credenza_model::{CredentialId, KindId, Role, Tab, printable};
use credenza_store::State;

use crate::args::{Add, Args, Command, Edit, List, OrganizationCommand, RoleArg, WorkspaceCommand};
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
            printer.text(&String::from_utf8_lossy(&script));
        }
        command => {
            let dir = args.data_dir.or_else(paths::data_dir).ok_or_else(|| {
                Failure::usage("There is no home directory to keep data in. Name one with --data-dir.")
            })?;
            let app = App::open(&dir)?.in_workspace(args.workspace);
            // What a killed process left behind is finished first. When it cannot be, it waits in the journal.
            let _ = app.sweep();
            with_app(&app, command, printer)?;
        }
    }
    Ok(())
}

fn with_app(app: &App, command: Command, printer: &Printer) -> Result<(), Failure> {
    let writes = !matches!(command, Command::List(_) | Command::Show { .. } | Command::Reveal { .. });
    match command {
        Command::Workspace(command) => workspace(app, command, printer)?,
        Command::Organization(command) => organization(app, command, printer)?,
        Command::List(list) => printer.listing(&listing(app, &list)?),
        Command::Show { id } => printer.credential(&app.show(credential(&id)?)?),
        Command::Add(add) => self::add(app, add, printer)?,
        Command::Edit(edit) => self::edit(app, edit, printer)?,
        Command::Delete { ids, yes } => {
            let ids = ids.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
            input::confirm(&format!("Delete {} credential(s)?", ids.len()), yes)?;
            printer.deleted(&app.delete(&ids)?);
        }
        Command::Undo { id } => printer.credential(&app.undo(credential(&id)?)?),
        Command::Lock { id } => printer.credential(&app.set_locked(credential(&id)?, true)?),
        Command::Unlock { id } => printer.credential(&app.set_locked(credential(&id)?, false)?),
        Command::Default { id } => printer.credential(&app.set_default(credential(&id)?)?),
        Command::Reveal { id, field } => {
            let secret = app.reveal(credential(&id)?, &field)?;
            printer.secret(&id, &field, &secret);
        }
        Command::Kinds | Command::Completions { .. } => {}
    }
    if writes {
        // A backup that cannot be made is no failure of the command; the next one tries again.
        let _ = app.store().backup_if_due(chrono::Utc::now());
    }
    Ok(())
}

fn workspace(app: &App, command: WorkspaceCommand, printer: &Printer) -> Result<(), Failure> {
    match command {
        WorkspaceCommand::Create { name, role, organizations } => {
            let role = match role {
                RoleArg::Manager => Role::Manager,
                RoleArg::Partner => Role::Partner,
            };
            printer.workspace(&app.create_workspace(&name, role, &organizations)?);
        }
        WorkspaceCommand::List => printer.workspaces(&app.workspaces()?),
        WorkspaceCommand::Use { name } => printer.workspace(&app.use_workspace(&name)?),
        WorkspaceCommand::Delete { name, yes } => {
            input::confirm(&format!("Delete the workspace {} with everything in it?", printable(&name)), yes)?;
            printer.workspace(&app.delete_workspace(&name)?);
        }
    }
    Ok(())
}

fn organization(app: &App, command: OrganizationCommand, printer: &Printer) -> Result<(), Failure> {
    match command {
        OrganizationCommand::List => printer.organizations(&app.organizations()?),
        OrganizationCommand::Add { name } => printer.organization(&app.add_organization(&name)?),
        OrganizationCommand::Rename { old, new } => printer.organization(&app.rename_organization(&old, &new)?),
    }
    Ok(())
}

fn add(app: &App, add: Add, printer: &Printer) -> Result<(), Failure> {
    let id: KindId = word("kind", &add.kind, "`credenza kinds` lists them")?;
    let kind = id.kind();
    let mut input = input::read(kind, &add.fields)?;
    if !add.draft {
        input::prompt(kind, &mut input)?;
    }
    printer.saved(&app.add(id, add.organization.as_deref(), input, add.draft)?);
    Ok(())
}

fn edit(app: &App, edit: Edit, printer: &Printer) -> Result<(), Failure> {
    let id = credential(&edit.id)?;
    let seen = app.show(id)?;
    let input = input::read(seen.kind.kind(), &edit.fields)?;
    printer.saved(&app.edit(id, Some(seen.version), input, Completeness::AsItIs)?);
    Ok(())
}

/// A page as asked for, or everything, read a page at a time.
fn listing(app: &App, list: &List) -> Result<Page, Failure> {
    const PAGE: u32 = 1000;
    let mut query = ListQuery {
        tab: list
            .tab
            .as_deref()
            .map(|tab| word::<Tab>("tab", tab, "it is cloud, backup, billing, showback or ai"))
            .transpose()?,
        kind: list.kind.as_deref().map(|kind| word("kind", kind, "`credenza kinds` lists them")).transpose()?,
        organization: list.organization.clone(),
        search: list.search.clone(),
        state: list
            .state
            .as_deref()
            .map(|state| word::<State>("state", state, "it is draft, ready, synced, changed or conflict"))
            .transpose()?,
        sort: list.sort.clone(),
        descending: list.desc,
        limit: 0,
        offset: list.offset,
    };
    let wanted = list.limit.unwrap_or(u32::MAX);
    let mut listing = Page { total: 0, items: Vec::new() };
    loop {
        let have = u32::try_from(listing.items.len()).unwrap_or(u32::MAX);
        query.limit = PAGE.min(wanted - have);
        query.offset = list.offset.saturating_add(have);
        let page = app.list(&query)?;
        let full = page.items.len() == PAGE as usize;
        listing.total = page.total;
        listing.items.extend(page.items);
        if !full || listing.items.len() >= wanted as usize {
            return Ok(listing);
        }
    }
}

fn word<T: FromStr>(what: &str, word: &str, hint: &str) -> Result<T, Failure> {
    word.parse().map_err(|_| Failure::usage(format!("There is no {what} {}; {hint}.", printable(word))))
}

/// A text that is no id at all names no credential.
fn credential(id: &str) -> Result<CredentialId, Failure> {
    id.parse().map_err(|_| {
        Failure::new(
            ErrorCode::NotFound,
            format!(
                "There is no credential with the id {}. `credenza list` shows those that there are.",
                printable(id)
            ),
        )
    })
}
