/// What a person keeps beside a credential: when it ends, and a note. They are typed into the form like its fields and sent with
/// them; Rust takes them out, and nobody else gets them.
import type { CredentialView, FieldView, Value } from "../ipc/client";
import { knownEnd, typedDate } from "../lib/expiry";
import { m } from "../lib/messages";

const plain: FieldView = {
  id: "", label: "", type: "text", required: false, secret: false, group: m.hereOnly, help: null, placeholder: null, choices: [],
  shownWhen: null, default: null, updatable: true, min: null, max: null,
};

export const expires: FieldView = { ...plain, id: "expires", label: m.expiry, help: m.expiryHelp, placeholder: m.expiryExample };
export const note: FieldView = { ...plain, id: "note", label: m.note, help: m.hereOnlyMore, placeholder: m.noteHint };
export const annotations: readonly FieldView[] = [expires, note];

export function isAnnotation(id: string): boolean {
  return annotations.some((one) => one.id === id);
}

/// The plain value that is stored for a field of a form. A date that the credential or its provider tells is nobody's to edit.
export function storedOf(row: CredentialView | null, field: FieldView): Value | undefined {
  if (field.id === note.id) return row?.note || undefined;
  if (field.id === expires.id) return row?.expiresByHand ? typedDate(row.expiresByHand, "hand") : undefined;
  return row?.fields[field.id];
}

/// What is known of the end without a person's word, for the empty field to say.
export function knownDate(row: CredentialView | null): string | null {
  const end = row && knownEnd(row, row.check);
  return end && m.knownEnd(end.from, typedDate(end.at, end.from));
}
