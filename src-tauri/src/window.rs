//! The one window: made in code, so that what it keeps stays under the data directory.

use credenza_app::paths;
use tauri::{
    AppHandle, LogicalPosition, LogicalSize, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};

use crate::desktop::Desktop;
use crate::settings::{self, Place};

/// Opens the window where it stood last.
pub(crate) fn open(handle: &AppHandle) -> tauri::Result<()> {
    let desktop = handle.state::<Desktop>();
    let mut builder = WebviewWindowBuilder::new(handle, "main", WebviewUrl::default())
        .title("Credenza")
        .inner_size(1280.0, 800.0)
        .min_inner_size(900.0, 600.0)
        // Nothing that is dropped or clicked leads out of the program's own pages.
        .on_navigation(|url| tauri::is_dev() || url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .disable_drag_drop_handler();
    if let Some(dir) = paths::data_dir() {
        builder = builder.data_directory(dir.join("webview"));
    }
    let place = settings::place(handle, &desktop);
    builder = match place {
        Some(place) => {
            builder.inner_size(place.width, place.height).position(place.x, place.y).maximized(place.maximized)
        }
        None => builder.center(),
    };
    let window = builder.build()?;
    let watched = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event {
            keep_place(&watched);
        }
    });
    Ok(())
}

fn keep_place(window: &WebviewWindow) {
    let measure = || {
        let scale = window.scale_factor().ok()?;
        let size: LogicalSize<f64> = window.inner_size().ok()?.to_logical(scale);
        let position: LogicalPosition<f64> = window.outer_position().ok()?.to_logical(scale);
        let maximized = window.is_maximized().ok()?;
        Some(Place { width: size.width, height: size.height, x: position.x, y: position.y, maximized })
    };
    if let Some(place) = measure() {
        let desktop = window.state::<Desktop>();
        // A place that cannot be kept is only forgotten.
        let _ = settings::save_place(window.app_handle(), &desktop, place);
    }
}
