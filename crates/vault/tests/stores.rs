//! Each system has its own keychain's store, and no other one's; `keyring` has none to choose from.

use std::process::Command;

const STORES: [&str; 6] = [
    "zbus-secret-service-keyring-store",
    "apple-native-keyring-store",
    "windows-native-keyring-store",
    "dbus-secret-service-keyring-store",
    "linux-keyutils-keyring-store",
    "keyring",
];

#[test]
fn each_system_has_its_own_store() {
    for (target, own) in [
        ("x86_64-unknown-linux-gnu", "zbus-secret-service-keyring-store"),
        ("aarch64-unknown-linux-gnu", "zbus-secret-service-keyring-store"),
        ("x86_64-apple-darwin", "apple-native-keyring-store"),
        ("aarch64-apple-darwin", "apple-native-keyring-store"),
        ("x86_64-pc-windows-msvc", "windows-native-keyring-store"),
        ("aarch64-pc-windows-msvc", "windows-native-keyring-store"),
    ] {
        let tree = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["tree", "--package", "credenza-vault", "--edges", "normal", "--prefix", "none", "--target", target])
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let tree = String::from_utf8(tree.stdout).unwrap();
        let names: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        let stores: Vec<_> = STORES.into_iter().filter(|store| names.contains(store)).collect();
        assert_eq!(stores, [own], "{target}");
        assert!(!names.contains(&"tokio"), "{target}: zbus runs on the vault's own thread");
    }
}
