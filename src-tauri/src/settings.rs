//! The window's preferences: what it looks like and where it stands. Never data, never a secret.
//!
//! They are kept by the store plugin, from here only, in a file of the data directory. The plugin takes a damaged file
//! for an empty one; losing a column's place is no harm.

use std::collections::BTreeMap;
use std::sync::Arc;

use credenza_app::{ErrorCode, ErrorView};
use credenza_model::Tab;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

use crate::desktop::Desktop;

/// The preferences of the page.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct Settings {
    tab: Tab,
    theme: Theme,
    /// The chosen columns by tab or kind.
    columns: BTreeMap<String, Vec<String>>,
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Where the window stood, in logical pixels.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub width: f64,
    pub height: f64,
    pub x: f64,
    pub y: f64,
    pub maximized: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tab: Tab::Cloud, theme: Theme::default(), columns: BTreeMap::new() }
    }
}

/// The preferences, or the first ones.
pub(crate) fn load(handle: &AppHandle, desktop: &Desktop) -> Settings {
    read(handle, desktop, "settings").unwrap_or_default()
}

/// Keeps the preferences. Where nothing can be kept at all, the window says so already and forgets these in silence.
pub(crate) fn save(handle: &AppHandle, desktop: &Desktop, settings: &Settings) -> Result<(), ErrorView> {
    if desktop.app()?.read_only() {
        return Ok(());
    }
    write(handle, desktop, "settings", &json!(settings))
}

/// Where the window stood last.
pub(crate) fn place(handle: &AppHandle, desktop: &Desktop) -> Option<Place> {
    read(handle, desktop, "place")
}

/// Keeps where the window stands.
pub(crate) fn save_place(handle: &AppHandle, desktop: &Desktop, place: Place) -> Result<(), ErrorView> {
    write(handle, desktop, "place", &json!(place))
}

fn read<T: for<'de> Deserialize<'de>>(handle: &AppHandle, desktop: &Desktop, key: &str) -> Option<T> {
    serde_json::from_value(store(handle, desktop)?.get(key)?).ok()
}

fn write(handle: &AppHandle, desktop: &Desktop, key: &str, value: &serde_json::Value) -> Result<(), ErrorView> {
    let unsaved = || ErrorView {
        code: ErrorCode::ReadOnly,
        field: None,
        problems: Vec::new(),
        message: "The preferences could not be kept: the data directory cannot be written.".into(),
    };
    let store = store(handle, desktop).ok_or_else(unsaved)?;
    store.set(key, value.clone());
    store.save().map_err(|_| unsaved())
}

fn store(handle: &AppHandle, desktop: &Desktop) -> Option<Arc<Store<Wry>>> {
    handle.store(desktop.app().ok()?.dir().join("window.json")).ok()
}
