//! The commands and their options; the texts here are the manual.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use crate::account_args::{LOGIN, Login, Resolve, Sync};

/// Keep the credentials of your infrastructure, without a display.
///
/// Credenza keeps credentials of ten cloud providers, of S3 backup storage, of Prometheus billing, of showback and of AI
/// services. Secrets go to the keychain of the operating system; everything else goes to a database in the data
/// directory, which the window shares. Only what asks others needs a network: check, login, whoami and sync.
#[derive(Debug, Parser)]
#[command(name = "credenza", version, propagate_version = true, max_term_width = 100, after_long_help = AFTER)]
pub(crate) struct Args {
    /// Answer with one JSON document; on failure, with one on standard error
    ///
    /// On success the document goes to standard output and nothing else does. It may carry "warnings". On failure
    /// standard output stays empty and standard error holds {"error":{"code","message","problems"}}.
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,

    /// Keep everything that is not in the keychain in this directory
    ///
    /// Without it, the directory that the variable CREDENZA_DATA_DIR names, else the system's place for data.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    pub data_dir: Option<PathBuf>,

    /// Work in this workspace, for this call only
    #[arg(long, global = true, value_name = "NAME", help_heading = "Everywhere")]
    pub workspace: Option<String>,

    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Getting started:
  credenza workspace create lab --role partner --organization Acme
  credenza kinds
  credenza add backup --from backup.json
  credenza list --search nightly

Secrets:
  A secret is never an argument, where `ps` and the shell's history
  would show it. It comes from a JSON file or standard input (--from),
  or from a prompt without echo when you are at a terminal.

Exit codes:
  0  done
  1  failed: locked, used, not found, a read-only directory
  2  bad input: usage, broken JSON, an unknown kind or field, an invalid
     value, a duplicate name, an action that the kind does not have
  3  the role does not allow it
  4  the keychain is needed and cannot be used; list, show and kinds
     still work
  5  the account cannot be reached, or its session has ended
  6  conflicts wait for you; `conflicts` shows them, `resolve` settles
     them
";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create, choose and delete workspaces
    ///
    /// A workspace is a role and the organizations it works in. The first one made becomes the current one.
    #[command(subcommand)]
    Workspace(WorkspaceCommand),

    /// List, add and rename organizations of the workspace
    #[command(subcommand)]
    Organization(OrganizationCommand),

    /// List the kinds of credentials with their fields and columns
    ///
    /// The id of a kind is what `add` takes, the id of a field is what --from and --set take.
    Kinds,

    /// List credentials
    ///
    /// Without --tab or --kind, everything that the role may see.
    List(List),

    /// Show one credential, without its secrets
    Show {
        /// The id, as `list` prints it
        id: String,
    },

    /// Add a credential
    #[command(after_long_help = ADD)]
    Add(Add),

    /// Change a credential
    ///
    /// What is not named stays, secrets too. A field is cleared with `null` in --from or with an empty value in --set.
    /// A draft that is complete after the edit becomes ready.
    Edit(Edit),

    /// Delete credentials
    ///
    /// All of them or none: one that is locked or used keeps all of them. `undo` brings each back for an hour.
    Delete {
        /// The ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },

    /// Bring a deleted credential back
    Undo {
        /// The id
        id: String,
    },

    /// Lock a credential: it can be neither changed nor deleted until it is unlocked
    Lock {
        /// The id
        id: String,
    },

    /// Unlock a credential
    Unlock {
        /// The id
        id: String,
    },

    /// Make a credential the default of its organization and kind
    Default {
        /// The id
        id: String,
    },

    /// Print one secret, and one line break
    ///
    /// It is recorded that it was asked for. With --json: {"id","field","value"}.
    Reveal {
        /// The id
        id: String,
        /// The id of a secret field, as `kinds` lists it
        field: String,
    },

    /// Check whether credentials work, against their providers and from this machine
    ///
    /// Each is tried by the cheapest request that proves it and changes nothing. What is found is kept with the credential
    /// and printed; the exit code is 0 only when every one works, else 1.
    #[command(after_long_help = CHECK)]
    Check(Check),

    /// Show and change the addresses of public providers, for sovereign clouds and private gateways
    #[command(subcommand)]
    Endpoint(EndpointCommand),

    /// Sign in to a Taikun account, and connect the workspace to it
    #[command(after_long_help = LOGIN)]
    Login(Login),

    /// Sign out: the workspace is local again
    ///
    /// The session goes from the keychain. What exists only here stays in either case.
    Logout {
        /// Remove the copies of what the account has; without it they stay here
        #[arg(long)]
        remove: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },

    /// Show who is signed in, and the role in each organization
    ///
    /// The account is asked; what it says is kept for when it cannot be.
    Whoami {
        /// Do not ask the account; show what was last known
        #[arg(long)]
        offline: bool,
    },

    /// Sync the workspace with its account: take over what has changed there, push what has changed here
    ///
    /// It can be interrupted at any moment; the next one goes on from there. When conflicts wait, the exit code is 6, and
    /// with --json the report stands beside the error on standard error.
    Sync(Sync),

    /// Show how the workspace stands with its account: the last sync, what waits, what was refused
    Status,

    /// List the conflicts, field by field
    Conflicts,

    /// Settle a conflict
    ///
    /// What is chosen from here is pushed at the next sync. A secret is named by its field, and never shown.
    Resolve(Resolve),

    /// Take back what was changed here and is not in the account yet
    Discard {
        /// The id
        id: String,
    },

    /// Print a completion script for a shell
    ///
    /// For bash: credenza completions bash > ~/.local/share/bash-completion/completions/credenza
    Completions {
        /// The shell
        shell: Shell,
    },
}

const ADD: &str = "\
Examples:
  credenza add aws --set name=prod --set awsAccessKeyId=AKIA... --set awsRegion=eu-central-1
      asks for the secret key at the terminal

  credenza add openstack --organization Acme --from - < os.json
      reads one JSON object, field id to value, from standard input

  credenza add gcp --set name=analytics --draft
      keeps what there is, to be completed later with `edit`

A file field (key file, kubeconfig, pull secret) is its content as one
JSON string:
  jq -n --rawfile config key.json '{config: $config, importProject: true}' |
      credenza add gcp --from - --set name=gcp-prod --set region=europe-west1
";

const CHECK: &str = "\
Examples:
  credenza check --all
      checks everything but drafts

  credenza check --all --tab backup --json | jq '.items[] | select(.verdict != \"works\")'
      what does not work, for a script

  credenza check --new openstack --from os.json
      checks what is not saved
";

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The ids, as `list` prints them
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// All that the role may see, but drafts
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
    /// With --all: of one tab
    #[arg(long)]
    pub tab: Option<String>,
    /// With --all: of one kind
    #[arg(long)]
    pub kind: Option<String>,
    /// With --all: of one organization, by name or id (a Partner's right)
    #[arg(long, value_name = "ORG")]
    pub organization: Option<String>,
    /// A credential of this kind that is not saved, as --from and --set describe it
    #[arg(long, value_name = "KIND")]
    pub new: Option<String>,
    #[command(flatten)]
    pub fields: Fields,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EndpointCommand {
    /// List them, with what is used instead of the public address
    List,
    /// Use another address
    Set {
        /// The service's name, as `endpoint list` prints it
        name: String,
        /// An https address; http is taken on this machine alone
        address: String,
    },
    /// Use the public address again
    Clear {
        /// The service's name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Make a workspace
    Create {
        /// Its name
        name: String,
        /// What you are in it
        #[arg(long)]
        role: RoleArg,
        /// An organization of it; may be given several times
        #[arg(long = "organization", required = true, value_name = "ORG")]
        organizations: Vec<String>,
    },
    /// List the workspaces
    List,
    /// Make a workspace the current one
    Use {
        /// Its name
        name: String,
    },
    /// Delete a workspace with everything in it; this cannot be undone
    Delete {
        /// Its name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RoleArg {
    /// Works inside their own organizations
    Manager,
    /// Works over all organizations of an account
    Partner,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// List the organizations
    List,
    /// Add an organization
    Add {
        /// Its name
        name: String,
    },
    /// Rename an organization
    Rename {
        /// Its name or id
        old: String,
        /// Its new name
        new: String,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Of one tab: cloud, backup, billing, showback or ai
    #[arg(long)]
    pub tab: Option<String>,
    /// Of one kind, as `kinds` lists them
    #[arg(long)]
    pub kind: Option<String>,
    /// Of one organization, by name or id (a Partner's right)
    #[arg(long, value_name = "ORG")]
    pub organization: Option<String>,
    /// Whose name, organization, kind, endpoint, identity or facts contain this
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// In one state: draft, ready, synced, changed or conflict
    #[arg(long)]
    pub state: Option<String>,
    /// By this column: name, organization, kind, state, identity, project, expiry, check, createdAt, modifiedAt, locked,
    /// default or a field's id
    #[arg(long, value_name = "COLUMN")]
    pub sort: Option<String>,
    /// The greatest first
    #[arg(long)]
    pub desc: bool,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// After so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// The kind, as `kinds` lists them
    pub kind: String,
    /// The organization, by name or id; the only one by default
    #[arg(long, value_name = "ORG")]
    pub organization: Option<String>,
    #[command(flatten)]
    pub fields: Fields,
    /// Keep it even when it is not complete
    #[arg(long)]
    pub draft: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    /// The id
    pub id: String,
    #[command(flatten)]
    pub fields: Fields,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Fields {
    /// Read fields from a JSON object in this file, or from standard input with -
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Set one field, over what --from says; never a secret. A list is comma-separated; an empty value clears
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
}
