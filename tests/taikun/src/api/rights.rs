//! Who may do what: the documentation's matrix of roles, enforced per organization.

use credenza_model::KindId;

use crate::http::{Asked, Refusal};
use crate::shape::{Adds, Shape};
use crate::world::{Person, Scope, Stored};

/// Which rows of a kind a person sees. Members see none, and billing is for Partners.
pub(super) fn scope(person: &Person, kind: KindId, organization: Option<i32>) -> Result<Scope, Refusal> {
    if person.is_partner() {
        return Ok(Scope::Account(person.account));
    }
    let managed = person.managed();
    let foreign = organization.is_some_and(|organization| !managed.contains(&organization));
    if kind == KindId::Billing || managed.is_empty() || foreign {
        return Err(Refusal::forbidden());
    }
    Ok(Scope::Organizations(person.account, managed))
}

/// Whether a person works with credentials at all.
pub(super) fn works(person: &Person) -> Result<(), Refusal> {
    if person.is_partner() || !person.managed().is_empty() { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// A row that a person may change.
pub(super) fn reach(person: &Person, what: &str, id: i32, row: Option<Stored>) -> Result<Stored, Refusal> {
    works(person)?;
    let row = row.filter(|row| row.account == person.account).ok_or_else(|| Refusal::missing(what, id))?;
    let allowed = match row.kind {
        KindId::Billing => person.is_partner(),
        _ => row.organization.is_none_or(|organization| person.manages(organization)),
    };
    if allowed { Ok(row) } else { Err(Refusal::forbidden()) }
}

/// The organization that a new row goes into: the one that is asked for, or else the person's own.
pub(super) fn place(asked: &Asked, person: &Person, shape: &Shape, organization: Option<i32>) -> Result<i32, Refusal> {
    works(person)?;
    if shape.adds == Adds::Partners && !person.is_partner() {
        return Err(Refusal::forbidden());
    }
    let of_account: Vec<i32> = asked
        .world
        .organizations()
        .into_iter()
        .filter(|organization| organization.account == person.account)
        .map(|organization| organization.id)
        .collect();
    let own = || person.managed().first().or(of_account.first()).copied();
    let organization = organization.or_else(own).filter(|organization| of_account.contains(organization));
    let organization = organization.ok_or_else(|| Refusal::bad("Please specify an existing organization"))?;
    if person.manages(organization) { Ok(organization) } else { Err(Refusal::forbidden()) }
}
