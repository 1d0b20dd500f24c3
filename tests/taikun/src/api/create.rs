//! New rows.

use credenza_model::KindId;
use serde_json::{Map, Value, json};

use super::rights;
use crate::http::{Answer, Asked, Refusal, Reply};
use crate::shape::{Shape, Takes, text};
use crate::world::Person;

/// Every create call.
pub(crate) fn create(asked: &Asked, person: &Person) -> Answer {
    let shape = Shape::all()
        .find(|shape| shape.create == asked.path)
        .ok_or_else(|| Refusal::new(404, "There is nothing to make here."))?;
    if asked.form != (shape.kind == KindId::Gcp) {
        return Err(Refusal::new(415, "The media type is not supported."));
    }
    let organization = if shape.kind == KindId::Showback { Takes::Count } else { Takes::Number };
    asked.check_shape(shape, &[("organizationId", organization)])?;
    if shape.kind == KindId::Showback && asked.int("organizationId").is_none() {
        return Err(Refusal::invalid("OrganizationId", "The OrganizationId field is required."));
    }
    let organization = rights::place(asked, person, shape, asked.int("organizationId"))?;
    let given = given(asked, shape)?;
    let name = text(&given, shape.name).unwrap_or_default().to_owned();
    check_name(shape, &name)?;
    check_content(shape, &given)?;
    if asked.world.taken(shape.kind, Some(organization), &name, None)? {
        return Err(taken(asked, &name));
    }
    let place = (person.account, Some(organization));
    let id = asked.world.insert(shape.kind, place, &given, &person.author(), asked.now())?;
    asked.world.count_create(shape.kind, organization, &name)?;
    if shape.kind == KindId::Openshift {
        return Ok(Reply::Empty);
    }
    Ok(Reply::Json(json!({
        "id": id.to_string(), "status": 200, "message": "Created", "isError": false, "result": null,
    })))
}

/// The fields that the API keeps: those that it knows, without nulls; texts of a form as what they stand for.
fn given(asked: &Asked, shape: &Shape) -> Result<Map<String, Value>, Refusal> {
    let mut given = Map::new();
    let known = shape.takes.iter().filter(|(field, _)| shape.knows(field, asked.generation()));
    for (field, takes) in known {
        let Some(value) = asked.body.get(*field).filter(|value| !value.is_null()) else { continue };
        let value = match value.as_str() {
            Some(text) if asked.form => of_text(field, text, *takes)?,
            _ => value.clone(),
        };
        given.insert((*field).into(), value);
    }
    Ok(given)
}

fn of_text(field: &str, text: &str, takes: Takes) -> Result<Value, Refusal> {
    let wrong = || Refusal::invalid(field, format!("The value '{text}' is not valid."));
    Ok(match takes {
        Takes::Flag => json!(text.to_ascii_lowercase().parse::<bool>().map_err(|_| wrong())?),
        Takes::Count | Takes::Number => json!(text.parse::<i32>().map_err(|_| wrong())?),
        Takes::Texts => text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect(),
        Takes::Word(words) if !words.contains(&text) => return Err(wrong()),
        _ => json!(text),
    })
}

/// The rules of names, as far as documentation and clients tell.
pub(super) fn check_name(shape: &Shape, name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    let free = matches!(shape.kind, KindId::Showback | KindId::Ai);
    if name.is_empty() || (!free && !(3..=30).contains(&length)) {
        return Err(Refusal::invalid("Name", "The length of Name must be between 3 and 30 characters."));
    }
    if shape.is_cloud() && !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(Refusal::invalid("Name", "Name may only contain letters, digits and dashes."));
    }
    Ok(())
}

/// The few things without which the API cannot do, and the combinations that exclude each other.
fn check_content(shape: &Shape, given: &Map<String, Value>) -> Result<(), Refusal> {
    let need = |field: &str| match text(given, field) {
        Some(_) => Ok(()),
        None => Err(Refusal::invalid(field, format!("The {field} field is required."))),
    };
    match shape.kind {
        KindId::Aws => {
            need("awsRegion")?;
            if text(given, "roleArn").is_none() {
                need("awsAccessKeyId")?;
                need("awsSecretAccessKey")?;
            }
        }
        KindId::Gcp => {
            need("config")?;
            let import = given.get("importProject").and_then(Value::as_bool).unwrap_or_default();
            let folder = text(given, "folderId").is_some() || text(given, "billingAccountId").is_some();
            if import == folder {
                return Err(Refusal::bad("Give either folder id and billing account id, or import the project"));
            }
        }
        KindId::Zededa => need("apiToken")?,
        _ => shape.secrets.iter().try_for_each(|secret| need(secret))?,
    }
    for block in ["publicNetwork", "privateNetwork"] {
        let mask = given.get(block).and_then(|block| block.get("netMask")).and_then(Value::as_i64);
        if mask.is_some_and(|mask| !(1..=32).contains(&mask)) {
            return Err(Refusal::invalid(block, "Net mask must be between 1 and 32."));
        }
    }
    Ok(())
}

/// The refusal of a name that another row has.
pub(super) fn taken(asked: &Asked, name: &str) -> Refusal {
    Refusal::new(asked.world.options().duplicate_status, format!("{name} already exists"))
}
