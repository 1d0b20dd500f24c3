/// What can be done with a credential, in the order it is offered: in the drawer, in the row's menu, in the palette.
import Lock from "@lucide/svelte/icons/lock";
import LockOpen from "@lucide/svelte/icons/lock-open";
import Pencil from "@lucide/svelte/icons/pencil";
import Star from "@lucide/svelte/icons/star";
import Trash from "@lucide/svelte/icons/trash-2";
import type { Component } from "svelte";
import { kindOf } from "../ipc/client";
import type { CredentialView } from "../ipc/client";
import { desk } from "./desk.svelte";
import { m } from "./messages";

export type Deed = {
  id: "edit" | "lock" | "default" | "delete";
  label: string;
  icon: Component<any>;
  danger?: boolean;
  /// Why it cannot be done now. Rust would refuse with the same reason; saying it earlier spares the way.
  why?: string | undefined;
  run: () => void;
};

export function deedsOf(row: CredentialView): Deed[] {
  const kind = kindOf(row.kind);
  const lockedWhy = row.locked ? m.unlockFirst : undefined;
  const refused = m.roleMayNot(m.role[desk.role]);
  const right = (action: "edit" | "delete" | "lock" | "default") => (desk.may(row, action) ? undefined : refused);
  const deeds: Deed[] = [
    { id: "edit", label: m.edit, icon: Pencil, why: right("edit") ?? lockedWhy, run: () => desk.edit(row) },
  ];
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
  deeds.push({
    id: "delete", label: m.delete, icon: Trash, danger: true, why: right("delete") ?? lockedWhy,
    run: () => (desk.dialog = { what: "delete", rows: [row] }),
  });
  return deeds;
}
