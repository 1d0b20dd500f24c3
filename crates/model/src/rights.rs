//! Who may do what: the one table.

use serde::{Deserialize, Serialize};

/// What a person is in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Taikun's "User": sees nothing of credentials.
    Member,
    /// Works inside their own organizations.
    Manager,
    /// Works over all organizations of an account. Taikun's Admin and Owner count as this.
    Partner,
}

impl Role {
    /// Every role, the weakest first.
    pub const ALL: [Role; 3] = [Role::Member, Role::Manager, Role::Partner];

    /// The word for people.
    pub const fn label(self) -> &'static str {
        match self {
            Role::Member => "Member",
            Role::Manager => "Manager",
            Role::Partner => "Partner",
        }
    }
}

/// What can be done with credentials of a kind: the columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Find it in lists and look at what is not secret.
    See,
    /// Make a new one.
    Add,
    /// Change it.
    Edit,
    /// Remove it, and undo that.
    Delete,
    /// Lock and unlock it.
    Lock,
    /// Make it the default of its organization.
    Default,
    /// Bring a secret to the screen or the clipboard.
    Reveal,
    /// Ask the provider whether it works.
    Check,
    /// Narrow the list to one organization.
    Filter,
}

impl Action {
    /// Every action, in the order of the table's columns.
    pub const ALL: [Action; 9] = [
        Action::See,
        Action::Add,
        Action::Edit,
        Action::Delete,
        Action::Lock,
        Action::Default,
        Action::Reveal,
        Action::Check,
        Action::Filter,
    ];

    /// The verb for sentences such as "A Manager may not … credentials".
    pub const fn verb(self) -> &'static str {
        match self {
            Action::See => "see",
            Action::Add => "add",
            Action::Edit => "edit",
            Action::Delete => "delete",
            Action::Lock => "lock or unlock",
            Action::Default => "set a default among",
            Action::Reveal => "reveal secrets of",
            Action::Check => "check",
            Action::Filter => "filter by organization",
        }
    }
}

/// One row of the table: for each action the weakest role that may do it. A kind names its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    see: Role,
    add: Role,
    edit: Role,
    delete: Role,
    lock: Role,
    default: Role,
    reveal: Role,
    check: Role,
    filter: Role,
}

#[rustfmt::skip]
impl Access {
    //                             see                 add                 edit                delete              lock                default                reveal                check                filter
    /// Managers and Partners alike: most of Cloud, Backup, Showback, AI.
    pub const MANAGERS: Access = Access { see: Role::Manager, add: Role::Manager, edit: Role::Manager, delete: Role::Manager, lock: Role::Manager, default: Role::Manager, reveal: Role::Manager, check: Role::Manager, filter: Role::Partner };
    /// Proxmox and Tanzu: only a Partner adds, a Manager works with what is there.
    pub const PARTNER_ADDS: Access = Access { see: Role::Manager, add: Role::Partner, edit: Role::Manager, delete: Role::Manager, lock: Role::Manager, default: Role::Manager, reveal: Role::Manager, check: Role::Manager, filter: Role::Partner };
    /// Billing: a Partner's alone.
    pub const PARTNERS: Access = Access { see: Role::Partner, add: Role::Partner, edit: Role::Partner, delete: Role::Partner, lock: Role::Partner, default: Role::Partner, reveal: Role::Partner, check: Role::Partner, filter: Role::Partner };
}

impl Access {
    /// The weakest role that may do this.
    pub const fn least(&self, action: Action) -> Role {
        match action {
            Action::See => self.see,
            Action::Add => self.add,
            Action::Edit => self.edit,
            Action::Delete => self.delete,
            Action::Lock => self.lock,
            Action::Default => self.default,
            Action::Reveal => self.reveal,
            Action::Check => self.check,
            Action::Filter => self.filter,
        }
    }

    /// Whether the role may do this.
    pub fn allows(&self, role: Role, action: Action) -> bool {
        role >= self.least(action)
    }
}
