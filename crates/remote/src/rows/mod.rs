//! From a row of a list to a credential in this program's terms.

mod cloud;
mod networks;
mod tabs;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use credenza_model::{Changes, FieldType, KindId, LIST_ITEMS, Value};

use crate::json::{Json, Odd, Properties};
use crate::{Person, Row};

use networks::Networks;

/// What a row of a kind tells of its fields.
pub(crate) struct Told {
    /// Pairs of the row's property and the field it is of; the field's type says how it is read.
    pub fields: &'static [(&'static str, &'static str)],
    /// The list of networks, where the kind has one.
    pub networks: Option<Networks>,
}

impl Told {
    const fn new(fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { fields, networks: None }
    }
}

/// The ids of the fields that rows of a kind can tell of. The others are known here alone.
pub fn observed(kind: KindId) -> &'static [&'static str] {
    static OBSERVED: LazyLock<BTreeMap<KindId, Vec<&'static str>>> = LazyLock::new(|| {
        let fields = |kind: KindId| {
            let told = told(kind);
            let networks = told.networks.iter().flat_map(|networks| networks.fields(kind.kind()));
            told.fields.iter().map(|(_, field)| *field).chain(networks).collect()
        };
        KindId::ALL.iter().map(|kind| (*kind, fields(*kind))).collect()
    });
    OBSERVED.get(&kind).map_or(&[], Vec::as_slice)
}

/// The tables of all families.
pub(crate) fn told(kind: KindId) -> &'static Told {
    match kind {
        KindId::Backup | KindId::Billing | KindId::Showback | KindId::Ai => tabs::told(kind),
        _ => cloud::told(kind),
    }
}

/// Reads one row.
///
/// The bool says whether something in it was replaced by U+FFFD.
pub(crate) fn read(kind: KindId, json: &Json) -> Result<(Row, bool), Odd> {
    if !matches!(json, Json::Object(_)) {
        return Err(Odd("it is no object".into()));
    }
    let mut row = Properties::new(json);
    let id = json.id("id").ok_or_else(|| Odd("id is no number of a row".into()))?;
    let name = name(kind, &mut row)?.ok_or_else(|| Odd("it has no name".into()))?;
    let values = values(kind, &name, &mut row)?;
    let organization = row.int("organizationId")?.filter(|id| *id > 0);
    let built_in = row.bool("isInfra")?.unwrap_or_default() || tabs::is_built_in(kind, json);
    let read = Row {
        kind,
        id,
        name,
        organization,
        organization_name: row.text("organizationName")?,
        values,
        locked: row.bool("isLocked")?.unwrap_or_default(),
        default: row.bool("isDefault")?.unwrap_or_default(),
        used_by: used_by(&mut row)?,
        created_at: row.text("createdAt")?,
        created_by: person(&mut row, "createdBy")?,
        modified_at: row.text("lastModified")?,
        modified_by: person(&mut row, "lastModifiedBy")?,
        built_in,
        notes: tabs::notes(kind, &mut row)?,
    };
    Ok((read, row.replaced))
}

/// A row's name. The AI service that comes with Taikun may have none; its type names it.
fn name(kind: KindId, row: &mut Properties<'_>) -> Result<Option<String>, Odd> {
    let name = row.text(kind.kind().name_field)?;
    match kind {
        KindId::Ai if name.is_none() => row.text("type"),
        _ => Ok(name),
    }
}

/// Every field that the row tells of.
fn values(kind: KindId, name: &str, row: &mut Properties<'_>) -> Result<Changes, Odd> {
    let told = told(kind);
    let mut values = BTreeMap::new();
    for (property, id) in told.fields {
        // A later or an earlier server may lack it, and then says nothing of it.
        if row.json.told(property).is_none() {
            continue;
        }
        let Some(field) = kind.kind().field(id) else { continue };
        let value = match field.ty {
            FieldType::Bool => row.bool(property)?.filter(|on| *on).map(Value::Bool),
            FieldType::Int(..) => row.int(property)?.map(Value::Int),
            FieldType::List => Some(row.names(property, "name")?).filter(|names| !names.is_empty()).map(Value::List),
            _ if *property == "continentName" => row.text(property)?.map(continent).map(Value::Text),
            _ => row.text(property)?.map(Value::Text),
        };
        values.insert((*id).to_owned(), value);
    }
    if let Some(networks) = &told.networks {
        networks.read(kind.kind(), row, &mut values)?;
    }
    values.insert(kind.kind().name_field.to_owned(), Some(Value::Text(name.to_owned())));
    Ok(Changes(values))
}

/// The code that the create call takes, from the name that rows tell. An unknown one stays as it is.
fn continent(name: String) -> String {
    match name.to_lowercase().as_str() {
        "europe" | "eu" => "eu".into(),
        "america" | "north america" | "us" => "us".into(),
        "asia" | "as" => "as".into(),
        _ => name,
    }
}

/// The names of the projects or rules that use it. More than a list may have are counted only.
fn used_by(row: &mut Properties<'_>) -> Result<Vec<String>, Odd> {
    let mut names = Vec::new();
    for (list, name, id) in
        [("projects", "name", "id"), ("rules", "name", "id"), ("rules", "prometheusRuleName", "prometheusRuleId")]
    {
        for item in row.list(list)? {
            let named = match (item.get(name), item.get(id)) {
                (Some(Json::Text(text)), _) => row.clean(list, text)?,
                // Rules have one of two names for their name.
                (None, None) if matches!(item, Json::Object(_)) => continue,
                (None, Some(Json::Int(id))) => format!("#{id}"),
                _ => return Err(Odd(format!("{list} holds something other than names"))),
            };
            names.push(named);
        }
    }
    if names.len() > LIST_ITEMS {
        let more = names.len() - LIST_ITEMS + 1;
        names.truncate(LIST_ITEMS - 1);
        names.push(format!("and {more} more"));
    }
    Ok(names)
}

/// Who did it: an object in the later generation, a text in the earlier one and of some kinds to this day.
fn person(row: &mut Properties<'_>, property: &str) -> Result<Option<Person>, Odd> {
    let json = match row.json.get(property) {
        None => return Ok(None),
        Some(Json::Text(_)) => return Ok(row.text(property)?.map(|name| Person { id: None, name })),
        Some(json @ Json::Object(_)) => json,
        Some(_) => return Err(Odd(format!("{property} is no person"))),
    };
    let mut inner = Properties::new(json);
    let (id, name) = (inner.text("userId")?, inner.text("displayName")?);
    row.replaced |= inner.replaced;
    Ok(name.or_else(|| id.clone()).map(|name| Person { id, name }))
}

#[cfg(test)]
mod tests;
