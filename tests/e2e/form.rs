//! What a person does again and again: answering the two first questions, typing a credential into the form, choosing a
//! row and one of its actions.

use std::io::Write;
use std::process::Stdio;

use credenza_model::{FieldType, Kind, KindId, Tab};
use credenza_tests::webdriver::Window;

/// Answers the two questions of the first start.
pub(crate) fn first_start(window: &Window, role: &str, organization: &str) {
    window.by_role("radio", role).click();
    window.by_label("Organization name").fill(organization);
    window.by_role("button", "Start").click();
    window.by_role("tab", "Cloud");
}

/// Opens the form of a kind, from wherever the window is.
pub(crate) fn open_form(window: &Window, kind: &Kind) {
    window.by_role("tab", kind.tab.label()).click();
    window.first_by_role("button", "Add credentials").click();
    if kind.tab == Tab::Cloud {
        window.by_role("button", kind.label).click();
    }
    window.by_label("Organization");
}

/// The title of a kind's empty form.
pub(crate) fn form_title(kind: &Kind) -> String {
    format!("New {} credential", kind.label)
}

/// Presses Save and waits until the form is gone.
pub(crate) fn save(window: &Window, kind: &Kind) {
    window.by_role("button", "Save").click();
    window.wait_gone("dialog", &form_title(kind));
}

/// Types the kind's own sample, with some values replaced, field by field in the order of the form.
pub(crate) fn type_sample(window: &Window, id: KindId, instead: &[(&str, &str)]) {
    let kind = id.kind();
    for (field, value) in kind.sample {
        let value = instead.iter().find(|(replaced, _)| replaced == field).map_or(*value, |(_, value)| value);
        type_field(window, kind, field, value);
    }
}

/// Types one field. Labels repeat in the two network blocks, which is why those are looked for under their heading.
pub(crate) fn type_field(window: &Window, kind: &Kind, field: &str, value: &str) {
    let field = kind.field(field).expect("a field of the kind");
    let control = if field.id.contains('.') {
        window.by_role("group", field.group).by_label(field.label)
    } else {
        window.by_label(field.label)
    };
    match field.ty {
        FieldType::Bool => {
            if value == "true" {
                control.click();
            }
        }
        FieldType::Choice(choices) => {
            let choice = choices.iter().find(|choice| choice.value == value).expect("a choice of the field");
            control.choose(choice.label);
        }
        // A file is pasted, as a person does: nobody types a private key.
        FieldType::File => {
            control.click();
            paste(window, value);
        }
        _ => control.fill(value),
    }
}

/// Puts a text on the clipboard and pastes it where the keyboard is.
pub(crate) fn paste(window: &Window, text: &str) {
    let mut command = window.session().command("xclip");
    let mut xclip =
        command.args(["-selection", "clipboard", "-in"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    xclip.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    // It answers for the clipboard from a process of its own, and this one ends when that is ready.
    assert!(xclip.wait().unwrap().success());
    window.press("Control+v");
}

/// What is on the clipboard; nothing when it is empty.
pub(crate) fn clipboard(window: &Window) -> String {
    let mut command = window.session().command("xclip");
    let output = command.args(["-selection", "clipboard", "-out"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits until something on the screen says this, be it a part of a sentence.
pub(crate) fn wait_says(window: &Window, part: &str) {
    window.wait_until(&format!("{part:?} is said"), |window| says(window, part));
}

/// Whether something on the screen says this now.
pub(crate) fn says(window: &Window, part: &str) -> bool {
    window.eval("return document.body.innerText.includes(arguments[0])", vec![part.into()]) == true
}

/// Chooses a row, so that the drawer shows it.
pub(crate) fn choose(window: &Window, name: &str) {
    // A row that has only just come may still be on its way to its place; a person clicks again.
    window.wait_until(&format!("{name} is chosen"), |window| {
        window.by_role("row", name).click();
        let patience = std::time::Duration::from_secs(2);
        let shown = || window.has_role("complementary", name).then_some(());
        credenza_tests::wait_for("the drawer", patience, shown).is_ok()
    });
}

/// Presses a button of the drawer.
pub(crate) fn press_in_drawer(window: &Window, name: &str, button: &str) {
    window.by_role("complementary", name).by_role("button", button).click();
}

/// Adds a credential by the command line and answers with its id.
pub(crate) fn added(window: &Window, id: KindId, name: &str, organization: &str) -> String {
    let kind = id.kind();
    let mut fields: serde_json::Map<_, _> =
        kind.sample.iter().map(|(field, value)| ((*field).to_owned(), serde_json::json!(value))).collect();
    fields.insert(kind.name_field.to_owned(), serde_json::json!(name));
    let input = serde_json::Value::from(fields).to_string();
    let arguments = ["add", id.as_str(), "--organization", organization, "--from", "-", "--json"];
    let run = window.session().credenza(&arguments, &input);
    assert_eq!(run.code, 0, "{run:?}");
    run.json()["id"].as_str().unwrap().to_owned()
}
