//! How large an input may be. Every bound is far above any real value and far below what hurts.

/// One line of text, in bytes. The longest real ones are Azure resource ids of some 400 bytes and JWTs of some 4 KB.
pub const TEXT_BYTES: usize = 16 * 1024;

/// A key file, kubeconfig or pull secret, in bytes. A kubeconfig with forty contexts has some 250 KB.
pub const FILE_BYTES: usize = 1024 * 1024;

/// Entries of a list. The largest vSphere cluster has 96 hosts.
pub const LIST_ITEMS: usize = 256;

/// A whole JSON input, in bytes: large enough that one over-size value is still named by its field.
pub const INPUT_BYTES: usize = 32 * 1024 * 1024;
