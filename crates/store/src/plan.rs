//! The plan of a page: a query in SQL. Values are bound, never written into a statement.

use credenza_model::{KindId, Tab};
use rusqlite::types::Value;

use crate::order::{Scope, Source};
use crate::{Query, Sort};

/// How a query is answered.
pub(crate) struct Plan<'q> {
    sort: &'q Sort,
    descending: bool,
    scope: Scope,
    workspace: i64,
    organization: Option<i64>,
    /// What is asked for beyond workspace and organization.
    filter: Statement,
}

/// The text of a statement and what its `?` stand for, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl<'q> Plan<'q> {
    /// The plan of a query in the workspace and the organization of these numbers; `None` when the query names no kind
    /// of its tab, and so can find nothing.
    pub(crate) fn of(query: &'q Query, workspace: i64, organization: Option<i64>, closed: &[i64]) -> Option<Self> {
        let (scope, tab, kinds) = narrow(query.tab, query.kinds.as_deref())?;
        let mut filter = Statement::default();
        if let Some(tab) = tab {
            filter.and("c.tab = ?", [text(tab.as_str())]);
        }
        match kinds.as_slice() {
            [] => {}
            [one] => filter.and("c.kind = ?", [text(one.as_str())]),
            several => {
                let marks = vec!["?"; several.len()].join(", ");
                filter.and(&format!("c.kind IN ({marks})"), several.iter().map(|kind| text(kind.as_str())));
            }
        }
        if let Some(state) = query.state {
            filter.and("c.state = ?", [text(state.as_str())]);
        }
        if !closed.is_empty() {
            let marks = vec!["?"; closed.len()].join(", ");
            filter.and(
                &format!("c.organization NOT IN ({marks})"),
                closed.iter().map(|organization| Value::Integer(*organization)),
            );
        }
        Some(Plan { sort: &query.sort, descending: query.descending, scope, workspace, organization, filter })
    }

    /// The numbers of the rows of a part of the list.
    pub(crate) fn part(&self, limit: u32, offset: u32) -> Statement {
        let mut part = self.all();
        part.push(" LIMIT ? OFFSET ?", [limit, offset].map(|number| Value::Integer(number.into())));
        part
    }

    /// The numbers of the rows of the whole list.
    pub(crate) fn all(&self) -> Statement {
        let source = self.sort.source(self.scope, self.organization.is_some());
        let mut all = self.select("c.seq", source);
        self.order(&mut all);
        all
    }

    /// Whether the rows come in their order, so that the first of them cost no more than themselves.
    pub(crate) fn is_indexed(&self) -> bool {
        self.sort.is_indexed(self.scope)
    }

    /// How long the list is.
    pub(crate) fn count(&self) -> Statement {
        self.select("count(*)", Source::Workspace("by_organization"))
    }

    /// The numbers of the rows of the whole list that are among these.
    pub(crate) fn among(&self, seqs: &[i64]) -> Statement {
        let list = seqs.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let mut among = Statement::default();
        among.push(
            "SELECT c.seq FROM json_each(?) j CROSS JOIN credentials c NOT INDEXED ON c.seq = j.value
             JOIN organizations o ON o.seq = c.organization WHERE c.deleted_at IS NULL AND c.workspace = ?",
            [Value::Text(format!("[{list}]")), Value::Integer(self.workspace)],
        );
        if let Some(organization) = self.organization {
            among.push(" AND c.organization = ?", [Value::Integer(organization)]);
        }
        among.push(&self.filter.sql, self.filter.values.iter().cloned());
        self.order(&mut among);
        among
    }

    fn select(&self, what: &str, source: Source) -> Statement {
        let mut select = Statement { sql: format!("SELECT {what} FROM "), values: Vec::new() };
        let workspace = Value::Integer(self.workspace);
        match (source, self.organization) {
            // What follows from the organization is not asked again: this index does not know it.
            (Source::Organization, Some(organization)) => select.push(
                "credentials c INDEXED BY live_organization_name WHERE c.deleted_at IS NULL AND c.organization = ?",
                [Value::Integer(organization)],
            ),
            (Source::Organization | Source::Organizations, _) => select.push(
                "organizations o CROSS JOIN credentials c INDEXED BY live_organization_name
                 ON c.organization = o.seq WHERE c.deleted_at IS NULL AND o.workspace = ?",
                [workspace],
            ),
            (Source::Workspace(index), _) => {
                select.push("credentials c INDEXED BY ", []);
                select.push(index, []);
                select.push(" WHERE c.deleted_at IS NULL AND c.workspace = ?", [workspace]);
            }
            (Source::Table, _) => {
                select.push("credentials c NOT INDEXED WHERE c.deleted_at IS NULL AND c.workspace = ?", [workspace])
            }
        }
        if let (Source::Workspace(_) | Source::Table, Some(organization)) = (source, self.organization) {
            select.push(" AND c.organization = ?", [Value::Integer(organization)]);
        }
        select.push(&self.filter.sql, self.filter.values.iter().cloned());
        select
    }

    fn order(&self, statement: &mut Statement) {
        // The name of one organization puts nothing in order, and its table may not be there.
        let sort = match self.sort {
            Sort::Organization if self.organization.is_some() => &Sort::Name,
            sort => sort,
        };
        let direction = if self.descending { " DESC" } else { "" };
        let keys: Vec<String> = sort.keys().iter().map(|key| format!("{key}{direction}")).collect();
        statement.push(" ORDER BY ", []);
        statement.push(&keys.join(", "), sort.path().map(Value::Text));
    }
}

impl Statement {
    fn push(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(sql);
        self.values.extend(values);
    }

    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.push(condition, values);
    }
}

fn text(word: &str) -> Value {
    Value::Text(word.into())
}

/// What a tab and a choice of kinds come to: the scope, the tab when there is one, the kinds when they are not all of
/// it. `None` when no kind is left.
fn narrow(tab: Option<Tab>, kinds: Option<&[KindId]>) -> Option<(Scope, Option<Tab>, Vec<KindId>)> {
    let chosen: Vec<KindId> = KindId::ALL
        .iter()
        .copied()
        .filter(|kind| tab.is_none_or(|tab| kind.kind().tab == tab))
        .filter(|kind| kinds.is_none_or(|kinds| kinds.contains(kind)))
        .collect();
    let first = chosen.first()?.kind().tab;
    let tab = chosen.iter().all(|kind| kind.kind().tab == first).then_some(first);
    let whole = KindId::ALL.iter().filter(|kind| tab.is_none_or(|tab| kind.kind().tab == tab)).count();
    Some(match (tab, chosen.len()) {
        (Some(_), 1) => (Scope::Kind, tab, chosen),
        (Some(_), some) => (Scope::Tab, tab, if some == whole { Vec::new() } else { chosen }),
        (None, some) => (Scope::Workspace, None, if some == whole { Vec::new() } else { chosen }),
    })
}

#[cfg(test)]
mod tests {
    use credenza_model::WorkspaceId;
    use rusqlite::{Connection, params_from_iter};
    use uuid::Uuid;

    use super::*;
    use crate::{State, migrate};

    #[test]
    fn indexed_orders_are_read_from_their_index() {
        let connection = schema();
        each_query(|query, organization| {
            let closed: &[i64] = if query.descending { &[2, 3] } else { &[] };
            let Some(plan) = Plan::of(query, 1, organization, closed) else {
                return;
            };
            let steps = explain(&connection, &plan.part(100, 0));
            if plan.is_indexed() {
                assert!(!steps.contains("TEMP B-TREE"), "{query:?}: {steps}");
            }
            if !matches!(query.sort, Sort::Field(_)) {
                // No row is read to filter it, to sort it or to skip it.
                assert!(steps.contains("c USING COVERING INDEX"), "{query:?}: {steps}");
                assert!(!steps.contains("SCAN c"), "{query:?}: {steps}");
            }
            let count = explain(&connection, &plan.count());
            assert!(count.contains("SEARCH c USING COVERING INDEX by_organization"), "{query:?}: {count}");
            let among = explain(&connection, &plan.among(&[1, 2]));
            assert!(among.contains("SEARCH c USING INTEGER PRIMARY KEY"), "{query:?}: {among}");
        });
    }

    #[test]
    fn the_default_page_has_its_own_index() {
        let query = Query { tab: Some(Tab::Cloud), ..all() };
        let steps = explain(&schema(), &Plan::of(&query, 1, None, &[]).unwrap().part(100, 0));
        assert_eq!(steps, "SEARCH c USING COVERING INDEX live_tab_name (workspace=? AND tab=?)\n");
    }

    #[test]
    fn kinds_and_tab_come_to_the_least_that_says_the_same() {
        let clouds: Vec<_> = Tab::Cloud.kinds().map(|kind| kind.id).collect();
        let narrowed = |tab, kinds: &[KindId]| narrow(tab, Some(kinds));
        assert_eq!(narrow(None, None), Some((Scope::Workspace, None, vec![])));
        assert_eq!(narrow(Some(Tab::Cloud), None), Some((Scope::Tab, Some(Tab::Cloud), vec![])));
        assert_eq!(narrowed(None, KindId::ALL), Some((Scope::Workspace, None, vec![])));
        assert_eq!(narrowed(None, &clouds), Some((Scope::Tab, Some(Tab::Cloud), vec![])));
        assert_eq!(narrowed(Some(Tab::Cloud), KindId::ALL), Some((Scope::Tab, Some(Tab::Cloud), vec![])));
        let one = Some((Scope::Kind, Some(Tab::Backup), vec![KindId::Backup]));
        assert_eq!(narrowed(None, &[KindId::Backup]), one);
        assert_eq!(narrow(Some(Tab::Backup), None), one);
        assert_eq!(narrowed(Some(Tab::Ai), &clouds), None);
        assert_eq!(narrowed(None, &[]), None);
    }

    fn schema() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::migrate(&mut connection).unwrap();
        connection
    }

    fn all() -> Query {
        Query {
            workspace: WorkspaceId::new(Uuid::nil()),
            tab: None,
            kinds: None,
            closed: Vec::new(),
            organization: None,
            search: None,
            state: None,
            sort: Sort::Name,
            descending: false,
            limit: 100,
            offset: 0,
        }
    }

    fn each_query(check: impl Fn(&Query, Option<i64>)) {
        let sorts = [
            Sort::Name,
            Sort::Organization,
            Sort::Kind,
            Sort::State,
            Sort::Identity,
            Sort::Project,
            Sort::Expiry,
            Sort::Check,
            Sort::Created,
            Sort::Modified,
            Sort::Locked,
            Sort::Default,
            Sort::Field("a.b".into()),
        ];
        let kinds = [None, Some(vec![KindId::Aws]), Some(vec![KindId::Aws, KindId::Gcp, KindId::Backup])];
        for sort in sorts {
            for tab in [None, Some(Tab::Cloud), Some(Tab::Backup)] {
                for kinds in &kinds {
                    for state in [None, Some(State::Draft)] {
                        for descending in [false, true] {
                            for organization in [None, Some(1)] {
                                let (sort, kinds) = (sort.clone(), kinds.clone());
                                check(&Query { sort, tab, kinds, state, descending, ..all() }, organization);
                            }
                        }
                    }
                }
            }
        }
    }

    fn explain(connection: &Connection, statement: &Statement) -> String {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
        let steps = explain.query_map(params_from_iter(&statement.values), |row| row.get::<_, String>("detail"));
        steps.unwrap().map(|step| step.unwrap() + "\n").collect()
    }
}
