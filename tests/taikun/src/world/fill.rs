//! Rows by the thousand.

use credenza_model::KindId;
use rusqlite::params;

use super::{Author, World};
use crate::shape::Shape;

impl World {
    /// Makes so many rows at once, named `{kind}-00001` and on, with the fields of the kind's sample.
    pub fn fill(&self, kind: KindId, organization: i32, count: u32) {
        let shape = Shape::of(kind);
        let account = self.account_of(organization);
        let author = Author::somebody_else().as_object().to_string();
        let mut sample = crate::seed::fields(kind);
        sample.insert(shape.name.into(), "@name@".into());
        let template = serde_json::Value::Object(sample).to_string();
        let (now, mut database) = (self.now(), self.database());
        let transaction = database.transaction().expect("rows are written");
        let mut id: i32 = transaction
            .query_row(
                "INSERT INTO spaces VALUES (?1, 0) ON CONFLICT (space) DO UPDATE SET last = last RETURNING last",
                [shape.space()],
                |row| row.get(0),
            )
            .expect("rows are counted");
        {
            let mut insert = transaction
                .prepare(
                    "INSERT INTO rows (kind, id, account, organization, name, given, created_at, created_by, modified_at,
                     modified_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?8)",
                )
                .expect("rows are written");
            for _ in 0..count {
                id += 1;
                let name = format!("{}-{id:05}", kind.as_str());
                let given = template.replace("@name@", &name);
                insert
                    .execute(params![kind.as_str(), id, account, organization, name, given, now, author])
                    .expect("a row is written");
            }
        }
        transaction
            .execute("UPDATE spaces SET last = ?2 WHERE space = ?1", params![shape.space(), id])
            .and_then(|_| transaction.commit())
            .expect("rows are written");
        drop(database);
        self.tell(format!("{{\"type\":\"credential\",\"kind\":\"{}\"}}", kind.as_str()));
    }
}
