/// Everything that is known of a credential and is no secret, in the order of its kind's fields, network blocks apart.
import { kindOf } from "../ipc/client";
import type { CredentialView, FieldView } from "../ipc/client";
import { valueText } from "./columns";
import { clock } from "./clock.svelte";
import { expiryLine } from "./expiry";
import { m } from "./messages";
import { shown, shownLines, shownMoment } from "./shown";

export type Fact = { label: string; text: string; mono: boolean };
export type FactGroup = { title: string | null; facts: Fact[] };

const looksLikeKeys = new Set(["url", "cidr", "ip"]);

/// With `secrets`, where each secret is; what it is stays where it is. With `apart`, without the end and the note, which are said
/// elsewhere.
export function knownOf(row: CredentialView, secrets = false, apart = false): FactGroup[] {
  const kind = kindOf(row.kind);
  const main: Fact[] = [];
  const groups: FactGroup[] = [{ title: null, facts: main }];
  const add = (label: string, text: string | null | undefined, mono = false) => text && main.push({ label, text, mono });
  add(m.identity, row.facts.identity && shown(row.facts.identity), true);
  const said = (field: FieldView) => {
    const value = row.fields[field.id];
    if (value === undefined || value === "" || field.secret || field.id === kind.nameField) return null;
    const text = valueText(value, field);
    return text === m.nothing ? null : text;
  };
  for (const field of kind.fields) {
    let text = said(field);
    let label = field.label;
    if (text === null || text === main[0]?.text) continue;
    if (/\.end/.test(field.id) && row.fields[beginOf(field.id)] !== undefined) continue;
    // Both ends of a range are one fact.
    const end = kind.fields.find((one) => one.id !== field.id && beginOf(one.id) === field.id);
    const last = end && said(end);
    if (end && last) {
      text = `${text} – ${last}`;
      label = alike(field.label, end.label);
    }
    const fact = { label, text, mono: looksLikeKeys.has(field.type) || /(Id|Arn)$/.test(field.id) };
    const title = field.id.includes(".") ? field.group : null;
    const group = groups.find((one) => one.title === title);
    if (group) group.facts.push(fact);
    else groups.push({ title, facts: [fact] });
  }
  // Where the project is a field of its own, it is said already.
  const project = row.facts.project && shown(row.facts.project);
  if (!main.some((fact) => fact.text === project)) add(m.project, project);
  add(m.fingerprint, row.facts.fingerprint && shown(row.facts.fingerprint), true);
  if (!apart) add(m.expiry, expiryLine(row, clock.now));
  if (secrets)
    for (const field of kind.fields) if (field.secret) add(field.label, m.secret[row.secrets[field.id] ?? "unset"]);
  if (row.usedBy.length) add(m.usedBy, row.usedBy.map(shown).join(", "));
  const { account } = row;
  for (const [id, note] of Object.entries(account.notes ?? {}))
    if (note) add(kind.columns.find((one) => one.id === id)?.label ?? id, shown(note));
  if (row.accountId !== null) add(m.accountNumber, String(row.accountId));
  add(m.created, shownMoment(row.createdAt));
  add(m.createdBy, account.createdBy && shown(account.createdBy));
  add(m.modified, shownMoment(row.modifiedAt));
  add(m.modifiedBy, account.modifiedBy && shown(account.modifiedBy));
  if (!apart) add(m.note, row.note && shownLines(row.note));
  return groups;
}

export function beginOf(id: string): string {
  return id.replace(/\.end/, ".begin");
}

/// What two labels have in common, by words: "Allocation Range" of its start and its end.
function alike(a: string, b: string): string {
  const [left, right] = [a.split(" "), b.split(" ")];
  const apart = left.findIndex((word, at) => word !== right[at]);
  return apart < 0 ? a : left.slice(0, apart).join(" ") || a;
}
