//! Where the data directory is when nobody says.

use std::path::PathBuf;

/// The variable that moves it.
pub const VARIABLE: &str = "CREDENZA_DATA_DIR";

/// The data directory: the variable's, else the system's place for a program's own data.
///
/// | system | place |
/// | --- | --- |
/// | Linux | `$XDG_DATA_HOME/credenza` or `~/.local/share/credenza` |
/// | macOS | `~/Library/Application Support/app.credenza` |
/// | Windows | `%LOCALAPPDATA%\Credenza` (local, for a roaming database would meet keychain items that stayed behind) |
///
/// `None` when the system names no place, as for a user without a home directory.
pub fn data_dir() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| dirs::data_local_dir().map(|place| place.join(NAME)))
}

#[cfg(target_os = "macos")]
const NAME: &str = "app.credenza";
#[cfg(target_os = "windows")]
const NAME: &str = "Credenza";
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const NAME: &str = "credenza";
