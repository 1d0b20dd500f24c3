//! Starts the window.

// A console window would open beside it on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Every buffer that is freed is wiped, those in which secrets cross between the page and the program among them.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    credenza_app::process::harden();
    credenza_desktop::run();
}
