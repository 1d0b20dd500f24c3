//! What crosses between the page and the program, typed on both sides: `ui/src/ipc/bindings.ts` is made from here.

use tauri_specta::{Builder, collect_commands};

use crate::commands;

/// The commands and constants of the page.
pub(crate) fn builder() -> Builder<tauri::Wry> {
    let kinds: Vec<_> = credenza_model::KindId::ALL.iter().map(|id| id.kind().view()).collect();
    let verdicts: Vec<_> = credenza_model::Verdict::ALL.iter().map(|verdict| verdict.view()).collect();
    Builder::new()
        .commands(collect_commands![
            commands::start,
            commands::keychain,
            commands::unlock_keychain,
            commands::create_workspace,
            commands::use_workspace,
            commands::rename_workspace,
            commands::add_organization,
            commands::rename_organization,
            commands::tabs,
            commands::list_credentials,
            commands::show_credential,
            commands::check_input,
            commands::add_credential,
            commands::edit_credential,
            commands::delete_credentials,
            commands::undo_delete,
            commands::set_locked,
            commands::set_default,
            commands::reveal_secret,
            commands::copy_secret,
            commands::save_settings,
            commands::sign_in,
            commands::sign_out,
            commands::who_am_i,
            commands::sync_now,
            commands::cancel_sync,
            commands::sync_status,
            commands::list_pending,
            commands::list_conflicts,
            commands::resolve_conflict,
            commands::retry_push,
            commands::agree_to_replace,
            commands::discard_changes,
            commands::suggest_values,
            commands::suggested_fields,
            commands::check_in_account,
            commands::probe_input,
            commands::check_credentials,
            commands::stop_checking,
            commands::stop_probing,
        ])
        .typ::<credenza_model::KindView>()
        .typ::<credenza_model::VerdictView>()
        .typ::<crate::syncer::SyncEvent>()
        .typ::<credenza_app::CheckProgress>()
        .constant("kinds", kinds)
        .constant("verdicts", verdicts)
        .disable_serde_phases()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use specta_typescript::Typescript;

    /// The committed bindings are those that this program speaks. `cargo xtask bindings` writes them anew.
    #[test]
    fn bindings_are_fresh() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/ipc/bindings.ts");
        let dir = tempfile::tempdir().unwrap();
        let made = dir.path().join("bindings.ts");
        super::builder().export(Typescript::default().header("/* eslint-disable */\n"), &made).unwrap();
        if std::env::var_os("UPDATE_BINDINGS").is_some() {
            fs::copy(&made, &committed).unwrap();
        }
        let (made, committed) = (fs::read_to_string(made).unwrap(), fs::read_to_string(committed).unwrap_or_default());
        assert!(made == committed, "ui/src/ipc/bindings.ts is stale; `cargo xtask bindings` writes it anew");
    }

    /// What the page may call is exactly what the capability file says, and exactly what is declared to the build.
    #[test]
    fn capabilities_allow_every_command_and_nothing_else() {
        let file = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities/main.json")).unwrap();
        let file: serde_json::Value = serde_json::from_str(&file).unwrap();
        let mut allowed: Vec<String> = file["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|permission| {
                permission.as_str().unwrap().strip_prefix("allow-").map(|name| name.replace('-', "_"))
            })
            .collect();
        let mut declared: Vec<String> = crate::names::COMMANDS.iter().map(|name| (*name).to_owned()).collect();
        allowed.sort();
        declared.sort();
        assert_eq!(allowed, declared);
    }
}
