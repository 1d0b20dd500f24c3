//! Reading and writing rows, for the API and for a test alike.

use credenza_model::KindId;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params, params_from_iter};
use serde_json::{Map, Value, json};

use super::row::COLUMNS;
use super::{Author, Stored, World};
use crate::shape::Shape;

/// Which rows one may see.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// All of an account.
    Account(i32),
    /// Those of some organizations of an account, and what comes with the account itself.
    Organizations(i32, Vec<i32>),
}

/// What a list is asked for.
pub(crate) struct Page<'a> {
    pub(crate) kind: KindId,
    pub(crate) scope: &'a Scope,
    pub(crate) organization: Option<i32>,
    pub(crate) id: Option<i32>,
    pub(crate) search: Option<&'a str>,
    /// Only what Taikun made itself, or only the rest.
    pub(crate) infra: Option<bool>,
    /// An SQL expression, and whether it descends.
    pub(crate) order: (&'a str, bool),
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

impl Page<'_> {
    /// The condition of the page and its parameters.
    fn condition(&self) -> (String, Vec<Sql>) {
        let mut condition = String::from("rows.kind = ? AND rows.account = ?");
        let account = match self.scope {
            Scope::Account(account) | Scope::Organizations(account, _) => *account,
        };
        let mut given: Vec<Sql> = vec![self.kind.as_str().to_owned().into(), account.into()];
        if let Scope::Organizations(_, organizations) = self.scope {
            let marks = vec!["?"; organizations.len()].join(", ");
            condition += &format!(" AND (rows.organization IN ({marks}) OR rows.organization IS NULL)");
            given.extend(organizations.iter().map(|id| Sql::from(*id)));
        }
        if let Some(organization) = self.organization {
            condition += " AND rows.organization = ?";
            given.push(organization.into());
        }
        if let Some(id) = self.id {
            condition += " AND rows.id = ?";
            given.push(id.into());
        }
        if let Some(infra) = self.infra {
            condition += " AND rows.infra = ?";
            given.push(infra.into());
        }
        if let Some(search) = self.search {
            condition +=
                " AND (instr(lower(rows.name), ?) > 0 OR instr(lower(coalesce(organizations.name, '')), ?) > 0)";
            let search = search.to_lowercase();
            given.extend([search.clone().into(), search.into()]);
        }
        (condition, given)
    }
}

impl World {
    /// A page, and how many rows there are over all pages.
    pub(crate) fn page(&self, page: &Page<'_>) -> rusqlite::Result<(Vec<Stored>, i64)> {
        let (condition, given) = page.condition();
        let from = "FROM rows LEFT JOIN organizations ON organizations.id = rows.organization";
        let database = self.database();
        let total = database
            .prepare_cached(&format!("SELECT count(*) {from} WHERE {condition}"))?
            .query_row(params_from_iter(&given), |row| row.get(0))?;
        let (key, descends) = page.order;
        let direction = if descends { "DESC" } else { "ASC" };
        let mut query = database.prepare_cached(&format!(
            "SELECT {COLUMNS} {from} WHERE {condition} ORDER BY {key} {direction}, rows.id {direction} LIMIT {} OFFSET {}",
            page.limit, page.offset
        ))?;
        let rows = query.query_map(params_from_iter(&given), Stored::read)?.collect::<rusqlite::Result<_>>()?;
        Ok((rows, total))
    }

    /// One row, whoever asks.
    pub(crate) fn stored(&self, kind: KindId, id: i32) -> rusqlite::Result<Option<Stored>> {
        self.database()
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM rows LEFT JOIN organizations ON organizations.id = rows.organization
                 WHERE rows.kind = ?1 AND rows.id = ?2"
            ))?
            .query_row(params![kind.as_str(), id], Stored::read)
            .optional()
    }

    /// All rows of a kind, whoever asks.
    pub(crate) fn stored_all(&self, kind: KindId) -> rusqlite::Result<Vec<Stored>> {
        self.database()
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM rows LEFT JOIN organizations ON organizations.id = rows.organization
                 WHERE rows.kind = ?1 ORDER BY rows.id"
            ))?
            .query_map([kind.as_str()], Stored::read)?
            .collect()
    }

    /// The cloud row with this id, of whichever provider.
    pub(crate) fn stored_cloud(&self, id: i32) -> rusqlite::Result<Option<Stored>> {
        for shape in Shape::all().filter(|shape| shape.is_cloud()) {
            if let Some(row) = self.stored(shape.kind, id)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Whether the organization has another row of this kind and name.
    pub(crate) fn taken(
        &self,
        kind: KindId,
        organization: Option<i32>,
        name: &str,
        except: Option<i32>,
    ) -> rusqlite::Result<bool> {
        if !self.options().unique_names {
            return Ok(false);
        }
        self.database()
            .prepare_cached("SELECT 1 FROM rows WHERE kind = ?1 AND organization IS ?2 AND name = ?3 AND id IS NOT ?4")?
            .exists(params![kind.as_str(), organization, name, except])
    }

    /// Makes a row and answers its number.
    pub(crate) fn insert(
        &self,
        kind: KindId,
        place: (i32, Option<i32>),
        given: &Map<String, Value>,
        author: &Author,
        now: i64,
    ) -> rusqlite::Result<i32> {
        let shape = Shape::of(kind);
        let (account, organization) = place;
        let name = given.get(shape.name).and_then(Value::as_str).unwrap_or_default();
        let author = author.as_object().to_string();
        let id = {
            let database = self.database();
            let id: i32 = database
                .prepare_cached(
                    "INSERT INTO spaces VALUES (?1, 1) ON CONFLICT (space) DO UPDATE SET last = last + 1 RETURNING last",
                )?
                .query_row([shape.space()], |row| row.get(0))?;
            database
                .prepare_cached(
                    "INSERT INTO rows (kind, id, account, organization, name, given, created_at, created_by, modified_at,
                     modified_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?8)",
                )?
                .execute(params![
                    kind.as_str(),
                    id,
                    account,
                    organization,
                    name,
                    serde_json::Value::Object(given.clone()).to_string(),
                    now,
                    author
                ])?;
            id
        };
        self.changed(kind, id, organization);
        Ok(id)
    }

    /// Writes down that the API made a row.
    pub(crate) fn count_create(&self, kind: KindId, organization: i32, name: &str) -> rusqlite::Result<()> {
        self.database().prepare_cached("INSERT INTO creates VALUES (?1, ?2, ?3)")?.execute(params![
            kind.as_str(),
            organization,
            name
        ])?;
        Ok(())
    }

    /// Writes a changed row back; whoever changed it has set the dates.
    pub(crate) fn save(&self, row: &Stored) -> rusqlite::Result<()> {
        let name = row.given.get(Shape::of(row.kind).name).and_then(Value::as_str).unwrap_or(&row.name);
        self.database()
            .prepare_cached(
                "UPDATE rows SET organization = ?3, name = ?4, given = ?5, locked = ?6, is_default = ?7, infra = ?8,
                 used_by = ?9, modified_at = ?10, modified_by = ?11 WHERE kind = ?1 AND id = ?2",
            )?
            .execute(params![
                row.kind.as_str(),
                row.id,
                row.organization,
                name,
                Value::Object(row.given.clone()).to_string(),
                row.locked,
                row.default,
                row.infra,
                json!(row.used_by).to_string(),
                row.modified_at,
                row.modified_by.as_object().to_string()
            ])?;
        self.changed(row.kind, row.id, row.organization);
        Ok(())
    }

    /// Makes a row the only default of its kind in its organization. Of the one that was, no date changes.
    pub(crate) fn save_default(&self, row: &Stored) -> rusqlite::Result<()> {
        self.database()
            .prepare_cached("UPDATE rows SET is_default = 0 WHERE kind = ?1 AND organization IS ?2")?
            .execute(params![row.kind.as_str(), row.organization])?;
        self.save(row)
    }

    /// Removes a row; whether there was one.
    pub(crate) fn delete(&self, kind: KindId, id: i32) -> rusqlite::Result<bool> {
        let count = self
            .database()
            .prepare_cached("DELETE FROM rows WHERE kind = ?1 AND id = ?2")?
            .execute(params![kind.as_str(), id])?;
        self.changed(kind, id, None);
        Ok(count == 1)
    }

    /// Tells those who listen to the stream of events.
    fn changed(&self, kind: KindId, id: i32, organization: Option<i32>) {
        self.tell(
            json!({ "type": "credential", "kind": kind.as_str(), "id": id, "organizationId": organization })
                .to_string(),
        );
    }
}
