//! The commands: what the page may ask for. Each hands over to one use case.

use credenza_app::{
    App, AppError, Check, CheckReport, Completeness, ConflictView, CredentialView, ErrorView, KeychainView, ListQuery,
    Page, PendingView, Resolution, Saved, SignInInput, SuggestedFields, SuggestionView, SyncOptions, SyncReport,
    SyncStatus, TabView, WhoView, WorkspaceView,
};
use credenza_model::{CredentialId, Findings, Input, KindId, Role};
use tauri::{AppHandle, Emitter, State};

use crate::desktop::Desktop;
use crate::settings::{self, Settings};

/// The event that tells how far a check of several is.
const CHECK: &str = "check";

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
    let view = desktop.call(App::unlock_keychain).await?;
    desktop.syncer.account_changed();
    Ok(view)
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
    desktop.syncer.running.cancel();
    desktop.checks.cancel();
    let workspace = desktop.call(move |app| app.use_workspace(&id)).await?;
    desktop.syncer.account_changed();
    Ok(workspace)
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
    desktop.change(move |app| app.add(kind, organization.as_deref(), input, draft)).await
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
    desktop.change(move |app| app.edit(credential(&id)?, Some(version), input, completeness)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_credentials(desktop: State<'_, Desktop>, ids: Vec<String>) -> Answer<Vec<String>> {
    desktop
        .change(move |app| {
            let ids = ids.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
            app.delete(&ids)
        })
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_delete(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.change(move |app| app.undo(credential(&id)?)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_locked(desktop: State<'_, Desktop>, id: String, locked: bool) -> Answer<CredentialView> {
    desktop.change(move |app| app.set_locked(credential(&id)?, locked)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_default(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.change(move |app| app.set_default(credential(&id)?)).await
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

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(desktop: State<'_, Desktop>, input: SignInInput) -> Answer<WhoView> {
    let stoppable = desktop.syncer.running.stoppable();
    let cancel = stoppable.cancel.clone();
    let who = desktop.call(move |app| app.sign_in(input, &cancel)).await?;
    desktop.syncer.account_changed();
    Ok(who)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(desktop: State<'_, Desktop>, keep: bool) -> Answer<WorkspaceView> {
    desktop.syncer.running.cancel();
    desktop.checks.cancel();
    let workspace = desktop.call(move |app| app.sign_out(keep)).await?;
    desktop.syncer.account_changed();
    Ok(workspace)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn who_am_i(desktop: State<'_, Desktop>, ask: bool) -> Answer<WhoView> {
    desktop.call(move |app| app.who(ask)).await
}

/// Syncs and answers what was done. Progress goes out as events meanwhile.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_now(
    handle: AppHandle,
    desktop: State<'_, Desktop>,
    options: SyncOptions,
) -> Answer<SyncReport> {
    desktop.syncer.run(&handle, &desktop, options).await
}

#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "commands are asynchronous, as the bindings have them")]
pub(crate) async fn cancel_sync(desktop: State<'_, Desktop>) -> Answer<()> {
    desktop.syncer.running.cancel();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_status(desktop: State<'_, Desktop>) -> Answer<SyncStatus> {
    desktop.call(App::sync_status).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_pending(desktop: State<'_, Desktop>) -> Answer<Vec<PendingView>> {
    desktop.call(App::pending).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_conflicts(desktop: State<'_, Desktop>) -> Answer<Vec<ConflictView>> {
    desktop.call(App::conflicts).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resolve_conflict(
    desktop: State<'_, Desktop>,
    id: String,
    resolution: Resolution,
) -> Answer<CredentialView> {
    desktop.change(move |app| app.resolve(credential(&id)?, &resolution)).await
}

/// Tries again to push what the account refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_push(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.change(move |app| app.retry(credential(&id)?)).await
}

/// Agrees to a replacement in the account.
#[tauri::command]
#[specta::specta]
pub(crate) async fn agree_to_replace(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.change(move |app| app.consent(credential(&id)?)).await
}

/// Takes back what was changed here and not pushed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discard_changes(desktop: State<'_, Desktop>, id: String) -> Answer<CredentialView> {
    desktop.call(move |app| app.discard(credential(&id)?)).await
}

/// What the provider offers for a field, asked from here or through the account.
#[tauri::command]
#[specta::specta]
pub(crate) async fn suggest_values(
    desktop: State<'_, Desktop>,
    kind: KindId,
    field: String,
    id: Option<String>,
    input: Input,
) -> Answer<Vec<SuggestionView>> {
    desktop.call(move |app| app.suggest(kind, &field, id.as_deref().map(credential).transpose()?, input)).await
}

/// The fields that [`suggest_values`] can fill.
#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "commands are asynchronous, as the bindings have them")]
pub(crate) async fn suggested_fields() -> Answer<Vec<SuggestedFields>> {
    Ok(App::suggested_fields())
}

/// Asks the account's checker about a credential as it stands in a form.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_in_account(
    desktop: State<'_, Desktop>,
    kind: KindId,
    id: Option<String>,
    input: Input,
) -> Answer<Check> {
    desktop.call(move |app| app.check_in_account(kind, id.as_deref().map(credential).transpose()?, input)).await
}

/// Checks a credential as it stands in a form, against its provider and from this machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn probe_input(
    desktop: State<'_, Desktop>,
    kind: KindId,
    id: Option<String>,
    input: Input,
) -> Answer<Check> {
    let stoppable = desktop.probes.stoppable();
    let cancel = stoppable.cancel.clone();
    desktop.call(move |app| app.probe_input(kind, id.as_deref().map(credential).transpose()?, input, &cancel)).await
}

/// Checks these credentials, or all that a list shows. What is found goes out as events meanwhile.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_credentials(
    handle: AppHandle,
    desktop: State<'_, Desktop>,
    ids: Vec<String>,
    all: Option<ListQuery>,
) -> Answer<CheckReport> {
    let stoppable = desktop.checks.stoppable();
    let cancel = stoppable.cancel.clone();
    desktop
        .call(move |app| {
            let tell = |progress: &credenza_app::CheckProgress| drop(handle.emit(CHECK, progress));
            match all {
                Some(query) => app.check_all(&query, &tell, &cancel),
                None => {
                    let ids = ids.iter().map(|id| credential(id)).collect::<Result<Vec<_>, _>>()?;
                    app.check(&ids, &tell, &cancel)
                }
            }
        })
        .await
}

/// Stops a check of several; what was found until then is kept.
#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "commands are asynchronous, as the bindings have them")]
pub(crate) async fn stop_checking(desktop: State<'_, Desktop>) -> Answer<()> {
    desktop.checks.cancel();
    Ok(())
}

/// Stops the check of a form.
#[tauri::command]
#[specta::specta]
#[allow(clippy::unused_async, reason = "commands are asynchronous, as the bindings have them")]
pub(crate) async fn stop_probing(desktop: State<'_, Desktop>) -> Answer<()> {
    desktop.probes.cancel();
    Ok(())
}

fn credential(id: &str) -> Result<CredentialId, AppError> {
    id.parse().map_err(|_| AppError::NoCredential)
}
