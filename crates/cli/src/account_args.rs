//! The options of the commands around an account.

use std::path::PathBuf;

pub(crate) const LOGIN: &str = "\
Examples:
  credenza login --email petra@example.com --account acme
      asks for the password at the terminal, and for a code when the
      account has a second factor

  credenza login --host taikun.example.com --ca ca.pem --access-key KEY
      a robot's key; asks for the secret key

  credenza login --from - < sign-in.json
      reads one JSON object from standard input: host, account, email
      and password, or accessKey and secretKey; code or recoveryCode;
      token (true or false). What is an option too, the option decides
";

#[derive(Debug, clap::Args)]
pub(crate) struct Login {
    /// The API's host [default: api.taikun.cloud, or the one that the workspace is connected to]
    #[arg(long)]
    pub host: Option<String>,
    /// The account's name
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Sign in with this e-mail and a password
    #[arg(long, conflicts_with = "access_key")]
    pub email: Option<String>,
    /// Sign in with this access key and a secret key
    #[arg(long, value_name = "KEY")]
    pub access_key: Option<String>,
    /// The access key is a user's token of an older server
    #[arg(long, conflicts_with = "email")]
    pub token: bool,
    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Read what is not given from a JSON object in this file, or from standard input with -
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Make a workspace of this name for the account, instead of connecting the one in use
    #[arg(long, value_name = "NAME")]
    pub new_workspace: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sync {
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "replace")]
    pub dry_run: bool,
    /// Believe the account when much of what it had is gone at once, and remove it here too
    #[arg(long)]
    pub accept_missing: bool,
    /// Try again what the account refused
    #[arg(long)]
    pub retry: bool,
    /// Agree to replace this credential in the account, as `status` describes; may be given several times
    #[arg(long, value_name = "ID")]
    pub replace: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Resolve {
    /// The id
    pub id: String,
    /// What is here holds, but for what --field says
    #[arg(long, conflicts_with = "theirs")]
    pub mine: bool,
    /// What is in the account holds, but for what --field says
    #[arg(long)]
    pub theirs: bool,
    /// Which side holds for one field: FIELD=mine or FIELD=theirs; may be given several times
    #[arg(long, value_name = "FIELD=SIDE")]
    pub field: Vec<String>,
}
