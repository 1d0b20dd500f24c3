//! A kind of credential: one `static` that drives every other part of the program.

use serde::{Deserialize, Serialize};

use crate::{Access, Action, Facts, Field, Findings, KindId, Reading, Role, SecretMap, SecretState, Values, Wire};

/// Everything that is specific to a kind, except the probe that asks its provider.
#[derive(Debug)]
pub struct Kind {
    /// Its stable id.
    pub id: KindId,
    /// The tab it is found under.
    pub tab: Tab,
    /// Its name for people.
    pub label: &'static str,
    /// What one needs to add one, in a few words.
    pub summary: &'static str,
    /// Two letters for its tile.
    pub mark: &'static str,
    /// The field that holds its name.
    pub name_field: &'static str,
    /// Its row in the table of rights.
    pub access: Access,
    /// Its fields, in the documentation's order.
    pub fields: &'static [Field],
    /// The columns it adds to its table.
    pub columns: &'static [Column],
    /// What no single field can say of itself.
    pub rules: &'static [Rule],
    /// What to tidy across fields before anything is judged.
    pub tidy: &'static [Tidy],
    /// Facts that follow from the plain values.
    pub value_facts: fn(&Values) -> Facts,
    /// Facts that follow from the secrets, computed while these are at hand.
    pub secret_facts: fn(&SecretMap) -> Facts,
    /// Where it lives in the API.
    pub wire: Wire,
    /// A complete credential as it would be typed; it validates without a problem or a warning.
    pub sample: &'static [(&'static str, &'static str)],
}

/// A rule over several fields.
pub type Rule = fn(&Subject<'_>, &mut Findings);

/// A correction over several fields of what was just typed; what it does it says in the reading's notes.
pub type Tidy = fn(&mut Reading);

/// What a rule looks at.
pub struct Subject<'a> {
    /// All plain values, the changed ones included.
    pub values: &'a Values,
    /// Where each secret is.
    pub held: &'a dyn Fn(&str) -> SecretState,
    /// The secrets given just now. Those in the keychain are not read for a judgement.
    pub fresh: &'a SecretMap,
}

impl Subject<'_> {
    /// Whether a secret is set, here or in the account.
    pub fn has_secret(&self, field: &str) -> bool {
        self.fresh.get(field).is_some() || (self.held)(field) != SecretState::Unset
    }
}

impl Kind {
    /// The field with this id.
    pub fn field(&self, id: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Its secret fields.
    pub fn secrets(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| field.secret)
    }

    /// Whether the action exists for this kind at all, whoever asks.
    pub fn offers(&self, action: Action) -> bool {
        match action {
            Action::Lock => self.wire.lock.is_some(),
            Action::Default => self.wire.default.is_some(),
            _ => true,
        }
    }

    /// Whether the role may do this with credentials of this kind.
    pub fn allows(&self, role: Role, action: Action) -> bool {
        self.access.allows(role, action)
    }

    /// The list that the API changes by a call of its own: the nodes that machines run on.
    pub fn own_list(&self) -> Option<&'static Field> {
        match self.id {
            KindId::Proxmox | KindId::Vsphere => self.field("hypervisors"),
            KindId::Zededa => self.field("edgeNodes"),
            _ => None,
        }
    }

    /// The secrets that every credential of the kind has, so that the account has them when it has the credential: the
    /// required ones, and the first where a rule decides.
    pub fn certain_secrets(&self) -> impl Iterator<Item = &'static Field> {
        self.secrets().enumerate().filter(|(place, field)| *place == 0 || field.required).map(|(_, field)| field)
    }

    /// Whether a field can still be changed once the account has the credential. A kind without an update call is
    /// replaced as a whole, so that every field can.
    pub fn updatable(&self, field: &Field) -> bool {
        self.wire.update.is_none() || field.updatable
    }
}

/// The five tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Tab {
    /// Cloud providers.
    Cloud,
    /// S3 storage for backups.
    Backup,
    /// Prometheus sources for billing.
    Billing,
    /// Sources for showback.
    Showback,
    /// Keys of AI services.
    Ai,
}

impl Tab {
    /// Every tab, in the order of the rail.
    pub const ALL: [Tab; 5] = [Tab::Cloud, Tab::Backup, Tab::Billing, Tab::Showback, Tab::Ai];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tab::Cloud => "cloud",
            Tab::Backup => "backup",
            Tab::Billing => "billing",
            Tab::Showback => "showback",
            Tab::Ai => "ai",
        }
    }

    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Tab::Cloud => "Cloud",
            Tab::Backup => "Backup",
            Tab::Billing => "Billing",
            Tab::Showback => "Showback",
            Tab::Ai => "AI",
        }
    }

    /// The kinds under it.
    pub fn kinds(self) -> impl Iterator<Item = &'static Kind> {
        KindId::ALL.iter().map(|id| id.kind()).filter(move |kind| kind.tab == self)
    }
}

impl std::str::FromStr for Tab {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == word).ok_or(())
    }
}

/// A column of a table, whose id is a plain field's, a fact's or a common one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Column {
    /// What it shows and sorts by.
    pub id: &'static str,
    /// Its header.
    pub label: &'static str,
    /// Whether it shows keys and ids, set in a monospaced face.
    pub mono: bool,
    /// Whether it shows numbers, set to the right.
    pub numeric: bool,
    /// Whether a list can be sorted by it.
    pub sortable: bool,
}

impl Column {
    /// A column of words.
    pub const fn new(id: &'static str, label: &'static str) -> Self {
        Self { id, label, mono: false, numeric: false, sortable: true }
    }

    /// It shows keys and ids.
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// It shows what comes with an account or hangs on a credential, which no list is sorted by.
    pub const fn unsorted(mut self) -> Self {
        self.sortable = false;
        self
    }

    /// It shows numbers.
    pub const fn numeric(mut self) -> Self {
        self.numeric = true;
        self
    }
}
