//! Who is signed in, and which organizations there are.

use serde_json::{Map, Value, json};

use super::list::{envelope, paging};
use super::rights;
use crate::Generation;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::world::{Access, Membership, Person};

/// When everybody joined.
const JOINED: i64 = 1_700_000_000_000_000;

/// `GET users/userinfo`: for people, not for robots, as far as anybody knows.
pub(crate) fn userinfo(asked: &Asked, person: &Person) -> Answer {
    if person.robot {
        return Err(Refusal::forbidden());
    }
    let mut data = json!({
        "id": person.id,
        "username": person.login,
        "email": person.login,
        "displayName": person.name,
        "createdAt": asked.generation().date(JOINED),
        "is2FAEnabled": person.second_factor,
        "isEmailConfirmed": true,
        "isEmailNotificationEnabled": false,
        "isForcedToResetPassword": false,
        "isLocked": false,
        "owner": person.access == Access::AccountOwner,
        "isForcedToEnableTwoFactorAuthentication": person.forced,
    });
    match asked.generation() {
        Generation::Current => current(person, &mut data),
        Generation::Legacy => legacy(asked, person, &mut data),
    }
    Ok(Reply::Json(json!({
        "data": data, "isMaintenanceModeEnabled": asked.world.in_maintenance(), "trialDays": null,
    })))
}

fn current(person: &Person, data: &mut Value) {
    let organizations: Map<String, Value> = person
        .memberships
        .iter()
        .map(|(id, name, role)| (id.to_string(), json!({ "role": role.word(), "organizationName": name })))
        .collect();
    data["role"] = json!(person.access.word());
    data["organizations"] = Value::Object(organizations);
    data["account"] = json!({ "accountId": person.account, "name": person.account_name, "logo": null, "domain": null });
}

fn legacy(asked: &Asked, person: &Person, data: &mut Value) {
    let own = person.memberships.first().cloned();
    let role = match (person.access, &own) {
        (Access::Admin, _) => "Admin",
        (Access::AccountAdmin | Access::AccountOwner, _) => "Partner",
        (Access::None, Some((_, _, Membership::Manager))) => "Manager",
        (Access::None, _) => "User",
    };
    // Everybody has exactly one organization; a Partner's is the account's first.
    let first = || {
        let organizations = asked.world.organizations();
        organizations.into_iter().find(|organization| organization.account == person.account)
    };
    let (id, name) = own
        .map(|(id, name, _)| (id, name))
        .or_else(|| first().map(|organization| (organization.id, organization.name)))
        .unwrap_or_default();
    let more = json!({
        "role": role,
        "organizationId": id,
        "organizationName": name,
        "partner": { "id": person.account, "name": person.account_name, "logo": null, "link": null, "domain": null },
        "isCsm": false,
        "isReadOnly": false,
        "isApprovedByPartner": true,
        "isNewOrganization": false,
        "hasRepo": false,
        "hasCustomerId": false,
        "hasPaymentMethod": false,
        "isEligibleUpdateSubscription": false,
        "lastLoginAt": asked.generation().date(asked.now()),
        "boundProjects": [],
    });
    if let (Value::Object(data), Value::Object(more)) = (data, more) {
        data.extend(more);
    }
}

/// `GET robot/details`
pub(crate) fn robot(asked: &Asked, person: &Person) -> Answer {
    if !person.robot {
        return Err(Refusal::forbidden());
    }
    let organization = person.memberships.first();
    Ok(Reply::Json(json!({
        "userId": person.id,
        "accountId": person.account,
        "accountName": person.account_name,
        "accessKey": person.login,
        "organizationId": organization.map(|(id, _, _)| id),
        "organizationName": organization.map(|(_, name, _)| name),
        "createdBy": { "userId": null, "displayName": "Dana Wild", "accountId": person.account, "isRobot": false },
        "name": person.name,
        "description": null,
        "scopes": ["scope:cloud-credentials:read", "scope:cloud-credentials:write"],
        "ips": [],
        "isActive": true,
        "createdAt": asked.generation().date(JOINED),
        "expiresAt": null,
        "lastUsedAt": asked.generation().date(asked.now()),
    })))
}

/// `GET organizations/list`: all of the account for a Partner, one's own for everybody else.
pub(crate) fn organizations_to_pick(asked: &Asked, person: &Person) -> Answer {
    let search = asked.query("Search").unwrap_or_default().to_lowercase();
    let current = asked.generation() == Generation::Current;
    let organizations: Value = asked
        .world
        .organizations()
        .into_iter()
        .filter(|organization| organization.account == person.account)
        .filter(|organization| {
            person.is_partner() || person.memberships.iter().any(|(id, _, _)| *id == organization.id)
        })
        .filter(|organization| organization.name.to_lowercase().contains(&search))
        .map(|organization| {
            let mut entry =
                json!({ "id": organization.id, "name": organization.name, "isInfra": false, "discountRate": 100.0 });
            if current {
                entry["accountId"] = json!(person.account);
                entry["accountName"] = json!(person.account_name);
            }
            entry
        })
        .collect();
    Ok(Reply::Json(organizations))
}

/// `GET organizations`: for Partners.
pub(crate) fn organizations(asked: &Asked, person: &Person) -> Answer {
    rights::works(person)?;
    if !person.is_partner() {
        return Err(Refusal::forbidden());
    }
    let (limit, offset) = paging(asked)?;
    let (id, search) = (asked.number("Id")?, asked.query("Search").unwrap_or_default().to_lowercase());
    let all: Vec<Value> = asked
        .world
        .organizations()
        .into_iter()
        .filter(|organization| organization.account == person.account)
        .filter(|organization| id.is_none_or(|id| id == organization.id))
        .filter(|organization| organization.name.to_lowercase().contains(&search))
        .map(|organization| {
            json!({
                "id": organization.id,
                "name": organization.name,
                "fullName": organization.name,
                "email": null,
                "projects": 0,
                "servers": 0,
                "cloudCredentials": 0,
                "createdAt": asked.generation().date(JOINED),
                "boundRules": [],
            })
        })
        .collect();
    let total = i64::try_from(all.len()).unwrap_or_default();
    let skip = usize::try_from(offset).unwrap_or_default();
    let page = all.into_iter().skip(skip).take(usize::try_from(limit).unwrap_or_default()).collect();
    let paged = asked.generation() == Generation::Current;
    Ok(Reply::Json(envelope(page, total, limit, offset, paged)))
}
