//! One field of a kind: what it is called, what it takes, and when it is asked for.

use serde::Serialize;

use crate::{FILE_BYTES, TEXT_BYTES, Values};

/// A field, built in a `static` with the functions below.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The wire name; stable for ever, for it keys stored values and secrets. Nested wire fields have dots.
    pub id: &'static str,
    /// The documented label.
    pub label: &'static str,
    /// What it takes.
    pub ty: FieldType,
    /// Whether a complete credential has it (while its condition holds).
    pub required: bool,
    /// Whether its value lives in the keychain.
    pub secret: bool,
    /// The heading it stands under.
    pub group: &'static str,
    /// One sentence of help, or nothing.
    pub help: &'static str,
    /// An example in its form, or nothing.
    pub placeholder: &'static str,
    /// The form its text must have.
    pub shape: Shape,
    /// When it is asked for at all.
    pub shown_when: Option<Condition>,
    /// What the form begins with, as it would be typed.
    pub default: Option<&'static str>,
    /// Whether it can be changed once the account has the credential.
    pub updatable: bool,
    /// Whether it is kept here only, and never sent to the account.
    pub local: bool,
}

/// The types of fields: a closed list, with nothing about layout in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// One line.
    Text,
    /// The content of a text file, kept byte for byte.
    File,
    /// An http or https address with a host and no user or password.
    Url,
    /// `a.b.c.d/n`
    Cidr,
    /// `a.b.c.d`
    Ip,
    /// A whole number within bounds, both inclusive.
    Int(i32, i32),
    /// A switch.
    Bool,
    /// One of these and nothing else.
    Choice(&'static [Choice]),
    /// Text, with these as suggestions: the provider may know more than this program.
    Lookup(&'static [&'static str]),
    /// Several texts.
    List,
}

/// A value and the words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Choice {
    /// What travels.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
}

/// `shown_when`: the one condition a field can carry. Anything richer is a rule of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The deciding field.
    pub field: &'static str,
    /// Its values that show this one; a switch is `true` or `false`, an untouched one is `false`.
    pub values: &'static [&'static str],
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, values: &Values) -> bool {
        let now = match values.get(self.field) {
            Some(crate::Value::Bool(true)) => "true",
            Some(crate::Value::Bool(false)) | None => "false",
            Some(crate::Value::Text(text)) => text,
            Some(_) => "",
        };
        self.values.contains(&now)
    }
}

/// The form a text must have: a check of the text alone, `Err` with a full sentence.
///
/// The sentence never repeats the text.
pub type Shape = fn(&str) -> Result<(), String>;

/// The shape of a field that has none.
fn any(_: &str) -> Result<(), String> {
    Ok(())
}

impl Field {
    const fn new(id: &'static str, label: &'static str, ty: FieldType) -> Self {
        Self {
            id,
            label,
            ty,
            required: false,
            secret: false,
            group: "",
            help: "",
            placeholder: "",
            shape: any,
            shown_when: None,
            default: None,
            updatable: false,
            local: false,
        }
    }

    /// One line of text.
    pub const fn text(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, FieldType::Text)
    }

    /// A web address.
    pub const fn url(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, FieldType::Url).placeholder("https://")
    }

    /// A network: address and prefix length.
    pub const fn cidr(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, FieldType::Cidr).placeholder("10.3.0.0/24")
    }

    /// An IPv4 address.
    pub const fn ip(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, FieldType::Ip)
    }

    /// A whole number, both bounds inclusive.
    pub const fn int(id: &'static str, label: &'static str, min: i32, max: i32) -> Self {
        Self::new(id, label, FieldType::Int(min, max))
    }

    /// A switch.
    pub const fn switch(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, FieldType::Bool)
    }

    /// One of a few.
    pub const fn choice(id: &'static str, label: &'static str, choices: &'static [Choice]) -> Self {
        Self::new(id, label, FieldType::Choice(choices))
    }

    /// Text with suggestions.
    pub const fn lookup(id: &'static str, label: &'static str, suggestions: &'static [&'static str]) -> Self {
        Self::new(id, label, FieldType::Lookup(suggestions))
    }

    /// Several texts.
    pub const fn list(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, FieldType::List)
    }

    /// A secret of one line.
    pub const fn secret(id: &'static str, label: &'static str) -> Self {
        let mut field = Self::new(id, label, FieldType::Text);
        field.secret = true;
        field
    }

    /// A secret that is a whole file.
    pub const fn secret_file(id: &'static str, label: &'static str) -> Self {
        let mut field = Self::new(id, label, FieldType::File);
        field.secret = true;
        field
    }

    /// A complete credential has it.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It can be changed in the account.
    pub const fn updatable(mut self) -> Self {
        self.updatable = true;
        self
    }

    /// It is kept here only.
    pub const fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// The heading it stands under.
    pub const fn group(mut self, group: &'static str) -> Self {
        self.group = group;
        self
    }

    /// One sentence of help.
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// An example in its form.
    pub const fn placeholder(mut self, example: &'static str) -> Self {
        self.placeholder = example;
        self
    }

    /// The form its text must have.
    pub const fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// What the form begins with.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// Asked for only while another field has one of these values.
    pub const fn shown_when(mut self, field: &'static str, values: &'static [&'static str]) -> Self {
        self.shown_when = Some(Condition { field, values });
        self
    }

    /// How many bytes its text (or one entry of its list) may have.
    pub const fn max_bytes(&self) -> usize {
        match self.ty {
            FieldType::File => FILE_BYTES,
            _ => TEXT_BYTES,
        }
    }
}
