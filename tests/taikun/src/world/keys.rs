//! Access keys: of robots, and of people who exchange theirs for a session.

use rusqlite::{OptionalExtension, params};

use super::{Access, Membership, Person, World};

/// Whose key it is.
pub(crate) enum Key {
    /// A person's, by their row.
    Token(i64),
    /// A robot's, by its row.
    Robot(i64),
}

impl World {
    /// Adds a robot: its key goes with each request. Without an organization it works over the whole account.
    pub fn add_robot(&self, access_key: &str, secret_key: &str, name: &str, organization: Option<i32>) {
        self.database()
            .execute(
                "INSERT INTO keys VALUES (?1, ?2, 1, ?3, ?4, NULL)",
                params![access_key, secret_key, name, organization],
            )
            .expect("a robot is written");
    }

    /// Adds a person's own token, which is exchanged for a session by `mode: "token"`.
    pub fn add_token(&self, access_key: &str, secret_key: &str, email: &str) {
        self.database()
            .execute(
                "INSERT INTO keys SELECT ?1, ?2, account, name, NULL, id FROM people WHERE email = ?3",
                params![access_key, secret_key, email],
            )
            .expect("a token is written");
    }

    /// Whose key this is: a person's token, or else a robot.
    pub(crate) fn by_key(&self, access_key: &str, secret_key: &str) -> rusqlite::Result<Option<Key>> {
        self.database()
            .query_row(
                "SELECT person, rowid FROM keys WHERE access_key = ?1 AND secret_key = ?2",
                params![access_key, secret_key],
                |row| {
                    Ok(match row.get(0)? {
                        Some(person) => Key::Token(person),
                        None => Key::Robot(row.get(1)?),
                    })
                },
            )
            .optional()
    }

    /// A robot by its row.
    pub(crate) fn robot(&self, row: i64) -> rusqlite::Result<Person> {
        self.database().query_row(
            "SELECT keys.access_key, keys.name, keys.account, accounts.name, keys.organization, organizations.name
             FROM keys JOIN accounts ON accounts.id = keys.account
             LEFT JOIN organizations ON organizations.id = keys.organization WHERE keys.rowid = ?1",
            [row],
            |line| {
                let organization: Option<i32> = line.get(4)?;
                let name: Option<String> = line.get(5)?;
                let membership = organization.map(|id| (id, name.unwrap_or_default(), Membership::Manager));
                Ok(Person {
                    id: format!("5a1b7d2e-0000-4000-8000-{row:012}"),
                    login: line.get(0)?,
                    name: line.get(1)?,
                    account: line.get(2)?,
                    account_name: line.get(3)?,
                    access: if organization.is_some() { Access::None } else { Access::AccountAdmin },
                    memberships: membership.into_iter().collect(),
                    second_factor: false,
                    forced: false,
                    robot: true,
                })
            },
        )
    }
}
