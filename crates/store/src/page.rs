//! Pages: the credentials that a list shows, sorted, filtered, searched and cut in SQL.
//!
//! A page is found in two steps. The first goes through an index and yields the numbers of the rows, so that what is
//! filtered out or skipped is never read; the second reads the few rows that are shown. Lists that no index has in their
//! order are numbered as a whole once and remembered until something is written, so that scrolling sorts and searches
//! once.

use std::sync::Arc;

use credenza_model::{KindId, OrganizationId, Tab, WorkspaceId};
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::plan::{Plan, Statement};
use crate::row::{SELECT, read_row};
use crate::search::Terms;
use crate::{Credential, Reader, Sort, State, StoreError, column};

/// The most rows that one page has.
pub(crate) const MAX_LIMIT: u32 = 1000;
/// Up to so many hits of a search are sorted by themselves; of more, the index is read in its order.
const FEW_HITS: usize = 2000;
/// How far into a list skipping through an index is cheaper than listing all of it once.
const NEAR: u32 = 2000;

/// Which credentials, in which order. Tombstones are in no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Of this workspace.
    pub workspace: WorkspaceId,
    /// Of this tab.
    pub tab: Option<Tab>,
    /// Of these kinds: what the role may see, or the one that was chosen.
    pub kinds: Option<Vec<KindId>>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Not of these: the person has no role there.
    pub closed: Vec<OrganizationId>,
    /// With all these words in them.
    pub search: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// By what they are sorted.
    pub sort: Sort,
    /// Whether the last come first.
    pub descending: bool,
    /// How many at most; never more than 1,000.
    pub limit: u32,
    /// How many to skip.
    pub offset: u32,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// How many rows the whole list has.
    pub total: u32,
    /// The rows of this part.
    pub items: Vec<Row>,
}

/// A credential and what a list shows beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The credential.
    pub credential: Credential,
    /// The name of its organization.
    pub organization_name: String,
}

impl Reader<'_> {
    /// A part of a list.
    pub fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let Some(plan) = self.plan(query)? else {
            return Ok(Page { total: 0, items: Vec::new() });
        };
        let limit = query.limit.min(MAX_LIMIT);
        let terms = query.search.as_deref().and_then(Terms::of);
        if terms.is_none() && plan.is_indexed() && query.offset < NEAR {
            let items = self.rows(&self.numbers(&plan.part(limit, query.offset))?)?;
            return Ok(Page { total: self.total(&plan)?, items });
        }
        let list = self.list(&plan, terms)?;
        let part: Vec<i64> = list.iter().copied().skip(query.offset as usize).take(limit as usize).collect();
        Ok(Page { total: u32::try_from(list.len()).unwrap_or(u32::MAX), items: self.rows(&part)? })
    }

    /// How many credentials there are of each kind; kinds without any are left out.
    pub fn counts(
        &self,
        workspace: WorkspaceId,
        organization: Option<OrganizationId>,
        closed: &[OrganizationId],
    ) -> Result<Vec<(KindId, u32)>, StoreError> {
        let mut select = self.connection.prepare_cached(
            "SELECT kind, count(*) AS number FROM credentials INDEXED BY by_organization
             WHERE deleted_at IS NULL AND workspace = (SELECT seq FROM workspaces WHERE id = ?1)
               AND (?2 IS NULL OR organization = (SELECT seq FROM organizations WHERE id = ?2))
               AND organization NOT IN (SELECT seq FROM organizations WHERE id IN (SELECT value FROM json_each(?3)))
             GROUP BY kind",
        )?;
        let organization = organization.map(|id| id.to_string());
        let rows = select.query_map(params![workspace.to_string(), organization, column::json(&closed)], |row| {
            Ok((column::parsed(row, "kind")?, row.get("number")?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn total(&self, plan: &Plan<'_>) -> Result<u32, StoreError> {
        let count = plan.count();
        self.remembered(
            |memory| &mut memory.counts,
            &(count.clone(), None),
            || Ok(self.numbers(&count)?.first().map_or(0, |total| u32::try_from(*total).unwrap_or(u32::MAX))),
        )
    }

    /// The numbers of all rows of a list, in its order.
    fn list(&self, plan: &Plan<'_>, terms: Option<Terms>) -> Result<Arc<[i64]>, StoreError> {
        let all = plan.all();
        let key = (all, terms);
        self.remembered(
            |memory| &mut memory.lists,
            &key,
            || {
                let Some(terms) = &key.1 else {
                    return Ok(self.numbers(&key.0)?.into());
                };
                let hits = self.hits(terms)?;
                if hits.seqs().len() <= FEW_HITS {
                    return Ok(self.numbers(&plan.among(hits.seqs()))?.into());
                }
                let mut found = self.numbers(&key.0)?;
                found.retain(|seq| hits.has(*seq));
                Ok(found.into())
            },
        )
    }

    /// Runs a statement that yields numbers.
    fn numbers(&self, statement: &Statement) -> Result<Vec<i64>, StoreError> {
        let mut select = self.connection.prepare_cached(&statement.sql)?;
        let rows = select.query_map(params_from_iter(&statement.values), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Reads rows in the order of their numbers given.
    fn rows(&self, seqs: &[i64]) -> Result<Vec<Row>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE c.seq = ?1"))?;
        seqs.iter().map(|seq| Ok(select.query_row([seq], read_row)?)).collect()
    }

    /// How a query is answered; `None` when it can find nothing.
    fn plan<'q>(&self, query: &'q Query) -> Result<Option<Plan<'q>>, StoreError> {
        let Some(workspace) = self.seq_of("workspaces", &query.workspace.to_string())? else {
            return Ok(None);
        };
        let organization = match query.organization {
            None => None,
            Some(id) => match self.seq_of("organizations", &id.to_string())? {
                None => return Ok(None),
                seq => seq,
            },
        };
        let closed = query.closed.iter().filter_map(|id| self.seq_of("organizations", &id.to_string()).transpose());
        let closed = closed.collect::<Result<Vec<_>, _>>()?;
        if organization.is_some_and(|organization| closed.contains(&organization)) {
            return Ok(None);
        }
        Ok(Plan::of(query, workspace, organization, &closed))
    }

    fn seq_of(&self, table: &'static str, id: &str) -> Result<Option<i64>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!("SELECT seq FROM {table} WHERE id = ?1"))?;
        Ok(select.query_row([id], |row| row.get(0)).optional()?)
    }
}
