//! Lists, a page at a time, and the counts of the tabs. No list reads the keychain.

use credenza_model::{Action, Kind, KindId, Tab};
use credenza_store::{Credential, Query, Sort, State};
use serde::{Deserialize, Serialize};

use crate::view::{CredentialView, credential_view};
use crate::{App, AppError, Here};

/// The most rows of a page.
const MOST: u32 = 1000;

/// What to list.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ListQuery {
    /// Of one tab.
    pub tab: Option<Tab>,
    /// Of one kind.
    pub kind: Option<KindId>,
    /// Of one organization, by name or id (a Partner's right).
    pub organization: Option<String>,
    /// Those in which this is found.
    pub search: Option<String>,
    /// In one state.
    pub state: Option<State>,
    /// By which column: a common one or a plain field's id.
    pub sort: Option<String>,
    /// The greatest first.
    pub descending: bool,
    /// At most so many; 1,000 is the most.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

/// A page, and how many there are in all.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Page {
    /// In all.
    pub total: u32,
    /// This page's.
    pub items: Vec<CredentialView>,
}

/// A tab of the rail.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TabView {
    /// Which.
    pub tab: Tab,
    /// Whether the role may see it.
    pub open: bool,
    /// Why not.
    pub reason: Option<String>,
    /// How many credentials it has.
    pub total: u32,
    /// And of which kinds.
    pub kinds: Vec<KindCount>,
}

/// How many there are of a kind.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KindCount {
    /// Which.
    pub kind: KindId,
    /// How many.
    pub total: u32,
}

impl App {
    /// One page of a list.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for a tab or kind closed to the role or a filter it may not use, [`AppError::Usage`] for
    /// an unknown column.
    pub fn list(&self, query: &ListQuery) -> Result<Page, AppError> {
        let (query, limit) = self.query(query)?;
        let query = Query { limit: limit.min(MOST), ..query };
        let page = self.store.read(|reader| reader.page(&query))?;
        Ok(view(page))
    }

    /// As [`App::list`], without a bound on its length: all of it is of one moment, whatever others write meanwhile.
    ///
    /// # Errors
    /// As [`App::list`].
    pub fn list_all(&self, query: &ListQuery) -> Result<Page, AppError> {
        let (mut query, limit) = self.query(query)?;
        self.store.read(|reader| {
            let mut whole = Page { total: 0, items: Vec::new() };
            loop {
                let have = u32::try_from(whole.items.len()).unwrap_or(u32::MAX);
                query.limit = MOST.min(limit - have);
                let page = view(reader.page(&query)?);
                let read = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
                query.offset = query.offset.saturating_add(read);
                whole.total = page.total;
                whole.items.extend(page.items);
                if read < MOST || have + read >= limit {
                    return Ok(whole);
                }
            }
        })
    }

    /// Goes through all of a list at one moment, without a view of any.
    pub(crate) fn each_listed(&self, query: &ListQuery, mut visit: impl FnMut(&Credential)) -> Result<(), AppError> {
        let (mut query, _) = self.query(&ListQuery { limit: MOST, offset: 0, ..query.clone() })?;
        self.store.read(|reader| {
            loop {
                let page = reader.page(&query)?;
                page.items.iter().for_each(|row| visit(&row.credential));
                let read = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
                query.offset = query.offset.saturating_add(read);
                if read < MOST {
                    return Ok(());
                }
            }
        })
    }

    /// What is asked for, once it is known that it may be.
    fn query(&self, query: &ListQuery) -> Result<(Query, u32), AppError> {
        let here = self.here()?;
        if let Some(reason) = query.tab.and_then(|tab| here.closed(tab)) {
            return Err(AppError::Forbidden(reason));
        }
        if let Some(kind) = query.kind {
            here.require(kind.kind(), Action::See)?;
        }
        let kinds: Vec<KindId> = here
            .visible()
            .filter(|id| query.kind.is_none_or(|kind| kind == *id))
            .filter(|id| query.tab.is_none_or(|tab| tab == id.kind().tab))
            .collect();
        let organization = match &query.organization {
            Some(name) => Some(self.filtered(&here, name, &kinds)?),
            None => None,
        };
        let limit = query.limit;
        let query = Query {
            workspace: here.workspace.id,
            tab: query.tab,
            sort: sort(query.sort.as_deref(), &kinds)?,
            kinds: Some(kinds),
            organization,
            closed: here.closed_organizations(),
            search: query.search.clone().filter(|search| !search.trim().is_empty()),
            state: query.state,
            descending: query.descending,
            limit: query.limit,
            offset: query.offset,
        };
        Ok((query, limit))
    }

    /// The five tabs with their counts, of one organization or of all.
    ///
    /// # Errors
    /// As [`App::list`].
    pub fn tabs(&self, organization: Option<&str>) -> Result<Vec<TabView>, AppError> {
        let here = self.here()?;
        let visible: Vec<KindId> = here.visible().collect();
        let organization = organization.map(|name| self.filtered(&here, name, &visible)).transpose()?;
        let counts =
            self.store.read(|reader| reader.counts(here.workspace.id, organization, &here.closed_organizations()))?;
        let count = |id: KindId| counts.iter().find(|(kind, _)| *kind == id).map_or(0, |(_, total)| *total);
        Ok(Tab::ALL
            .into_iter()
            .map(|tab| {
                let reason = here.closed(tab);
                let kinds: Vec<KindCount> = tab
                    .kinds()
                    .filter(|kind| visible.contains(&kind.id))
                    .map(|kind| KindCount { kind: kind.id, total: count(kind.id) })
                    .collect();
                TabView { tab, open: reason.is_none(), reason, total: kinds.iter().map(|kind| kind.total).sum(), kinds }
            })
            .collect())
    }

    fn filtered(&self, here: &Here, name: &str, kinds: &[KindId]) -> Result<credenza_model::OrganizationId, AppError> {
        // The right is the same in every row of the table that the role sees; any of them answers.
        let kind: &'static Kind = kinds.first().copied().unwrap_or(KindId::Backup).kind();
        here.require(kind, Action::Filter)?;
        Ok(here.organization(Some(name))?.id)
    }
}

fn view(page: credenza_store::Page) -> Page {
    let items = page.items.into_iter().map(|row| credential_view(row.credential, row.organization_name)).collect();
    Page { total: page.total, items }
}

/// The column to sort by: a common one, or a plain field of one of the kinds listed.
fn sort(column: Option<&str>, kinds: &[KindId]) -> Result<Sort, AppError> {
    Ok(match column.unwrap_or("name") {
        "name" => Sort::Name,
        "organization" => Sort::Organization,
        "kind" => Sort::Kind,
        "state" => Sort::State,
        "identity" => Sort::Identity,
        "project" => Sort::Project,
        "expiry" => Sort::Expiry,
        "check" => Sort::Check,
        "createdAt" => Sort::Created,
        "modifiedAt" => Sort::Modified,
        "locked" => Sort::Locked,
        "default" => Sort::Default,
        field => {
            let known = |kind: &KindId| kind.kind().field(field).is_some_and(|field| !field.secret);
            if !kinds.iter().any(known) {
                return Err(AppError::usage(format!(
                    "A list cannot be sorted by {}. `credenza kinds` lists the columns of every kind; name, organization, kind, \
                     state, identity, project, expiry, check, createdAt, modifiedAt, locked and default sort every list.",
                    credenza_model::printable(field)
                )));
            }
            Sort::Field(field.to_owned())
        }
    })
}
