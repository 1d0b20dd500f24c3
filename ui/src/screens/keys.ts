/// The keys that work anywhere in the window.
import { tick } from "svelte";
import { desk } from "../lib/desk.svelte";

export const mac = /mac/i.test(navigator.userAgent);
/// How the palette's key is written on this machine.
export const paletteKey = mac ? "⌘K" : "Ctrl K";
/// And the one that checks what is in a form; without Shift it saves.
export const checkKey = mac ? "⇧⌘↵" : "Ctrl Shift Enter";

function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

export function pressed(event: KeyboardEvent): void {
  if (desk.phase !== "open" || event.defaultPrevented) return;
  const command = (mac ? event.metaKey : event.ctrlKey) && !event.altKey;
  if (command && event.key.toLowerCase() === "k") {
    event.preventDefault();
    // A form with typed data is not thrown away for the palette.
    if (!desk.dialog) desk.dialog = { what: "palette" };
    else if (desk.dialog.what === "palette") desk.dialog = null;
    return;
  }
  if (desk.dialog) return;
  if (command && /^[1-5]$/.test(event.key)) {
    const tab = desk.tabs[Number(event.key) - 1];
    if (tab && desk.role !== "member") void desk.open(tab.tab);
    event.preventDefault();
    return;
  }
  if (command && event.key === ",") {
    desk.dialog = { what: "settings" };
    event.preventDefault();
    return;
  }
  if (command && event.key.toLowerCase() === "f") {
    focusSearch();
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") focusSearch();
  else if (event.key === "n") desk.add();
  else if (event.key === "Escape") {
    if (desk.ticked.size) desk.ticked = new Map();
    else if (desk.selected) closeDrawer();
    else return;
  } else return;
  event.preventDefault();
}

export function focusSearch(): void {
  document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
}

export function focusTable(): void {
  document.querySelector<HTMLElement>("[role=grid]")?.focus();
}

export function closeDrawer(): void {
  desk.selected = null;
  void tick().then(focusTable);
}
