/// Which columns a table has, and what each shows of a row.
import { kindOf } from "../ipc/client";
import type { ColumnView, CredentialView, FieldView, KindView, Value } from "../ipc/client";
import { m } from "./messages";
import { shown, shownDate } from "./shown";

export type Column = ColumnView & {
  /// The narrowest it gets, and its share of what is left over.
  min: number;
  grow: number;
  sorts: boolean;
  /// Not among the columns shown until somebody asks for it.
  extra: boolean;
};

const widths: Record<string, [number, number]> = {
  name: [160, 2], organization: [106, 1], identity: [110, 1.4], state: [88, 0.4], accountId: [58, 0.2], locked: [80, 0.3], default: [80, 0.3], usedBy: [130, 1],
  createdAt: [104, 0.5], modifiedAt: [104, 0.5], createdBy: [120, 0.8], modifiedBy: [120, 0.8], expiry: [104, 0.5], kind: [120, 0.8],
};

function column(view: ColumnView, extra = false, kind: KindView | null = null): Column {
  const address = kind?.fields.some((field) => field.id === view.id && field.type === "url");
  const [min, grow] =
    widths[isName(view.id, kind) ? "name" : view.id] ?? (view.numeric ? [72, 0.3] : view.mono || address ? [130, 1.4] : [96, 1]);
  return { ...view, min, grow, sorts: view.sortable, extra };
}

/// What is known of a row without being stored in a way that sorts.
const unsorted = new Set(["usedBy", "createdBy", "modifiedBy", "accountId"]);

const plain = (id: string, label: string, mono = false): ColumnView => ({ id, label, mono, numeric: false, sortable: !unsorted.has(id) });

export function isName(id: string, kind: KindView | null): boolean {
  return id === "name" || (kind !== null && id === kind.nameField);
}

/// Every column that a table can have. A kind's own list is taken as it is where it says where the name goes (the documented
/// tables of Backup and its neighbours); otherwise it follows the common ones.
export function columnsOf(kind: KindView | null): Column[] {
  const common = [plain("name", m.name), plain("organization", m.organization), plain("identity", m.identity, true)];
  const state = plain("state", m.stateColumn);
  const more = [plain("usedBy", m.usedBy), plain("createdAt", m.created), plain("modifiedAt", m.modified), plain("createdBy", m.createdBy), plain("modifiedBy", m.modifiedBy), { ...plain("accountId", m.accountNumber), numeric: true }];
  if (!kind) return [...common, state].map((one) => column(one)).concat(
    [plain("kind", m.kind), plain("project", m.project), plain("expiry", m.expiry), ...more].map((one) => column(one, one.id !== "modifiedAt")),
  );
  const own = kind.columns.filter((one) => one.id !== "actions");
  const named = own.some((one) => isName(one.id, kind));
  const has = (id: string) => own.some((one) => one.id === id);
  const before = named ? [] : [...common, state].filter((one) => !has(one.id));
  // A documented table has no column for the state, which every row shows: it stands beside the name, in view without scrolling.
  if (named && !has("state")) own.splice(own.findIndex((one) => isName(one.id, kind)) + 1, 0, state);
  const rest = [...(named ? [plain("identity", m.identity, true)] : []), ...more].filter((one) => !has(one.id));
  return [...before, ...own].map((one) => column(one, false, kind)).concat(rest.map((one) => column(one, true)));
}

/// The columns shown: those that somebody chose, or all but the extra ones.
export function chosen(all: Column[], ids: readonly string[] | undefined): Column[] {
  if (!ids?.length) return all.filter((one) => !one.extra);
  const picked = all.filter((one) => ids.includes(one.id));
  return picked.length ? picked : all;
}

export function cellText(row: CredentialView, id: string): string {
  switch (id) {
    case "name": return row.name ? shown(row.name) : m.unnamed;
    case "organization": return shown(row.organization);
    case "state": return m.state[row.state];
    case "kind": return kindOf(row.kind).label;
    case "accountId": return row.accountId === null ? m.nothing : String(row.accountId);
    case "locked": return yes(row.locked);
    case "default": return yes(row.default);
    case "createdBy": case "modifiedBy": return row.account[id] ? shown(row.account[id]) : m.nothing;
    case "usedBy": return row.usedBy.length ? row.usedBy.map(shown).join(", ") : m.nothing;
    case "createdAt": return shownDate(row.createdAt);
    case "modifiedAt": return shownDate(row.modifiedAt);
    case "expiry": return row.facts.expiry ? shownDate(row.facts.expiry) : m.nothing;
    case "identity": case "fingerprint": return row.facts[id] ? shown(row.facts[id]) : m.nothing;
  }
  const value = row.fields[id];
  const field = kindOf(row.kind).fields.find((one) => one.id === id);
  if (value !== undefined) return valueText(value, field);
  if (id === "project" && row.facts.project) return shown(row.facts.project);
  const note = row.account.notes?.[id];
  return note ? shown(note) : m.nothing;
}

function yes(flag: boolean): string {
  return flag ? m.yes : m.no;
}

/// A stored value in words: a choice by its label, a flag as yes or no, a list on one line.
export function valueText(value: Value, field?: FieldView): string {
  if (typeof value === "boolean") return yes(value);
  if (Array.isArray(value)) return value.length ? value.map(shown).join(", ") : m.nothing;
  if (value === "") return m.nothing;
  return shown(field?.choices.find((one) => one.value === value)?.label ?? String(value));
}
