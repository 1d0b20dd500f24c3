//! The kinds against the API's own description, where a checkout of it lies beside this one.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::Path;

use credenza_model::{Body, Call, FieldType, KindId, Method};
use serde_json::Value;

fn openapi() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contract/openapi.json");
    let text = std::fs::read(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    Some(serde_json::from_slice(&text?).unwrap())
}

/// The operation at a path, whatever name its parameters have there.
fn operation<'a>(api: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let paths = api["paths"].as_object()?;
    let plain = |path: &str| {
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
    };
    paths.iter().find(|(known, _)| plain(known) == plain(path))?.1.get(method)
}

/// Follows `$ref`, also through the one entry of an `allOf`.
fn resolve<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference.and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => api.pointer(pointer).unwrap(),
        None => schema,
    }
}

fn body<'a>(api: &'a Value, call: &Call) -> &'a Value {
    let method = match call.method {
        Method::Post => "post",
        Method::Put => "put",
    };
    let content = match call.body {
        Body::Json => "application/json",
        Body::Multipart => "multipart/form-data",
    };
    let operation = operation(api, method, call.path).unwrap_or_else(|| panic!("no {method} {}", call.path));
    resolve(api, &operation["requestBody"]["content"][content]["schema"])
}

/// Whether a body takes a field, dotted ids being nested objects.
fn takes(api: &Value, schema: &Value, id: &str) -> bool {
    let (first, rest) = id.split_once('.').map_or((id, None), |(first, rest)| (first, Some(rest)));
    let Some(property) = schema["properties"].get(first) else {
        return false;
    };
    rest.is_none_or(|rest| takes(api, resolve(api, property), rest))
}

#[test]
fn every_path_exists() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        let wire = &id.kind().wire;
        let mut calls = vec![("get", wire.list.to_owned()), ("delete", format!("{}/{{id}}", wire.delete))];
        calls.extend(wire.lock.iter().chain(&wire.default).map(|path| ("post", (*path).to_owned())));
        for (method, path) in calls {
            assert!(operation(&api, method, &path).is_some(), "{id:?}: no {method} {path}");
        }
    }
}

#[test]
fn the_create_call_takes_every_field() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        let schema = body(&api, &id.kind().wire.create);
        for field in id.kind().fields {
            if field.local {
                assert!(!takes(&api, schema, field.id), "{id:?}: {} is on the wire after all", field.id);
                continue;
            }
            assert!(takes(&api, schema, field.id), "{id:?}: create takes no {}", field.id);
            if let Some(block) = field.id.strip_suffix(".ipAddress") {
                assert!(takes(&api, schema, &format!("{block}.netMask")), "{id:?}: no prefix length in {block}");
            }
        }
    }
}

#[test]
fn every_field_of_the_create_call_is_known() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        let kind = id.kind();
        let schema = body(&api, &kind.wire.create);
        for (name, property) in schema["properties"].as_object().unwrap() {
            let nested = resolve(&api, property)["properties"].as_object();
            let names = match nested {
                Some(inner) => inner.keys().map(|inner| format!("{name}.{inner}")).collect(),
                None => vec![name.clone()],
            };
            for name in names.iter().filter(|name| *name != "organizationId" && !name.ends_with(".netMask")) {
                assert!(kind.field(name).is_some(), "{id:?}: create also takes {name}");
            }
        }
    }
}

#[test]
fn choices_are_the_words_of_the_api() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        let schema = body(&api, &id.kind().wire.create);
        for field in id.kind().fields {
            let FieldType::Choice(choices) = field.ty else {
                continue;
            };
            // Continents are free texts there.
            let Some(words) = resolve(&api, &schema["properties"][field.id])["enum"].as_array() else {
                continue;
            };
            let ours: Vec<&str> = choices.iter().map(|choice| choice.value).collect();
            let theirs: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            assert_eq!(ours, theirs, "{id:?}: {}", field.id);
        }
    }
}

#[test]
fn the_update_call_takes_exactly_the_updatable_fields() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        let kind = id.kind();
        let Some(update) = kind.wire.update else {
            continue;
        };
        let schema = body(&api, &update);
        for field in kind.fields {
            // Hypervisors have an update call of their own.
            let own = Call::post(match id {
                KindId::Proxmox => "/api/v1/proxmox/update/hypervisors",
                KindId::Vsphere => "/api/v1/vsphere/update/hypervisors",
                _ => update.path,
            });
            let schema = if field.id == "hypervisors" { body(&api, &own) } else { schema };
            assert_eq!(takes(&api, schema, field.id), field.updatable, "{id:?}: {}", field.id);
        }
    }
}
