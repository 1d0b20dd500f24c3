//! One call that tells what can go into a field: what it is sent, and what of its answer is the value.

use crate::check::Picked;

/// How a call is sent.
pub(crate) enum How {
    /// Without anything.
    Get,
    /// With JSON.
    Json,
    /// With a file, by its name there, out of a secret field, and with parts.
    Form(&'static str, &'static str),
}

/// Where the suggestions for one field come from.
pub(crate) struct Source {
    /// The field.
    pub(crate) field: &'static str,
    pub(crate) path: &'static str,
    pub how: How,
    /// What it is sent: wire names and the fields whose values they take.
    pub picked: Picked,
    /// The same as the older generation calls it, where that is otherwise.
    pub(crate) older: Picked,
    /// Whether it takes the number of a row, whose secrets the account has.
    pub takes_row: bool,
    /// Whether it wants the id of OpenStack's project, which is looked up first.
    wants_project: bool,
    /// The property that is the value; a list of texts has none.
    pub value: &'static str,
    /// The properties that are shown beside it.
    pub label: &'static [&'static str],
}

impl Source {
    pub(super) const fn json(field: &'static str, path: &'static str, picked: Picked) -> Self {
        Self {
            field,
            path,
            how: How::Json,
            picked,
            older: &[],
            takes_row: false,
            wants_project: false,
            value: "name",
            label: &[],
        }
    }

    /// With the key file of Google Cloud.
    pub(super) const fn gcp(field: &'static str, path: &'static str, picked: Picked) -> Self {
        let mut source = Self::json(field, path, picked);
        source.how = How::Form("config.json", "config");
        source
    }

    /// With the kubeconfig of OpenShift.
    pub(super) const fn openshift(field: &'static str, path: &'static str, picked: Picked) -> Self {
        let mut source = Self::json(field, path, picked);
        source.how = How::Form("kubeconfig.yaml", "kubeConfig");
        source
    }

    pub(super) const fn get(field: &'static str, path: &'static str, picked: Picked) -> Self {
        let mut source = Self::json(field, path, picked);
        source.how = How::Get;
        source
    }

    pub(super) const fn takes_row(mut self) -> Self {
        self.takes_row = true;
        self
    }

    pub(super) const fn older(mut self, picked: Picked) -> Self {
        self.older = picked;
        self
    }

    pub(super) const fn wants_project(mut self) -> Self {
        self.wants_project = true;
        self
    }

    pub(super) const fn gives(mut self, value: &'static str, label: &'static [&'static str]) -> Self {
        self.value = value;
        self.label = label;
        self
    }

    /// Whether it is sent a field's value, or the id that belongs to it.
    pub(crate) fn needs(&self, field: &str) -> bool {
        match field {
            "openStackProject" => self.wants_project,
            _ => self.picked.iter().any(|(_, picked)| *picked == field),
        }
    }
}
