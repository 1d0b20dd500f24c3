//! A stored row as the lists show it.

use credenza_model::KindId;
use serde_json::{Map, Value, json};

use super::{As, Shape};
use crate::Generation;
use crate::world::Stored;

/// The row with every field that its generation has, and no secret but the one that the API gives back.
pub(crate) fn shown(stored: &Stored, generation: Generation) -> Value {
    let shape = Shape::of(stored.kind);
    let mut row = Map::new();
    row.insert("id".into(), json!(stored.id));
    row.insert(shape.name.into(), json!(stored.name));
    row.insert("organizationId".into(), json!(stored.organization));
    row.insert("organizationName".into(), json!(stored.organization_name));
    for (name, field, how) in shape.shows {
        row.insert((*name).into(), show(stored.given.get(*field), *how));
    }
    (shape.extra)(&stored.given, &mut row);
    common(stored, generation, &mut row);
    for field in shape.newer {
        if generation == Generation::Legacy {
            row.remove(*field);
        }
    }
    Value::Object(row)
}

fn show(given: Option<&Value>, how: As) -> Value {
    let filled = given.filter(|value| !value.is_null() && value.as_str() != Some(""));
    let names = || filled.and_then(Value::as_array).cloned().unwrap_or_default();
    match how {
        As::Text => filled.cloned().unwrap_or_else(|| json!("")),
        As::Maybe | As::MaybeNumber => filled.cloned().unwrap_or(Value::Null),
        As::Flag => filled.cloned().unwrap_or(Value::Bool(false)),
        As::Word(word) => filled.cloned().unwrap_or_else(|| json!(word)),
        As::Number(number) => filled.cloned().unwrap_or_else(|| json!(number)),
        As::Named => names().iter().zip(1..).map(|(name, id)| json!({ "id": id, "name": name })).collect(),
        As::NamedByText => {
            names().iter().zip(10..).map(|(name, id)| json!({ "id": format!("host-{id}"), "name": name })).collect()
        }
    }
}

/// What the rows of most kinds have; each lacks something.
fn common(stored: &Stored, generation: Generation, row: &mut Map<String, Value>) {
    let kind = stored.kind;
    let cloud = Shape::of(kind).is_cloud();
    if kind != KindId::Ai {
        row.insert("isLocked".into(), json!(stored.locked));
    }
    if kind != KindId::Showback {
        row.insert("isDefault".into(), json!(stored.default));
    }
    let used = |id: &str, name: &str| -> Value {
        stored.used_by.iter().map(|(number, word)| json!({ id: number, name: word })).collect()
    };
    match kind {
        KindId::Billing => row.insert("rules".into(), used("prometheusRuleId", "prometheusRuleName")),
        KindId::Showback => row.insert("rules".into(), used("id", "name")),
        _ => row.insert("projects".into(), used("id", "name")),
    };
    if cloud && kind != KindId::Gcp {
        row.insert("projectCount".into(), json!(stored.used_by.len()));
    }
    if matches!(kind, KindId::Openstack | KindId::Backup) {
        row.insert("isInfra".into(), json!(stored.infra));
    }
    audit(stored, generation, row);
}

fn audit(stored: &Stored, generation: Generation, row: &mut Map<String, Value>) {
    let kind = stored.kind;
    if kind == KindId::Ai {
        return;
    }
    if kind != KindId::Billing {
        row.insert("createdAt".into(), json!(generation.date(stored.created_at)));
    }
    if generation == Generation::Legacy && kind == KindId::Gcp {
        return;
    }
    let object = generation == Generation::Current && !matches!(kind, KindId::Billing | KindId::Showback);
    let person = |author: &crate::world::Author| if object { author.as_object() } else { json!(author.name) };
    row.insert("createdBy".into(), person(&stored.created_by));
    row.insert("lastModified".into(), json!(generation.date(stored.modified_at)));
    row.insert("lastModifiedBy".into(), person(&stored.modified_by));
}

/// Two network blocks of a request as the one list of a row. `link` is the interface's name in the row and in the request.
pub(crate) fn network_rows(
    given: &Map<String, Value>,
    row: &mut Map<String, Value>,
    list: &str,
    link: (&str, &str),
    tagged: bool,
) {
    let blocks = [("publicNetwork", false), ("privateNetwork", true)];
    let networks = blocks.into_iter().filter_map(|(block, private)| {
        let block = given.get(block)?.as_object()?;
        let part = |field: &str| block.get(field).filter(|value| !value.is_null()).cloned();
        let text = |field: &str| part(field).unwrap_or_else(|| json!(""));
        let mut network = json!({
            "gateway": text("gateway"),
            "ipAddress": text("ipAddress"),
            "netMask": part("netMask").unwrap_or_else(|| json!(0)),
            "beginAllocationRange": text("beginAllocationRange"),
            "endAllocationRange": text("endAllocationRange"),
            "isPrivate": private,
            "isVirtualLbNetwork": false,
        });
        network[link.0] = part(link.1).unwrap_or(Value::Null);
        if tagged {
            network["vlanId"] = part("vlanId").unwrap_or(Value::Null);
        }
        Some(network)
    });
    let networks: Value = networks.collect();
    row.insert(list.into(), networks);
}

/// What to sort a list by, as an SQL expression, for a property of its rows.
pub(crate) fn sort_key(shape: &Shape, property: &str) -> Option<String> {
    let column = match property {
        "id" => "rows.id",
        "organizationId" => "rows.organization",
        "organizationName" => "organizations.name COLLATE NOCASE",
        "isLocked" => "rows.locked",
        "isDefault" => "rows.is_default",
        "createdAt" => "rows.created_at",
        "lastModified" => "rows.modified_at",
        "createdBy" => "rows.created_by",
        "lastModifiedBy" => "rows.modified_by",
        name if name == shape.name => "rows.name COLLATE NOCASE",
        _ => {
            let (_, field, _) = shape.shows.iter().find(|(name, _, _)| *name == property)?;
            return Some(format!("json_extract(rows.given, '$.{field}')"));
        }
    };
    Some(column.into())
}
