/// Which columns a table has, and what each shows of a row.
import { kindOf } from "../ipc/client";
import type { ColumnView, CredentialView, FieldView, KindView, Value } from "../ipc/client";
import { clock } from "./clock.svelte";
import { expiryOf } from "./expiry";
import { m } from "./messages";
import { shown, shownDate } from "./shown";
import { checkText } from "./verdict";

export type Column = ColumnView & {
  /// The narrowest it gets, and its share of what is left over.
  min: number;
  grow: number;
  sorts: boolean;
  /// Not among the columns shown until somebody asks for it.
  extra: boolean;
  /// Shown by itself only where there is room for it.
  roomy: boolean;
};

/// The width of the cells that stay in place: the check box at the left, the actions at the right.
export const LEAD = 56;
export const LAST = 76;

const widths: Record<string, [number, number]> = {
  name: [160, 1.95], organization: [102, 1], identity: [110, 1.2], state: [88, 0.4], accountId: [58, 0.2], locked: [80, 0.3], default: [80, 0.3], usedBy: [130, 1],
  createdAt: [104, 0.5], modifiedAt: [112, 0.5], createdBy: [120, 0.8], modifiedBy: [120, 0.8], check: [168, 2], expiry: [136, 1.6], kind: [120, 0.8],
};

/// Which give way where it gets narrow, the last of them first.
const roomy = ["identity", "expiry", "modifiedAt"];

function column(view: ColumnView, extra = false, kind: KindView | null = null): Column {
  const address = kind?.fields.some((field) => field.id === view.id && field.type === "url");
  const [min, grow] =
    widths[isName(view.id, kind) ? "name" : view.id] ?? (view.numeric ? [72, 0.3] : view.mono || address ? [130, 1.4] : [96, 1]);
  return { ...view, min, grow, sorts: view.sortable, extra, roomy: view.id === "expiry" || (kind === null && roomy.includes(view.id)) };
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
  const check = plain("check", m.lastCheck);
  const expiry = plain("expiry", m.expiry);
  const more = [plain("usedBy", m.usedBy), plain("createdAt", m.created), plain("modifiedAt", m.modified), plain("createdBy", m.createdBy), plain("modifiedBy", m.modifiedBy), { ...plain("accountId", m.accountNumber), numeric: true }];
  if (!kind) return [...common, state, check, expiry].map((one) => column(one)).concat(
    [plain("kind", m.kind), plain("project", m.project), ...more].map((one) => column(one, one.id !== "modifiedAt")),
  );
  const own = kind.columns.filter((one) => one.id !== "actions");
  const named = own.some((one) => isName(one.id, kind));
  const has = (id: string) => own.some((one) => one.id === id);
  const before = named ? [] : [...common, state, check, expiry].filter((one) => !has(one.id));
  // A documented table keeps its order, and what it does not know of stands at its end, before the actions. Only what every row
  // shows, its state and its last check, stands beside the name, in view without scrolling.
  if (named) own.push(...[expiry].filter((one) => !has(one.id)));
  if (named) own.splice(own.findIndex((one) => isName(one.id, kind)) + 1, 0, ...[state, check].filter((one) => !has(one.id)));
  const rest = [...(named ? [plain("identity", m.identity, true)] : []), ...more].filter((one) => !has(one.id));
  return [...before, ...own].map((one) => column(one, false, kind)).concat(rest.map((one) => column(one, true)));
}

/// The columns shown: those that somebody chose, or all but the extra ones, and of those that need room as many as have it in
/// `width`. Before anything is laid out there is no width, and all of them are shown.
export function chosen(all: Column[], ids: readonly string[] | undefined, width = 0): Column[] {
  if (ids?.length) {
    const picked = all.filter((one) => ids.includes(one.id));
    return picked.length ? picked : all;
  }
  const usual = all.filter((one) => !one.extra);
  let left = (width || Infinity) - LEAD - LAST - usual.reduce((sum, one) => sum + (one.roomy ? 0 : one.min), 0);
  const fits = new Set<string>();
  for (const id of roomy) {
    const one = usual.find((each) => each.id === id && each.roomy);
    if (one && (left -= one.min) >= 0) fits.add(id);
  }
  return usual.filter((one) => !one.roomy || fits.has(one.id));
}

export function cellText(row: CredentialView, id: string, now = clock.now): string {
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
    case "check": return checkText(row.check, now);
    case "expiry": return expiryOf(row.expires, row.expiresFrom, now)?.words ?? m.nothing;
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
