//! One stored row, and who wrote it.

use credenza_model::KindId;
use rusqlite::types::Type;
use serde_json::{Map, Value, json};

/// A row as it is kept, secrets included.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) kind: KindId,
    pub(crate) id: i32,
    pub(crate) account: i32,
    pub(crate) organization: Option<i32>,
    pub(crate) organization_name: Option<String>,
    pub(crate) name: String,
    /// The fields of the request that made it, as later ones changed them.
    pub(crate) given: Map<String, Value>,
    pub(crate) locked: bool,
    pub(crate) default: bool,
    /// Made by Taikun itself.
    pub(crate) infra: bool,
    /// Projects or rules.
    pub(crate) used_by: Vec<(i32, String)>,
    pub(crate) created_at: i64,
    pub(crate) created_by: Author,
    pub(crate) modified_at: i64,
    pub(crate) modified_by: Author,
}

/// The columns that [`Stored::read`] takes, in its order.
pub(super) const COLUMNS: &str = "rows.kind, rows.id, rows.account, rows.organization, organizations.name, rows.name, \
    rows.given, rows.locked, rows.is_default, rows.infra, rows.used_by, rows.created_at, rows.created_by, \
    rows.modified_at, rows.modified_by";

impl Stored {
    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(0)?;
        Ok(Self {
            kind: kind.parse().map_err(|()| wrong(0))?,
            id: row.get(1)?,
            account: row.get(2)?,
            organization: row.get(3)?,
            organization_name: row.get(4)?,
            name: row.get(5)?,
            given: serde_json::from_str(&row.get::<_, String>(6)?).map_err(|_| wrong(6))?,
            locked: row.get(7)?,
            default: row.get(8)?,
            infra: row.get(9)?,
            used_by: serde_json::from_str(&row.get::<_, String>(10)?).map_err(|_| wrong(10))?,
            created_at: row.get(11)?,
            created_by: Author::read(&row.get::<_, String>(12)?).ok_or_else(|| wrong(12))?,
            modified_at: row.get(13)?,
            modified_by: Author::read(&row.get::<_, String>(14)?).ok_or_else(|| wrong(14))?,
        })
    }

    /// Everything about it, for assertions.
    pub(super) fn whole(&self) -> Value {
        let mut whole = Value::Object(self.given.clone());
        whole["id"] = json!(self.id);
        whole["organizationId"] = json!(self.organization);
        whole["isLocked"] = json!(self.locked);
        whole["isDefault"] = json!(self.default);
        whole["isInfra"] = json!(self.infra);
        whole["usedBy"] = self.used_by.iter().map(|(_, name)| name.as_str()).collect();
        whole["createdBy"] = json!(self.created_by.name);
        whole["lastModifiedBy"] = json!(self.modified_by.name);
        whole["lastModified"] = json!(self.modified_at);
        whole
    }
}

fn wrong(column: usize) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, "rows".into(), Type::Text)
}

/// Who made or changed a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) account: i32,
    pub(crate) robot: bool,
}

impl Author {
    /// The other person, who changes things while a client looks away.
    pub(crate) fn somebody_else() -> Self {
        Self { id: "7d1f0c5e-51a4-4c8e-9a51-5a9f1c3b0e77".into(), name: "Dana Wild".into(), account: 1, robot: false }
    }

    /// As the current generation shows it.
    pub(crate) fn as_object(&self) -> Value {
        json!({ "userId": self.id, "displayName": self.name, "accountId": self.account, "isRobot": self.robot })
    }

    fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            id: value["userId"].as_str()?.to_owned(),
            name: value["displayName"].as_str()?.to_owned(),
            account: i32::try_from(value["accountId"].as_i64()?).ok()?,
            robot: value["isRobot"].as_bool()?,
        })
    }
}
