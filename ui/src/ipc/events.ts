import { listen } from "@tauri-apps/api/event";
import type { CheckProgress, SyncEvent } from "./client";

/// Calls `then` whenever the store changed under the window, by whichever face. Returns how to stop.
export function onChanged(then: () => void): () => void {
  const stop = listen("changed", then);
  return () => void stop.then((unlisten) => unlisten());
}

/// Calls `then` with every word about the sync: that it runs, how far it is, how the workspace stands after it.
export function onSync(then: (event: SyncEvent) => void): () => void {
  const stop = listen<SyncEvent>("sync", (event) => then(event.payload));
  return () => void stop.then((unlisten) => unlisten());
}

/// Calls `then` with how far a check of several is, and what was just found.
export function onCheck(then: (progress: CheckProgress) => void): () => void {
  const stop = listen<CheckProgress>("check", (event) => then(event.payload));
  return () => void stop.then((unlisten) => unlisten());
}
