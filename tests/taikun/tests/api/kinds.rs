//! The program's own table of endpoints against this server, which was written without it.

use credenza_model::{Body, KindId, Method};
use credenza_taikun::{Generation, Taikun, sample};
use serde_json::{Value, json};

use crate::client::{Client, Heard, current, legacy};

#[test]
fn every_kind_is_made_found_changed_and_removed_at_the_paths_of_the_program() {
    for generation in [Generation::Current, Generation::Legacy] {
        let (taikun, first, _) = if generation == Generation::Current { current() } else { legacy() };
        for kind in KindId::ALL {
            if generation == Generation::Legacy || !matches!(kind, KindId::Tanzu | KindId::Zededa) {
                life(&taikun, *kind, first);
            }
        }
        assert!(taikun.world().log().iter().all(|logged| logged.unknown.is_empty()));
    }
}

fn life(taikun: &Taikun, kind: KindId, organization: i32) {
    let client = Client::of(taikun, "partner@test");
    let (wire, name) = (kind.kind().wire, kind.kind().name_field);
    let mut fields = sample(kind);
    fields["organizationId"] = json!(organization);
    call(&client, wire.create.method, wire.create.path, wire.create.body, &fields).expect(200);
    let row = client.get(wire.list).expect(200).data().remove(0);
    assert_eq!(row[name], fields[name], "{kind:?}");
    let id = row["id"].clone();
    let number = i32::try_from(id.as_i64().unwrap()).unwrap();
    let stored = taikun.world().row(kind, number).unwrap();
    for (field, value) in fields.as_object().unwrap() {
        assert_eq!(&stored[field], value, "{kind:?}.{field}");
    }
    for secret in kind.kind().secrets().filter(|secret| secret.id != "apiToken") {
        if let Some(text) = fields[secret.id].as_str() {
            let row = row.to_string();
            assert!(!row.contains(&json!(text).to_string()), "{kind:?} shows {}", secret.id);
        }
    }
    if let Some(update) = wire.update {
        let body = json!({ "id": id, name: "another-name" });
        call(&client, update.method, update.path, update.body, &body).expect(200);
        assert_eq!(client.get(wire.list).data()[0][name], json!("another-name"), "{kind:?}");
    }
    if let Some(default) = wire.default {
        client.post(default, &json!({ "id": id })).expect(200);
        assert_eq!(client.get(wire.list).data()[0]["isDefault"], json!(true), "{kind:?}");
    }
    if let Some(lock) = wire.lock {
        client.post(lock, &json!({ "id": id, "mode": "lock" })).expect(200);
        client.delete(&format!("{}/{id}", wire.delete)).expect(400);
        client.post(lock, &json!({ "id": id, "mode": "unlock" })).expect(200);
    }
    client.delete(&format!("{}/{id}", wire.delete)).expect(200);
    assert!(client.get(wire.list).data().is_empty());
}

fn call(client: &Client, method: Method, path: &str, body: Body, fields: &Value) -> Heard {
    match (body, method) {
        (Body::Multipart, _) => client.form(path, fields, "application/json"),
        (Body::Json, Method::Post) => client.post(path, fields),
        (Body::Json, Method::Put) => client.send("PUT", path, Some(fields)).unwrap(),
    }
}
