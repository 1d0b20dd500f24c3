//! Each of the fourteen kinds, added through the form, and all of them there after a restart.

use credenza_model::{FieldType, KindId, Tab};
use credenza_tests::webdriver::Window;
use credenza_tests::{Keychain, canary};

use crate::form::{first_start, open_form, save, type_sample};

#[test]
fn every_kind_is_added_through_the_form() {
    let mut window = Window::open(Keychain::Unlocked);
    first_start(&window, "Partner", "Acme");
    let mut secrets = Vec::new();
    for id in KindId::ALL {
        let kind = id.kind();
        let typed: Vec<(&str, String)> = kind
            .secrets()
            .filter(|field| field.ty != FieldType::File && kind.sample.iter().any(|(sample, _)| *sample == field.id))
            .map(|field| (field.id, format!("typed-Canary-{}-7Hq2", field.id)))
            .collect();
        let instead: Vec<(&str, &str)> = typed.iter().map(|(field, value)| (*field, value.as_str())).collect();
        open_form(&window, kind);
        type_sample(&window, *id, &instead);
        save(&window, kind);
        secrets.extend(typed.into_iter().map(|(field, value)| (*id, field, value)));
    }
    window.restart();
    for tab in Tab::ALL {
        window.by_role("tab", tab.label()).click();
        for kind in tab.kinds() {
            let name = kind.sample.iter().find(|(field, _)| *field == kind.name_field).unwrap().1;
            window.by_role("row", name);
        }
    }
    let list = window.session().credenza(&["list", "--json"], "").json();
    assert_eq!(list["total"], KindId::ALL.len());
    for item in list["items"].as_array().unwrap() {
        assert_eq!(item["state"], "ready", "{item}");
        let kind: KindId = item["kind"].as_str().unwrap().parse().unwrap();
        for (field, value) in kind.kind().sample {
            let known = kind.kind().field(field).unwrap();
            if known.secret {
                let expected =
                    secrets.iter().find(|(of, id, _)| *of == kind && id == field).map_or(*value, |(_, _, typed)| typed);
                let id = item["id"].as_str().unwrap();
                let revealed = window.session().credenza(&["reveal", id, field], "").stdout;
                assert_eq!(revealed.trim_end(), expected.trim_end(), "{kind:?} {field}");
            }
        }
    }
    window.quit();
    let canaries: Vec<&str> = secrets.iter().map(|(_, _, value)| value.as_str()).collect();
    assert!(canaries.len() >= 11);
    assert_eq!(canary::scan(&window.session().dirs(), &canaries), [], "found on the disk");
}
