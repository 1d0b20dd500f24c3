//! The commands: what the page may ask for. Each hands over to one use case.

use credenza_app::{
    App, AppError, Completeness, CredentialView, ErrorView, KeychainView, ListQuery, Page, Saved, TabView,
    WorkspaceView,
};
use credenza_model::{CredentialId, Findings, Input, KindId, Role};
use tauri::{AppHandle, State};

use crate::desktop::Desktop;
use crate::settings::{self, Settings};

type Answer<T> = Result<T, ErrorView>;

/// What the page begins with.
#[derive(serde::Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartView {
    current: Option<WorkspaceView>,
    workspaces: Vec<WorkspaceView>,
    settings: Settings,
    version: String,
    /// Whether nothing can be saved, since the data directory can only be read.
    read_only: bool,
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn start(handle: AppHandle, desktop: State<'_, Desktop>) -> Answer<StartView> {
    if desktop.reopen() {
        crate::after_start(&handle);
    }
    let settings = settings::load(&handle, &desktop);
    desktop
        .call(move |app| {
            let workspaces = app.workspaces()?;
            let current = workspaces.iter().find(|workspace| workspace.current).cloned();
            Ok(StartView {
                current,
                workspaces,
                settings,
                version: env!("CARGO_PKG_VERSION").into(),
                read_only: app.read_only(),
            })
        })
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn keychain(desktop: State<'_, Desktop>) -> Answer<KeychainView> {
    desktop.call(|app| Ok(app.keychain())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_keychain(desktop: State<'_, Desktop>) -> Answer<KeychainView> {
    desktop.call(App::unlock_keychain).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn create_workspace(
    desktop: State<'_, Desktop>,
    name: String,
    role: Role,
    organizations: Vec<String>,
) -> Answer<WorkspaceView> {
    desktop.call(move |app| app.create_workspace(&name, role, &organizations)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn use_workspace(desktop: State<'_, Desktop>, id: String) -> Answer<WorkspaceView> {
    desktop.call(move |app| app.use_workspace(&id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_workspace(desktop: State<'_, Desktop>, id: String, name: String) -> Answer<WorkspaceView> {
    desktop.call(move |app| app.rename_workspace(&id, &name)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn add_organization(desktop: State<'_, Desktop>, name: String) -> Answer<WorkspaceView> {
    desktop.call(move |app| app.add_organization(&name).and_then(|_| app.workspace())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_organization(
    desktop: State<'_, Desktop>,
    id: String,
    name: String,
) -> Answer<WorkspaceView> {
    desktop.call(move |app| app.rename_organization(&id, &name).and_then(|_| app.workspace())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn tabs(desktop: State<'_, Desktop>, organization: Option<String>) -> Answer<Vec<TabView>> {
    desktop.call(move |app| app.tabs(organization.as_deref())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_credentials(desktop: State<'_, Desktop>, query: ListQuery) -> Answer<Page> {
    desktop.call(move |app| app.list(&query)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn show_credential(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.call(move |app| app.show(credential(&id)?)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_input(
    desktop: State<'_, Desktop>,
    kind: KindId,
    organization: Option<String>,
    id: Option<String>,
    input: Input,
) -> Answer<Findings> {
    desktop
        .call(move |app| {
            let id = id.as_deref().map(credential).transpose()?;
            app.check_input(kind, organization.as_deref(), id, input)
        })
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn add_credential(
    desktop: State<'_, Desktop>,
    kind: KindId,
    organization: Option<String>,
    input: Input,
    draft: bool,
) -> Answer<Saved> {
    desktop.call(move |app| app.add(kind, organization.as_deref(), input, draft)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_credential(
    desktop: State<'_, Desktop>,
    id: String,
    version: u32,
    input: Input,
    draft: bool,
) -> Answer<Saved> {
    let completeness = if draft { Completeness::Draft } else { Completeness::Complete };
    desktop.call(move |app| app.edit(credential(&id)?, Some(version), input, completeness)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_credentials(desktop: State<'_, Desktop>, ids: Vec<String>) -> Answer<Vec<String>> {
    desktop
        .call(move |app| {
            let ids = ids.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
            app.delete(&ids)
        })
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_delete(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.call(move |app| app.undo(credential(&id)?)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_locked(desktop: State<'_, Desktop>, id: String, locked: bool) -> Answer<CredentialView> {
    desktop.call(move |app| app.set_locked(credential(&id)?, locked)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_default(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.call(move |app| app.set_default(credential(&id)?)).await
}

/// The one command that answers with a secret: a person asked for it, and the page hides it again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_secret(desktop: State<'_, Desktop>, id: String, field: String) -> Answer<String> {
    desktop.call(move |app| Ok(app.reveal(credential(&id)?, &field)?.expose().to_owned())).await
}

/// The secret goes to the clipboard from here and never to the page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_secret(desktop: State<'_, Desktop>, id: String, field: String) -> Answer<()> {
    let secret = desktop.call(move |app| app.secret_to_copy(credential(&id)?, &field)).await?;
    desktop.clipboard.put(secret)
}

#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "a command that writes a file stays off the main thread")]
pub(crate) async fn save_settings(handle: AppHandle, desktop: State<'_, Desktop>, settings: Settings) -> Answer<()> {
    settings::save(&handle, &desktop, &settings)
}

fn credential(id: &str) -> Result<CredentialId, AppError> {
    id.parse().map_err(|_| AppError::NoCredential)
}
