//! The bodies of create and update calls, from a kind's fields.

use std::borrow::Cow;

use credenza_model::{Body, Field, FieldType, Kind, KindId, Method, Secret, SecretMap, Value, Values};

use crate::content::{Content, Node, Part};

/// The body of the create call: every field that has a value, and the organization. An absent value is left out.
pub(crate) fn create(kind: &'static Kind, organization: i32, values: &Values, secrets: &SecretMap) -> Content {
    let fields = kind.fields.iter().filter(|field| !is_local(kind.id, field));
    match kind.wire.create.body {
        Body::Json => {
            let mut body = object(kind, fields, values, secrets);
            // The server takes its own zero for one that is left out, and there is no cloud with no zone.
            if kind.id == KindId::Zadara && !values.has("azCount") {
                body.push(("azCount", Node::Int(1)));
            }
            body.push(("organizationId", Node::Int(organization.into())));
            Content::json(&Node::Object(body))
        }
        Body::Multipart => form(fields, organization, values, secrets),
    }
}

/// The body of the update call: the row's number and what it takes. Lists have calls of their own.
pub(crate) fn update(kind: &'static Kind, id: i32, values: &Values, secrets: &SecretMap) -> Content {
    let fields = kind.fields.iter().filter(|field| field.updatable && field.ty != FieldType::List);
    let mut body = vec![("id", Node::Int(id.into()))];
    body.extend(object(kind, fields, values, secrets));
    Content::json(&Node::Object(body))
}

/// What is secret in a body.
pub(crate) fn hidden(secrets: &SecretMap) -> Vec<&str> {
    secrets.iter().map(|(_, secret)| secret.expose()).collect()
}

pub(crate) fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
    }
}

/// A field that only this program uses.
fn is_local(kind: KindId, field: &Field) -> bool {
    kind == KindId::Ai && field.id == "url"
}

fn object<'a>(
    kind: &'static Kind,
    fields: impl Iterator<Item = &'static Field>,
    values: &'a Values,
    secrets: &'a SecretMap,
) -> Vec<(&'a str, Node<'a>)> {
    let mut body: Vec<(&str, Node<'_>)> = Vec::new();
    let mut blocks: Vec<(&str, Vec<(&str, Node<'_>)>)> = Vec::new();
    for field in fields {
        let Some(node) = node(kind.id, field, values, secrets) else { continue };
        let (place, name) = match field.id.split_once('.') {
            Some((block, name)) => {
                let at = blocks.iter().position(|(known, _)| *known == block).unwrap_or_else(|| {
                    blocks.push((block, Vec::new()));
                    blocks.len() - 1
                });
                (&mut blocks[at].1, name)
            }
            None => (&mut body, field.id),
        };
        match node {
            // A network is one field here, and an address with a prefix length there.
            Node::Text(text) if field.ty == FieldType::Cidr => {
                let (address, length) = text.split_once('/').unwrap_or((text, ""));
                place.push((name, Node::Text(address)));
                place.extend(length.parse().ok().map(|length| ("netMask", Node::Int(length))));
            }
            node => place.push((name, node)),
        }
    }
    body.extend(blocks.into_iter().map(|(name, fields)| (name, Node::Object(fields))));
    body
}

/// The value of a field as the API takes it.
fn node<'a>(kind: KindId, field: &Field, values: &'a Values, secrets: &'a SecretMap) -> Option<Node<'a>> {
    if field.secret {
        return secrets.expose(field.id).map(Node::Text);
    }
    Some(match values.get(field.id)? {
        Value::Bool(on) => Node::Bool(*on),
        Value::Int(number) => Node::Int((*number).into()),
        Value::Text(text) => Node::Text(text),
        Value::List(items) => Node::List(items.iter().map(|item| entry(kind, field, item)).collect()),
    })
}

/// One entry of a list. Subnets are objects in two of the three kinds that have them.
fn entry<'a>(kind: KindId, field: &Field, item: &'a str) -> Node<'a> {
    match (kind, field.id) {
        (KindId::Aws, "subnets") => {
            // Without a word it is private, as the field's help says: nothing is put on the internet unasked.
            let (id, access) = item.split_once(':').unwrap_or((item, "Private"));
            Node::Object(vec![("awsSubnetId", Node::Text(id)), ("subnetType", Node::Text(access))])
        }
        (KindId::Azure, "subnets") => Node::Object(vec![("subnetName", Node::Text(item))]),
        _ => Node::Text(item),
    }
}

/// The parts of a form. A secret file is a file part, a list is one part joined by commas.
fn form(
    fields: impl Iterator<Item = &'static Field>,
    organization: i32,
    values: &Values,
    secrets: &SecretMap,
) -> Content {
    let organization = organization.to_string();
    let mut parts: Vec<(&str, Option<&str>, Cow<'_, str>)> = Vec::new();
    for field in fields {
        if field.secret {
            let file = (field.ty == FieldType::File).then_some("config.json");
            parts.extend(secrets.get(field.id).map(|secret| (field.id, file, Cow::Borrowed(Secret::expose(secret)))));
            continue;
        }
        let text = match values.get(field.id) {
            None => continue,
            Some(Value::Bool(on)) => Cow::Owned(on.to_string()),
            Some(Value::Int(number)) => Cow::Owned(number.to_string()),
            Some(Value::Text(text)) => Cow::Borrowed(text.as_str()),
            Some(Value::List(items)) => Cow::Owned(items.join(",")),
        };
        parts.push((field.id, None, text));
    }
    parts.push(("organizationId", None, Cow::Borrowed(&organization)));
    let parts: Vec<_> = parts.iter().map(|(name, file, value)| Part { name, file: *file, value }).collect();
    Content::form(&parts)
}
