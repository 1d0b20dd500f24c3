import { listen } from "@tauri-apps/api/event";

/// Calls `then` whenever the store changed under the window, by whichever face. Returns how to stop.
export function onChanged(then: () => void): () => void {
  const stop = listen("changed", then);
  return () => void stop.then((unlisten) => unlisten());
}
