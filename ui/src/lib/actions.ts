/// What can be done with a credential, in the order it is offered: in the drawer, in the row's menu, in the palette.
import Activity from "@lucide/svelte/icons/activity";
import GitCompare from "@lucide/svelte/icons/git-compare-arrows";
import Lock from "@lucide/svelte/icons/lock";
import LockOpen from "@lucide/svelte/icons/lock-open";
import Pencil from "@lucide/svelte/icons/pencil";
import Star from "@lucide/svelte/icons/star";
import Trash from "@lucide/svelte/icons/trash-2";
import Undo from "@lucide/svelte/icons/undo-2";
import type { Component } from "svelte";
import { kindOf } from "../ipc/client";
import type { CredentialView } from "../ipc/client";
import { checks } from "./checks.svelte";
import { desk } from "./desk.svelte";
import { m } from "./messages";

export type Deed = {
  id: "settle" | "check" | "edit" | "lock" | "default" | "discard" | "delete";
  label: string;
  icon: Component<any>;
  danger?: boolean;
  /// The key that does the same in the table.
  key?: string;
  /// Why it cannot be done now. Rust would refuse with the same reason; saying it earlier spares the way.
  why?: string | undefined;
  run: () => void;
};

export function deedsOf(row: CredentialView): Deed[] {
  const kind = kindOf(row.kind);
  const lockedWhy = row.locked ? m.unlockFirst : undefined;
  const refused = m.roleMayNot(m.role[desk.role]);
  const right = (action: "check" | "edit" | "delete" | "lock" | "default") => (desk.may(row, action) ? undefined : refused);
  const builtIn = row.account.builtIn === true;
  const deeds: Deed[] = [];
  if (settles(row)) deeds.push({ id: "settle", label: m.settleRow, icon: GitCompare, why: right("edit"), run: () => settle(row) });
  deeds.push({ id: "check", label: m.check, icon: Activity, key: "C", why: right("check"), run: () => void checks.one(row) });
  // What comes with Taikun itself is nobody's to change.
  if (!builtIn) deeds.push({ id: "edit", label: m.edit, icon: Pencil, key: "E", why: right("edit") ?? lockedWhy, run: () => desk.edit(row) });
  if (kind.canLock)
    deeds.push({
      id: "lock", label: row.locked ? m.unlock : m.lock, icon: row.locked ? LockOpen : Lock, why: right("lock"),
      run: () => void desk.lock([row], !row.locked),
    });
  if (kind.canDefault)
    deeds.push({
      id: "default", label: m.setDefault, icon: Star, why: right("default") ?? (row.default ? m.alreadyDefault : undefined),
      run: () => void desk.makeDefault(row),
    });
  if (discards(row)) deeds.push({ id: "discard", label: m.discardRow, icon: Undo, why: right("edit"), run: () => discard(row) });
  if (!builtIn) deeds.push({
    id: "delete", label: m.delete, icon: Trash, danger: true, key: "Del", why: right("delete") ?? lockedWhy,
    run: () => (desk.dialog = { what: "delete", rows: [row] }),
  });
  return deeds;
}

/// Whether there is a conflict to settle; without an account there is nobody to differ from.
export function settles(row: CredentialView): boolean {
  return row.state === "conflict" && desk.workspace?.connected === true;
}

export function settle(row: CredentialView): void {
  desk.dialog = { what: "conflicts", id: row.id };
}

/// Whether there is a change to take back: the account has a version of it to go back to.
export function discards(row: CredentialView): boolean {
  return row.accountId !== null && desk.workspace?.connected === true && (row.state === "changed" || row.trouble !== null);
}

export function discard(row: CredentialView): void {
  desk.dialog = { what: "discard", row };
}
