//! The two networks of a row, which it tells in one list.

use std::collections::BTreeMap;

use credenza_model::{FieldType, Kind, Value};

use crate::json::{Json, Odd, Properties};

/// Where a kind's networks are told.
pub(crate) struct Networks {
    /// The list.
    pub list: &'static str,
    /// What a network hangs on: the entry's property, and the end of the field's id.
    pub link: (&'static str, &'static str),
}

const BLOCKS: [(&str, bool); 2] = [("publicNetwork.", false), ("privateNetwork.", true)];

impl Networks {
    /// The fields that it tells of.
    pub(crate) fn fields(&self, kind: &'static Kind) -> impl Iterator<Item = &'static str> {
        kind.fields.iter().map(|field| field.id).filter(|id| BLOCKS.iter().any(|(block, _)| id.starts_with(block)))
    }

    /// Reads both networks. One that is not in the list is told to be empty; without the list nothing is told.
    pub(crate) fn read(
        &self,
        kind: &'static Kind,
        row: &mut Properties<'_>,
        values: &mut BTreeMap<String, Option<Value>>,
    ) -> Result<(), Odd> {
        if row.json.told(self.list).is_none() {
            return Ok(());
        }
        let entries = row.list(self.list)?;
        for (block, private) in BLOCKS {
            let entry = entries.iter().find(|entry| is_of(entry, private));
            let mut entry = entry.map(Properties::new);
            for field in kind.fields.iter().filter(|field| field.id.starts_with(block)) {
                let end = field.id.strip_prefix(block).unwrap_or_default();
                let property = if end == self.link.1 { self.link.0 } else { end };
                let value = match &mut entry {
                    None => None,
                    Some(entry) => match field.ty {
                        FieldType::Cidr => network(entry, property)?.map(Value::Text),
                        FieldType::Int(..) => entry.int(property)?.map(Value::Int),
                        _ => entry.text(property)?.map(Value::Text),
                    },
                };
                values.insert(field.id.to_owned(), value);
            }
            row.replaced |= entry.is_some_and(|entry| entry.replaced);
        }
        Ok(())
    }
}

/// Whether it is the public or the private network. Those of virtual load balancers are made by Taikun itself.
fn is_of(entry: &Json, private: bool) -> bool {
    let flag = |name: &str| entry.get(name).and_then(Json::as_bool).unwrap_or_default();
    matches!(entry, Json::Object(_)) && flag("isPrivate") == private && !flag("isVirtualLbNetwork")
}

/// Address and prefix length as one text.
fn network(entry: &mut Properties<'_>, property: &str) -> Result<Option<String>, Odd> {
    let Some(address) = entry.text(property)? else { return Ok(None) };
    if address.contains('/') {
        return Ok(Some(address));
    }
    match entry.int("netMask")? {
        None => Ok(Some(address)),
        Some(length @ 0..=32) => Ok(Some(format!("{address}/{length}"))),
        Some(_) => Err(Odd("netMask is no prefix length".into())),
    }
}
