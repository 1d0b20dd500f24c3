//! Adding and editing through everything, against writing the same bytes to the same keychain with nothing around it.

use credenza_app::{App, Completeness};
use credenza_model::{CredentialId, Input, KindId, Role};
use keyring_core::api::CredentialStoreApi;
use serde_json::json;

use crate::{median, ratio, shown};

pub(crate) fn run() {
    let store = zbus_secret_service_keyring_store::Store::new().expect("a keychain");
    let dir = tempfile::tempdir().expect("a directory");
    let app = App::open(dir.path()).expect("a data directory");
    app.create_workspace("lab", Role::Partner, &["Acme".into()]).expect("a workspace");
    println!("{:34} {:>11} {:>11} {:>7}", "", "bare write", "Credenza", "ratio");
    for (name, kind) in [("backup: a key of 40 bytes", KindId::Backup), ("gcp: a key file of 2.4 KB", KindId::Gcp)] {
        let kind = kind.kind();
        let secret = kind.secrets().next().expect("a secret").id;
        let value = kind.sample.iter().find(|(field, _)| *field == secret).expect("a sample of it").1;
        let mut number = 0;
        let bare = median(15, || {
            number += 1;
            let entry = store.build("credenza-bench", &format!("{secret}-{number}"), None).expect("an entry");
            entry.set_secret(value.as_bytes()).expect("a bare write");
        });
        let mut number = 0;
        let mut ids: Vec<CredentialId> = Vec::new();
        let add = median(15, || {
            number += 1;
            let mut input: serde_json::Map<_, _> =
                kind.sample.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
            input.insert(kind.name_field.into(), json!(format!("bench-{number}")));
            let input = Input::from_json(json!(input).to_string().as_bytes()).expect("an input");
            ids.push(app.add(kind.id, None, input, false).expect("an add").credential.id.parse().expect("an id"));
        });
        let mut next = ids.iter();
        let edit = median(15, || {
            let change = json!({ secret: format!("{value}\n ") }).to_string();
            let input = Input::from_json(change.as_bytes()).expect("an input");
            app.edit(*next.next().expect("one of the added"), None, input, Completeness::Complete).expect("an edit");
        });
        println!(
            "{name}, add {:>width$} {} {}",
            shown(bare),
            shown(add),
            ratio(add, bare),
            width = 28 - name.len().min(28) + 11
        );
        println!(
            "{name}, edit {:>width$} {} {}",
            shown(bare),
            shown(edit),
            ratio(edit, bare),
            width = 27 - name.len().min(27) + 11
        );
    }
    println!("An add reads back what it wrote and commits twice; an edit also reads the old secret and erases it.");
}
