//! Accounts, organizations, and who may do what in them.

use rusqlite::{OptionalExtension, params};

use super::{Author, World};

/// What a person is over the whole account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only what each organization gives them.
    None,
    /// `Partner` of the older generation.
    AccountAdmin,
    /// The one owner, a `Partner` with a flag in the older generation.
    AccountOwner,
    /// Taikun's own staff.
    Admin,
}

impl Access {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::AccountAdmin => "AccountAdmin",
            Self::AccountOwner => "AccountOwner",
            Self::Admin => "Admin",
        }
    }

    fn read(word: &str) -> Self {
        [Self::AccountAdmin, Self::AccountOwner, Self::Admin]
            .into_iter()
            .find(|access| access.word() == word)
            .unwrap_or(Self::None)
    }
}

/// What a person is in one organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// `User` of the older generation: sees nothing of credentials.
    Member,
    /// Works with the organization's credentials.
    Manager,
}

impl Membership {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Manager => "Manager",
        }
    }
}

/// A person to add.
#[derive(Clone, Debug)]
pub struct User {
    /// What they sign in with.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The name of their account; it is made when it does not exist.
    pub account: String,
    /// The name that rows show.
    pub name: String,
    /// What they are over the whole account.
    pub access: Access,
    /// What they are in organizations.
    pub memberships: Vec<(i32, Membership)>,
    /// The code of their authenticator, always the same.
    pub second_factor: Option<String>,
    /// Codes that work once each.
    pub recovery: Vec<String>,
    /// Whether they must set up a second factor before anything else.
    pub forced: bool,
}

impl User {
    /// Somebody of the account `demo` without any right.
    pub fn new(email: &str, password: &str) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
            account: World::ACCOUNT.into(),
            name: email.split('@').next().unwrap_or(email).into(),
            access: Access::None,
            memberships: Vec::new(),
            second_factor: None,
            recovery: Vec::new(),
            forced: false,
        }
    }

    /// A Partner, over all organizations.
    pub fn partner(mut self) -> Self {
        self.access = Access::AccountAdmin;
        self
    }

    /// A Manager of an organization.
    pub fn manager_of(mut self, organization: i32) -> Self {
        self.memberships.push((organization, Membership::Manager));
        self
    }

    /// A Member of an organization.
    pub fn member_of(mut self, organization: i32) -> Self {
        self.memberships.push((organization, Membership::Member));
        self
    }

    /// With a second factor and recovery codes.
    pub fn second_factor(mut self, code: &str, recovery: &[&str]) -> Self {
        self.second_factor = Some(code.into());
        self.recovery = recovery.iter().map(|code| (*code).into()).collect();
        self
    }
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its number.
    pub id: i32,
    /// The number of its account.
    pub account: i32,
    /// Its name.
    pub name: String,
}

/// Who asks: a person or a robot.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// E-mail, or access key.
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) account: i32,
    pub(crate) account_name: String,
    pub(crate) access: Access,
    pub(crate) memberships: Vec<(i32, String, Membership)>,
    pub(crate) second_factor: bool,
    pub(crate) forced: bool,
    pub(crate) robot: bool,
}

impl Person {
    pub(crate) fn is_partner(&self) -> bool {
        self.access != Access::None
    }

    pub(crate) fn manages(&self, organization: i32) -> bool {
        self.is_partner()
            || self.memberships.iter().any(|(id, _, role)| *id == organization && *role == Membership::Manager)
    }

    /// The organizations that they manage, unless they are a Partner.
    pub(crate) fn managed(&self) -> Vec<i32> {
        self.memberships.iter().filter(|(_, _, role)| *role == Membership::Manager).map(|(id, _, _)| *id).collect()
    }

    pub(crate) fn author(&self) -> Author {
        Author { id: self.id.clone(), name: self.name.clone(), account: self.account, robot: self.robot }
    }
}

impl World {
    /// Makes an organization in the account `demo`.
    pub fn add_organization(&self, name: &str) -> i32 {
        self.add_organization_of(World::ACCOUNT, name)
    }

    /// Makes an organization in an account, and the account when it does not exist.
    pub fn add_organization_of(&self, account: &str, name: &str) -> i32 {
        let account = self.account(account);
        let database = self.database();
        database
            .execute("INSERT INTO organizations (account, name) VALUES (?1, ?2)", params![account, name])
            .expect("an organization is written");
        i32::try_from(database.last_insert_rowid()).expect("few organizations")
    }

    /// Every organization of every account.
    pub fn organizations(&self) -> Vec<Organization> {
        let database = self.database();
        let mut query = database
            .prepare("SELECT id, account, name FROM organizations ORDER BY id")
            .expect("organizations are read");
        query
            .query_map([], |row| Ok(Organization { id: row.get(0)?, account: row.get(1)?, name: row.get(2)? }))
            .and_then(Iterator::collect)
            .expect("organizations are read")
    }

    /// Adds a person.
    pub fn add_user(&self, user: User) {
        let account = self.account(&user.account);
        let database = self.database();
        database
            .execute(
                "INSERT INTO people (account, email, password, name, access, second_factor, recovery, forced)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    account,
                    user.email,
                    user.password,
                    user.name,
                    user.access.word(),
                    user.second_factor,
                    user.recovery.join(" "),
                    user.forced
                ],
            )
            .expect("a person is written");
        let person = database.last_insert_rowid();
        for (organization, role) in user.memberships {
            database
                .execute("INSERT INTO members VALUES (?1, ?2, ?3)", params![person, organization, role.word()])
                .expect("a membership is written");
        }
    }

    /// Makes somebody Member or Manager of an organization.
    pub fn set_role(&self, email: &str, organization: i32, role: Membership) {
        self.database()
            .execute(
                "INSERT OR REPLACE INTO members SELECT id, ?2, ?3 FROM people WHERE email = ?1",
                params![email, organization, role.word()],
            )
            .expect("a membership is written");
    }

    /// Takes somebody out of an organization.
    pub fn remove_role(&self, email: &str, organization: i32) {
        self.database()
            .execute(
                "DELETE FROM members WHERE organization = ?2 AND person = (SELECT id FROM people WHERE email = ?1)",
                params![email, organization],
            )
            .expect("a membership is removed");
    }

    /// Changes what somebody is over the whole account.
    pub fn set_access(&self, email: &str, access: Access) {
        self.database()
            .execute("UPDATE people SET access = ?2 WHERE email = ?1", params![email, access.word()])
            .expect("a person is written");
    }

    /// Removes somebody; their sessions are worth nothing from then on.
    pub fn remove_user(&self, email: &str) {
        let database = self.database();
        database
            .execute("DELETE FROM members WHERE person = (SELECT id FROM people WHERE email = ?1)", [email])
            .and_then(|_| database.execute("DELETE FROM people WHERE email = ?1", [email]))
            .expect("a person is removed");
    }

    /// Changes somebody's password.
    pub fn set_password(&self, email: &str, password: &str) {
        self.database()
            .execute("UPDATE people SET password = ?2 WHERE email = ?1", params![email, password])
            .expect("a person is written");
    }

    /// The number of an account, made when it does not exist.
    pub(super) fn account(&self, name: &str) -> i32 {
        let database = self.database();
        database.execute("INSERT OR IGNORE INTO accounts (name) VALUES (?1)", [name]).expect("an account is written");
        database.query_row("SELECT id FROM accounts WHERE name = ?1", [name], |row| row.get(0)).expect("an account")
    }

    /// Who has this e-mail and password.
    pub(crate) fn by_password(&self, email: &str, password: &str) -> rusqlite::Result<Option<i64>> {
        self.database()
            .query_row("SELECT id FROM people WHERE email = ?1 AND password = ?2", params![email, password], |row| {
                row.get(0)
            })
            .optional()
    }

    /// A person by their row.
    pub(crate) fn person(&self, row: i64) -> rusqlite::Result<Person> {
        let database = self.database();
        let mut person = database.query_row(
            "SELECT people.email, people.name, people.account, accounts.name, people.access,
                    people.second_factor IS NOT NULL, people.forced
             FROM people JOIN accounts ON accounts.id = people.account WHERE people.id = ?1",
            [row],
            |line| {
                Ok(Person {
                    id: format!("3f0e9a4c-0000-4000-8000-{row:012}"),
                    login: line.get(0)?,
                    name: line.get(1)?,
                    account: line.get(2)?,
                    account_name: line.get(3)?,
                    access: Access::read(&line.get::<_, String>(4)?),
                    memberships: Vec::new(),
                    second_factor: line.get(5)?,
                    forced: line.get(6)?,
                    robot: false,
                })
            },
        )?;
        let mut members = database.prepare(
            "SELECT organizations.id, organizations.name, members.role FROM members
             JOIN organizations ON organizations.id = members.organization
             WHERE members.person = ?1 ORDER BY organizations.id",
        )?;
        person.memberships = members
            .query_map([row], |line| {
                let manager = line.get::<_, String>(2)? == Membership::Manager.word();
                let role = if manager { Membership::Manager } else { Membership::Member };
                Ok((line.get(0)?, line.get(1)?, role))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(person)
    }

    /// Uses up a recovery code; whether it was one.
    pub(crate) fn use_recovery(&self, person: i64, code: &str) -> rusqlite::Result<bool> {
        let database = self.database();
        let codes: String =
            database.query_row("SELECT recovery FROM people WHERE id = ?1", [person], |row| row.get(0))?;
        if !codes.split(' ').any(|other| other == code && !code.is_empty()) {
            return Ok(false);
        }
        let rest: Vec<&str> = codes.split(' ').filter(|other| *other != code).collect();
        database.execute("UPDATE people SET recovery = ?2 WHERE id = ?1", params![person, rest.join(" ")])?;
        Ok(true)
    }

    /// Whether this is the code of the person's authenticator.
    pub(crate) fn is_code(&self, person: i64, code: &str) -> rusqlite::Result<bool> {
        self.database().query_row(
            "SELECT second_factor IS ?2 FROM people WHERE id = ?1",
            params![person, code],
            |row| row.get(0),
        )
    }
}
