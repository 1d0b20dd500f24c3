//! What goes to the API and comes from it, in this program's terms.

use credenza_model::{Changes, KindId, Role, Secret};

/// How one signs in.
pub enum SignIn {
    /// E-mail and password; the account's name where the server has accounts.
    Password {
        /// The account's name; `None` or empty sends none.
        account: Option<String>,
        /// The person.
        email: String,
        /// The password.
        password: Secret,
        /// The second factor, when it was asked for.
        second: Option<Second>,
    },
    /// A robot's key: HTTP Basic on each request.
    Key {
        /// The access key.
        access_key: String,
        /// The secret key.
        secret_key: Secret,
    },
    /// A user's token of the older generation: exchanged for a session by `mode: "token"`.
    Token {
        /// The account's name; `None` or empty sends none.
        account: Option<String>,
        /// The access key.
        access_key: String,
        /// The secret key.
        secret_key: Secret,
    },
}

/// A second factor.
pub enum Second {
    /// Of an authenticator.
    Code(Secret),
    /// One of those noted down.
    Recovery(Secret),
}

/// Which generation of the API answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Partner, Manager and User; one organization a person; Tanzu and Zededa.
    Legacy,
    /// Accounts, groups, a role per organization.
    Accounts,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The server's id of the person or robot.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// E-mail, when there is one.
    pub email: Option<String>,
    /// The account's (or partner's) number and name, when told.
    pub account: Option<(i32, String)>,
    /// Which generation answered.
    pub generation: Generation,
    /// Whether it is the account's Partner, over all organizations.
    pub role: WhoRole,
    /// The organizations and the role in each.
    pub organizations: Vec<WhoOrganization>,
    /// Whether the server is in maintenance.
    pub maintenance: bool,
}

/// The role over the whole account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoRole {
    /// Over all organizations (Admin, AccountAdmin, AccountOwner, Partner).
    Partner,
    /// As each organization says.
    PerOrganization,
}

/// An organization and the role in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoOrganization {
    /// The account's number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// The role in it.
    pub role: Role,
}

/// A credential as the account lists it. Secrets never come back; a field that the API fills with one is dropped here.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Of which kind.
    pub kind: KindId,
    /// The account's number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// The organization's number.
    pub organization: Option<i32>,
    /// The organization's name.
    pub organization_name: Option<String>,
    /// Every plain field that this row tells of, the name field among them, by this program's field ids: `Some` is its
    /// value, `None` is told to be empty. A field that the row does not tell of is not in here. A switch that is off is `None`.
    pub values: Changes,
    /// Whether it is locked.
    pub locked: bool,
    /// Whether it is the default.
    pub default: bool,
    /// The names of the projects or rules that use it.
    pub used_by: Vec<String>,
    /// When it was made, as the server writes it.
    pub created_at: Option<String>,
    /// By whom.
    pub created_by: Option<Person>,
    /// When it was last changed, as the server writes it: compared, never computed with.
    pub modified_at: Option<String>,
    /// By whom.
    pub modified_by: Option<Person>,
    /// Whether it comes with Taikun itself, so that nobody changes it here.
    pub built_in: bool,
    /// What the tables of a kind show beside its fields, such as the type of an AI row.
    pub notes: Vec<(String, String)>,
}

/// Who made or changed a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The server's id, where it tells.
    pub id: Option<String>,
    /// The name to show.
    pub name: String,
}

/// What a checker of the account answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The provider accepts it.
    Valid,
    /// The provider refuses it, and why.
    Invalid(String),
    /// The checker itself failed or does not exist for this kind; it says nothing of the credential.
    NoAnswer(String),
}

/// One suggestion for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What goes into the field.
    pub value: String,
    /// The words for it.
    pub label: String,
}
