//! What is done to a row: changed, locked, made the default, deleted.

use credenza_model::KindId;
use serde_json::{Value, json};

use super::create::{check_name, taken};
use super::rights;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::shape::{Shape, Takes};
use crate::world::{Person, Stored};

/// Kinds that share the paths of lock, default and delete.
pub(crate) struct Family {
    pub(crate) base: &'static str,
    /// `None`: all clouds.
    kind: Option<KindId>,
    pub(crate) locks: bool,
    pub(crate) defaults: bool,
    /// What the API calls a row.
    what: &'static str,
}

/// All of them.
pub(crate) static FAMILIES: [Family; 5] = [
    Family { base: "/api/v1/cloudcredentials", kind: None, locks: true, defaults: true, what: "CloudCredential" },
    Family {
        base: "/api/v1/s3credentials",
        kind: Some(KindId::Backup),
        locks: true,
        defaults: true,
        what: "BackupCredential",
    },
    Family {
        base: "/api/v1/opscredentials",
        kind: Some(KindId::Billing),
        locks: true,
        defaults: true,
        what: "OperationCredential",
    },
    Family {
        base: "/showback/v1/showbackcredentials",
        kind: Some(KindId::Showback),
        locks: true,
        defaults: false,
        what: "ShowbackCredential",
    },
    Family {
        base: "/api/v1/ai-credential",
        kind: Some(KindId::Ai),
        locks: false,
        defaults: false,
        what: "AiCredential",
    },
];

/// The lists that have a call of their own: its path, the kind, the field.
pub(crate) const LISTS: [(&str, KindId, &str); 3] = [
    ("/api/v1/proxmox/update/hypervisors", KindId::Proxmox, "hypervisors"),
    ("/api/v1/vsphere/update/hypervisors", KindId::Vsphere, "hypervisors"),
    ("/api/v1/zededa/update/edge-nodes", KindId::Zededa, "edgeNodes"),
];

/// Every update call.
///
/// No source tells what a field does that is null or left out. Here it leaves what is stored, and so does an empty
/// secret; an empty text that is no secret clears what is stored.
pub(crate) fn update(asked: &Asked, person: &Person) -> Answer {
    let shape = Shape::all()
        .find(|shape| shape.update.0 == asked.path)
        .ok_or_else(|| Refusal::new(404, "There is nothing to change here."))?;
    let fields = shape.update.1.iter().filter(|field| shape.knows(field, asked.generation()));
    let mut known = vec![("id", Takes::Count)];
    known.extend(fields.clone().map(|field| (*field, Takes::Text)));
    asked.check_fields(&known)?;
    let mut row = wanted(asked, person, shape.kind)?;
    refuse_fixed(&row)?;
    if let Some(name) = asked.body.get(shape.name).and_then(Value::as_str) {
        check_name(shape, name)?;
        if asked.world.taken(shape.kind, row.organization, name, Some(row.id))? {
            return Err(taken(asked, name));
        }
    }
    for field in fields {
        let Some(value) = asked.body.get(*field).filter(|value| !value.is_null()) else { continue };
        if value.as_str() != Some("") || !shape.secrets.contains(field) {
            row.given.insert((*field).into(), value.clone());
        }
    }
    touch(asked, person, &mut row);
    asked.world.save(&row)?;
    Ok(Reply::Empty)
}

/// Every update of a list.
pub(crate) fn update_list(asked: &Asked, person: &Person) -> Answer {
    let (_, kind, field) = LISTS
        .into_iter()
        .find(|(path, _, _)| *path == asked.path)
        .ok_or_else(|| Refusal::new(404, "There is no such list."))?;
    asked.check_fields(&[("id", Takes::Count), (field, Takes::Texts)])?;
    let mut row = wanted(asked, person, kind)?;
    refuse_fixed(&row)?;
    let items = asked.body.get(field).filter(|items| !items.is_null()).cloned();
    row.given.insert(field.into(), items.unwrap_or_else(|| json!([])));
    touch(asked, person, &mut row);
    asked.world.save(&row)?;
    Ok(Reply::Empty)
}

/// Every `lockmanager`. What is so already is refused.
pub(crate) fn lock(asked: &Asked, person: &Person) -> Answer {
    asked.check_fields(&[("id", Takes::Count), ("mode", Takes::Text)])?;
    let mut row = member(asked, person, asked.int("id").unwrap_or_default())?;
    let locked = match asked.text("mode") {
        Some("lock") => true,
        Some("unlock") => false,
        _ => return Err(Refusal::bad("Mode must be lock or unlock")),
    };
    if row.locked == locked {
        let word = if locked { "locked" } else { "unlocked" };
        return Err(Refusal::bad(format!("Credential {} is already {word}", row.name)));
    }
    row.locked = locked;
    touch(asked, person, &mut row);
    asked.world.save(&row)?;
    Ok(Reply::Empty)
}

/// Every `makedefault`: one row of a kind in an organization, for clouds one of a provider.
pub(crate) fn make_default(asked: &Asked, person: &Person) -> Answer {
    asked.check_fields(&[("id", Takes::Count)])?;
    let mut row = member(asked, person, asked.int("id").unwrap_or_default())?;
    row.default = true;
    touch(asked, person, &mut row);
    asked.world.save_default(&row)?;
    Ok(Reply::Empty)
}

/// Every delete: only what is unlocked and unused, and nothing of Taikun's own.
pub(crate) fn delete(asked: &Asked, person: &Person) -> Answer {
    let row = member(asked, person, asked.path_number("id")?)?;
    refuse_fixed(&row)?;
    if !row.used_by.is_empty() {
        let users: Vec<&str> = row.used_by.iter().map(|(_, name)| name.as_str()).collect();
        return Err(Refusal::bad(format!("Credential {} is used by: {}", row.name, users.join(", "))));
    }
    asked.world.delete(row.kind, row.id)?;
    Ok(Reply::Empty)
}

/// The update of imported clusters, of which there are none here: a 200 that means no.
pub(crate) fn generic(asked: &Asked, person: &Person) -> Answer {
    asked.check_fields(&[("id", Takes::Count), ("name", Takes::Text)])?;
    rights::works(person)?;
    let message = format!("Entity \"CloudCredential\" ({}) was not found.", asked.int("id").unwrap_or_default());
    Ok(Reply::Json(json!({
        "isSuccess": false,
        "errorMessage": message,
        "problemDetails": { "title": "Not Found", "status": 404, "detail": message },
        "httpError": "NotFound",
        "redirectUrl": "",
    })))
}

/// The row of this kind that the body names.
fn wanted(asked: &Asked, person: &Person, kind: KindId) -> Result<Stored, Refusal> {
    let id = asked.int("id").unwrap_or_default();
    rights::reach(person, "Credential", id, asked.world.stored(kind, id)?)
}

/// The row of the family that the path names.
fn member(asked: &Asked, person: &Person, id: i32) -> Result<Stored, Refusal> {
    let family = FAMILIES.iter().find(|family| {
        let rest = asked.path.strip_prefix(family.base);
        rest.is_some_and(|rest| rest.starts_with('/'))
    });
    let family = family.ok_or_else(|| Refusal::new(404, "There is nothing at this address."))?;
    if family.kind == Some(KindId::Billing) && !person.is_partner() {
        return Err(Refusal::forbidden());
    }
    let row = match family.kind {
        Some(kind) => asked.world.stored(kind, id)?,
        None => asked.world.stored_cloud(id)?,
    };
    rights::reach(person, family.what, id, row)
}

/// Rows that are locked, and those of Taikun itself, stay as they are.
fn refuse_fixed(row: &Stored) -> Result<(), Refusal> {
    if row.locked {
        return Err(Refusal::bad(format!("Credential {} is locked", row.name)));
    }
    if row.infra || row.given.contains_key("builtIn") {
        return Err(Refusal::bad(format!("Credential {} belongs to Taikun", row.name)));
    }
    Ok(())
}

fn touch(asked: &Asked, person: &Person, row: &mut Stored) {
    row.modified_at = asked.now();
    row.modified_by = person.author();
}
