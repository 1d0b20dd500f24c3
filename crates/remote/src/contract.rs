//! What is sent and read here against the API's own description, where a checkout of it lies beside this one.

use std::path::Path;

use credenza_model::{Body, Input, Kind, KindId, Method, SecretMap, Value as Plain, Values};
use serde_json::{Value, json};

use crate::check::{self, Checker, Picked};
use crate::suggest::source::How;
use crate::suggest::sources;
use crate::{bodies, rows};

fn openapi() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/contract/openapi.json");
    let text = std::fs::read(&path).ok();
    if text.is_none() {
        #[allow(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: {} is not there", path.display());
        }
    }
    Some(serde_json::from_slice(&text?).unwrap())
}

/// Follows `$ref`, also through the one entry of an `allOf`.
fn resolve<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference.and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => api.pointer(pointer).unwrap(),
        None => schema,
    }
}

fn body<'a>(api: &'a Value, method: &str, path: &str, form: bool) -> &'a Value {
    let content = if form { "multipart/form-data" } else { "application/json" };
    let operation = &api["paths"][path][method];
    assert!(operation.is_object(), "no {method} {path}");
    resolve(api, &operation["requestBody"]["content"][content]["schema"])
}

/// What a list's row looks like.
fn dto(api: &Value, kind: KindId) -> &Value {
    let operation = &api["paths"][kind.kind().wire.list]["get"]["responses"]["200"]["content"]["application/json"];
    let page = resolve(api, &operation["schema"]);
    resolve(api, &page["properties"]["data"]["items"])
}

/// Whether a value is of a schema: known properties, right types, known words.
fn assert_fits(api: &Value, schema: &Value, value: &Value, at: &str) {
    let schema = resolve(api, schema);
    match value {
        Value::Object(properties) => {
            for (name, value) in properties {
                let known = schema["properties"].get(name).unwrap_or_else(|| panic!("{at} has no {name}"));
                assert_fits(api, known, value, &format!("{at}.{name}"));
            }
        }
        Value::Array(items) => {
            assert_eq!(schema["type"], "array", "{at}");
            items.iter().for_each(|item| assert_fits(api, &schema["items"], item, at));
        }
        Value::String(word) => {
            assert_eq!(schema["type"], "string", "{at}");
            if let Some(words) = schema["enum"].as_array() {
                assert!(words.contains(value), "{at}: no word {word}");
            }
        }
        Value::Number(_) => assert_eq!(schema["type"], "integer", "{at}"),
        Value::Bool(_) => assert_eq!(schema["type"], "boolean", "{at}"),
        Value::Null => panic!("{at} is null"),
    }
}

/// A kind's sample, and every other field filled with something of its type.
fn filled(kind: &'static Kind) -> (Values, SecretMap) {
    let (mut values, secrets) = sample(kind);
    let typed = values.clone();
    for field in kind.fields.iter().filter(|field| !field.secret && !typed.has(field.id)) {
        use credenza_model::FieldType::*;
        let value = match field.ty {
            Bool => Plain::Bool(true),
            Int(min, _) => Plain::Int(min),
            Choice(choices) => Plain::Text(choices[0].value.into()),
            List => Plain::List(vec!["one".into(), "two:Public".into()]),
            Cidr => Plain::Text("10.0.0.0/8".into()),
            _ => Plain::Text("text".into()),
        };
        values.set(field.id, value);
    }
    (values, secrets)
}

fn sample(kind: &'static Kind) -> (Values, SecretMap) {
    let mut input = Input::default();
    for (field, text) in kind.sample {
        input.set(*field, (*text).to_owned());
    }
    let reading = kind.read(input);
    assert!(reading.refusals.is_empty());
    let mut values = Values::default();
    reading.changes.apply(&mut values);
    (values, reading.secrets)
}

/// The parts of a form by name; the file's head is part of its value.
fn parts(content: &crate::content::Content) -> Vec<(String, String)> {
    let text = String::from_utf8(content.bytes.to_vec()).unwrap();
    let boundary = content.mime.split_once("boundary=").unwrap().1;
    let read = |part: &str| {
        let (head, value) = part.strip_suffix("\r\n")?.split_once("\r\n\r\n")?;
        let name = head.split_once("name=\"")?.1.split('"').next()?;
        let file = head.split_once("Content-Type: ").map(|(_, mime)| format!("{mime} "));
        Some((name.to_owned(), file.unwrap_or_default() + value))
    };
    text.split(&format!("--{boundary}")).filter_map(read).collect()
}

#[test]
fn every_create_call_is_sent_as_described() {
    let api = openapi();
    for id in KindId::ALL {
        let kind = id.kind();
        for (values, secrets) in [sample(kind), filled(kind)] {
            let content = bodies::create(kind, 4711, &values, &secrets);
            let sent = match kind.wire.create.body {
                Body::Json => serde_json::from_slice::<Value>(&content.bytes).unwrap(),
                Body::Multipart => {
                    assert_eq!(*id, KindId::Gcp);
                    let parts = parts(&content);
                    let config = &parts.iter().find(|(name, _)| name == "config").unwrap().1;
                    assert!(config.starts_with("application/json {"), "{config}");
                    let known = api.as_ref().map(|api| body(api, "post", kind.wire.create.path, true));
                    for (name, _) in &parts {
                        assert!(known.is_none_or(|schema| schema["properties"].get(name).is_some()), "{name}");
                    }
                    assert!(parts.contains(&("organizationId".into(), "4711".into())));
                    if values.has("subnets") {
                        assert!(parts.contains(&("subnets".into(), "one,two:Public".into())));
                        assert!(parts.contains(&("importProject".into(), "true".into())));
                    }
                    continue;
                }
            };
            assert_eq!(sent["organizationId"], 4711, "{id:?}");
            if let Some(api) = &api {
                assert_fits(api, body(api, "post", kind.wire.create.path, false), &sent, id.as_str());
            }
            // Nothing that has a value is forgotten.
            for field in kind.fields {
                let there = field.id.split('.').try_fold(&sent, |at, name| at.get(name)).is_some();
                let wanted =
                    (values.has(field.id) || secrets.get(field.id).is_some()) && (*id, field.id) != (KindId::Ai, "url");
                assert_eq!(there, wanted, "{id:?}: {}", field.id);
            }
        }
    }
}

#[test]
fn every_update_call_is_sent_as_described() {
    let api = openapi();
    for id in KindId::ALL {
        let kind = id.kind();
        let Some(call) = kind.wire.update else { continue };
        let (values, secrets) = filled(kind);
        let sent: Value = serde_json::from_slice(&bodies::update(kind, 12, &values, &secrets).bytes).unwrap();
        assert_eq!(sent["id"], 12);
        let method = if call.method == Method::Put { "put" } else { "post" };
        assert_eq!(method == "put", *id == KindId::Backup);
        if let Some(api) = &api {
            let schema = body(api, method, call.path, false);
            assert_fits(api, schema, &sent, id.as_str());
        }
        let there: Vec<&str> =
            sent.as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "id").collect();
        let mut wanted: Vec<&str> = kind
            .fields
            .iter()
            .filter(|field| field.updatable && field.id != "hypervisors")
            .filter(|field| values.has(field.id) || secrets.get(field.id).is_some())
            .map(|field| field.id)
            .collect();
        wanted.sort_unstable();
        assert_eq!(there, wanted, "{id:?}");
    }
}

#[test]
fn quirks_of_bodies() {
    let sent = |id: KindId, field: &str, value: Plain| -> Value {
        let (mut values, secrets) = sample(id.kind());
        values.set(field, value);
        serde_json::from_slice(&bodies::create(id.kind(), 1, &values, &secrets).bytes).unwrap()
    };
    let list = |items: &[&str]| Plain::List(items.iter().map(|item| (*item).to_owned()).collect());
    let aws = sent(KindId::Aws, "subnets", list(&["subnet-1:Public", "subnet-2:Private", "subnet-3"]));
    assert_eq!(
        aws["subnets"],
        json!([
            {"awsSubnetId": "subnet-1", "subnetType": "Public"},
            {"awsSubnetId": "subnet-2", "subnetType": "Private"},
            {"awsSubnetId": "subnet-3", "subnetType": "Private"},
        ])
    );
    let azure = sent(KindId::Azure, "subnets", list(&["inner"]));
    assert_eq!(azure["subnets"], json!([{"subnetName": "inner"}]));
    let proxmox = sent(KindId::Proxmox, "publicNetwork.ipAddress", Plain::Text("10.3.0.0/17".into()));
    assert_eq!(
        proxmox["publicNetwork"],
        json!({"bridge": "vmbr0", "gateway": "10.3.0.1", "ipAddress": "10.3.0.0", "netMask": 17,
            "beginAllocationRange": "10.3.0.10", "endAllocationRange": "10.3.0.200"})
    );
    let zadara = KindId::Zadara.kind();
    let (mut values, secrets) = sample(zadara);
    values.0.remove("azCount");
    let zadara: Value = serde_json::from_slice(&bodies::create(zadara, 1, &values, &secrets).bytes).unwrap();
    assert_eq!(zadara["azCount"], 1);
}

#[test]
fn every_checker_is_asked_as_described() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        match check::checker(*id) {
            Checker::Json(path, picked) => assert_picked(&api, body(&api, "post", path, false), *id, picked, path),
            Checker::Files(files) => {
                for (path, _, field) in files {
                    assert!(body(&api, "post", path, true)["properties"].get("config").is_some(), "{path}");
                    assert!(id.kind().field(field).is_some_and(|field| field.secret), "{id:?}: {field}");
                }
            }
        }
    }
}

#[test]
fn every_suggestion_is_asked_for_as_described() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        for field in sources::fields(*id) {
            let source = sources::of(*id, field).unwrap();
            let (method, form) = match source.how {
                How::Get => ("get", false),
                How::Json => ("post", false),
                How::Form(..) => ("post", true),
            };
            if method == "post" {
                let schema = body(&api, method, source.path, form);
                assert_picked(&api, schema, *id, source.picked, source.path);
                let takes_row = schema["properties"].get("cloudId").is_some();
                assert_eq!(takes_row, source.takes_row, "{}", source.path);
                let project = schema["properties"].get("openStackProjectId").is_some();
                assert_eq!(project, source.needs("openStackProject") && *id == KindId::Openstack, "{}", source.path);
            }
            let answer = &api["paths"][source.path][method]["responses"]["200"]["content"]["application/json"];
            let items = resolve(&api, &resolve(&api, &answer["schema"])["items"]);
            if items["type"] == "object" {
                for name in source.label.iter().chain([&source.value]) {
                    assert!(items["properties"].get(name).is_some(), "{}: no {name}", source.path);
                }
            } else {
                assert_eq!(items["type"], "string", "{}", source.path);
            }
        }
    }
}

fn assert_picked(api: &Value, schema: &Value, id: KindId, picked: Picked, path: &str) {
    for (name, field) in picked {
        assert!(schema["properties"].get(name).is_some(), "{path} takes no {name}");
        assert!(id.kind().field(field).is_some(), "{id:?} has no {field}");
    }
    let (values, secrets) = filled(id.kind());
    let node = crate::content::Node::Object(check::pick(picked, &values, &secrets));
    let sent: Value = serde_json::from_slice(&crate::content::Content::json(&node).bytes).unwrap();
    assert_fits(api, schema, &sent, path);
}

#[test]
fn every_property_that_is_read_is_in_a_row() {
    let Some(api) = openapi() else { return };
    for id in KindId::ALL {
        let row = dto(&api, *id);
        let told = rows::told(*id);
        for (property, field) in told.fields {
            assert!(row["properties"].get(property).is_some(), "{id:?}: no {property}");
            assert!(id.kind().field(field).is_some_and(|field| !field.secret), "{id:?}: no plain field {field}");
        }
        if let Some(networks) = &told.networks {
            let entry = resolve(&api, &row["properties"][networks.list]["items"]);
            let read = ["isPrivate", "isVirtualLbNetwork", "netMask", "ipAddress", "gateway", networks.link.0];
            for property in read {
                assert!(entry["properties"].get(property).is_some(), "{id:?}: no {property}");
            }
        }
        for property in ["id", "isDefault", "isLocked", "organizationId", "organizationName"] {
            let lacks = [(KindId::Showback, "isDefault"), (KindId::Ai, "isLocked")].contains(&(*id, property));
            assert_eq!(row["properties"].get(property).is_none(), lacks, "{id:?}: {property}");
        }
    }
}

#[test]
fn what_is_observed_is_a_plain_field() {
    for id in KindId::ALL {
        let observed = rows::observed(*id);
        assert!(observed.contains(&id.kind().name_field), "{id:?}");
        for field in observed {
            assert!(id.kind().field(field).is_some_and(|field| !field.secret), "{id:?}: {field}");
            assert_eq!(observed.iter().filter(|other| *other == field).count(), 1, "{id:?}: {field} twice");
        }
    }
    assert!(!rows::observed(KindId::Ai).contains(&"url"), "the address is this machine's own");
    assert!(rows::observed(KindId::Zededa).contains(&"privateNetwork.vlanId"));
}
