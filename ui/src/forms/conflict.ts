/// What two versions of one credential differ in, when somebody else saved it while it was edited here.
import type { CredentialView, FieldView, Value } from "../ipc/client";
import { valueText } from "../lib/columns";
import { m } from "../lib/messages";
import { shownLines } from "../lib/shown";
import { note, storedOf } from "./annotations";
import type { Entry } from "./entry.svelte";

export type Line = { id: string; label: string; mine: string; other: string; here: boolean };

const text = (value: Value, field: FieldView) => (field.id === note.id ? shownLines(String(value)) : valueText(value, field));

function mine(entry: Entry, field: FieldView): string {
  if (field.secret)
    return entry.cleared.has(field.id) ? m.clearedSecret : entry.values[field.id] ? m.newSecret : m.keptSecret;
  const value = entry.values[field.id];
  return value === "" || value === undefined ? m.nothing : text(value, field);
}

function stored(row: CredentialView, field: FieldView): string {
  const value = storedOf(row, field);
  return value === undefined ? (field.type === "bool" ? valueText(false) : m.nothing) : text(value, field);
}

const secretOf = (row: CredentialView | null, field: FieldView) => row?.secrets[field.id] ?? "unset";

/// Nobody can see whether a secret that is set on both sides is still the same one.
function perhapsReplaced(entry: Entry, theirs: CredentialView, field: FieldView): boolean {
  const now = secretOf(theirs, field);
  return entry.changed(field) && now !== "unset" && now === secretOf(entry.base, field);
}

function other(entry: Entry, theirs: CredentialView, field: FieldView): string {
  if (!field.secret) return stored(theirs, field);
  return perhapsReplaced(entry, theirs, field) ? m.perhapsReplaced : m.secret[secretOf(theirs, field)].toLowerCase();
}

/// The fields worth a line: those that were changed here, or differ from what is there now.
export function linesOf(entry: Entry, theirs: CredentialView): Line[] {
  return entry.fields
    .filter((field) =>
      field.secret
        ? entry.changed(field) || secretOf(theirs, field) !== secretOf(entry.base, field)
        : mine(entry, field) !== other(entry, theirs, field),
    )
    .map((field) => ({
      id: field.id,
      label: field.id.includes(".") && field.group ? `${field.label}, ${field.group.toLowerCase()}` : field.label,
      mine: mine(entry, field), other: other(entry, theirs, field), here: entry.changed(field),
    }));
}

/// Whether there is anything to decide: the other version changed a field to something else than what stands here, or may have
/// replaced a secret that is replaced here too.
export function disputed(entry: Entry, theirs: CredentialView): boolean {
  return entry.fields.some((field) => {
    if (field.secret) return perhapsReplaced(entry, theirs, field) || secretOf(theirs, field) !== secretOf(entry.base, field);
    const now = stored(theirs, field);
    return now !== mine(entry, field) && (!entry.base || now !== stored(entry.base, field));
  });
}
