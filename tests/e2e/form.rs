//! What a person does again and again: answering the two first questions, and typing a credential into the form.

use credenza_model::{FieldType, Kind, KindId};
use credenza_tests::webdriver::Window;

/// Answers the two questions of the first start as a Partner.
pub(crate) fn first_start(window: &Window, organization: &str) {
    window.by_role("radio", "Partner").click();
    window.by_label("Organization name").fill(organization);
    window.by_role("button", "Start").click();
    window.by_role("tab", "Cloud");
}

/// Opens the form of a kind, from wherever the window is.
pub(crate) fn open_form(window: &Window, kind: &Kind) {
    window.by_role("tab", kind.tab.label()).click();
    window.first_by_role("button", "Add credentials").click();
    if kind.tab == credenza_model::Tab::Cloud {
        window.by_role("button", kind.label).click();
    }
    window.by_label("Organization");
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
        _ => control.fill(value),
    }
}
