//! The orders of a page: what can be sorted by, and which index answers it.

/// What a page is sorted by. Equal ones follow by name, then by id; those of one moment by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The name, whatever the case.
    Name,
    /// The organization's name.
    Organization,
    /// The kind's id.
    Kind,
    /// The state's word.
    State,
    /// As whom it acts.
    Identity,
    /// The provider's own project, account or tenant.
    Project,
    /// When it ends.
    Expiry,
    /// What its last check found: first what somebody has to do something about.
    Check,
    /// When it was made.
    Created,
    /// When it was last changed.
    Modified,
    /// Whether it is locked.
    Locked,
    /// Whether it is a default.
    Default,
    /// A plain field, by its id.
    Field(String),
}

/// How much of a workspace a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Several tabs.
    Workspace,
    /// One tab, or some of its kinds.
    Tab,
    /// One kind.
    Kind,
}

/// Where the rows of a page come from, in which order they lie there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An index that begins with the workspace.
    Workspace(&'static str),
    /// The index of one organization's credentials by name.
    Organization,
    /// The same, one organization after the other by their names.
    Organizations,
    /// The rows as they lie. Values are in the rows alone, and reading all of them in another order is slower.
    Table,
}

impl Sort {
    /// The source that has this order, or is the shortest one to sort.
    ///
    /// It is named here and not left to the planner: which one is best does not depend on what the planner guesses of the
    /// sizes, and an index that cannot serve any more is then an error in a test and not a slow page.
    pub(crate) fn source(&self, scope: Scope, one_organization: bool) -> Source {
        match (self, scope) {
            (Sort::Name | Sort::Organization, _) if one_organization => Source::Organization,
            (Sort::Organization, _) => Source::Organizations,
            (Sort::Name, Scope::Workspace) => Source::Workspace("live_name"),
            (Sort::Name, Scope::Tab) => Source::Workspace("live_tab_name"),
            (Sort::Modified, Scope::Tab | Scope::Kind) => Source::Workspace("live_tab_modified"),
            (Sort::State, Scope::Tab | Scope::Kind) => Source::Workspace("live_tab_state"),
            (Sort::Identity, Scope::Tab | Scope::Kind) => Source::Workspace("live_tab_identity"),
            (Sort::Field(_), _) => Source::Table,
            _ => Source::Workspace("live_kind_name"),
        }
    }

    /// Whether the source has this order already.
    pub(crate) fn is_indexed(&self, scope: Scope) -> bool {
        match self {
            Sort::Name | Sort::Organization | Sort::Kind => true,
            Sort::Modified | Sort::State | Sort::Identity => scope != Scope::Workspace,
            _ => false,
        }
    }

    /// What to sort by, most significant first. One direction holds for all of them, so that an index read backwards
    /// serves the descending order.
    pub(crate) const fn keys(&self) -> &'static [&'static str] {
        match self {
            Sort::Name => &["c.name_key", "c.id"],
            Sort::Organization => &["o.name_key", "c.name_key", "c.id"],
            Sort::Kind => &["c.tab", "c.kind", "c.name_key", "c.id"],
            Sort::State => &["c.state", "c.name_key", "c.id"],
            Sort::Identity => &["c.identity_key", "c.name_key", "c.id"],
            Sort::Project => &["c.project_key", "c.name_key", "c.id"],
            Sort::Expiry => &["c.expiry", "c.name_key", "c.id"],
            Sort::Check => &["c.check_rank", "c.name_key", "c.id"],
            Sort::Created => &["c.created_at", "c.id"],
            Sort::Modified => &["c.modified_at", "c.id"],
            Sort::Locked => &["c.locked", "c.name_key", "c.id"],
            Sort::Default => &["c.is_default", "c.name_key", "c.id"],
            Sort::Field(_) => &["json_extract(c.field_values, ?) COLLATE NOCASE", "c.name_key", "c.id"],
        }
    }

    /// The path of a field in the values: its id as one quoted step, so that a dot in it is a dot. An id with a quote
    /// in it is no field's, and its path leads nowhere.
    pub(crate) fn path(&self) -> Option<String> {
        match self {
            Sort::Field(id) if id.contains(['"', '\\', '\0']) => Some("$.\"\"".into()),
            Sort::Field(id) => Some(format!("$.\"{id}\"")),
            _ => None,
        }
    }
}
