/// The choice of columns, remembered for each tab, and for each provider where one is chosen.
import { desk } from "../lib/desk.svelte";
import { chosen, columnsOf } from "../lib/columns";
import type { Column } from "../lib/columns";
import type { MenuItem } from "../lib/menu.svelte";
import { m } from "../lib/messages";

/// How wide the table is, so that columns can give way to the drawer and come back.
export const room = $state({ width: 0 });

function key(): string {
  return desk.kind ? `${desk.tab}/${desk.kind}` : desk.tab;
}

export function shownColumns(): Column[] {
  return chosen(columnsOf(desk.shownKind), desk.settings.columns[key()], room.width);
}

function remember(ids: string[] | null): void {
  const columns = { ...desk.settings.columns };
  if (ids) columns[key()] = ids;
  else delete columns[key()];
  desk.keep({ columns });
}

export function columnMenu(): MenuItem[] {
  const all = columnsOf(desk.shownKind);
  const now = shownColumns().map((one) => one.id);
  const items: MenuItem[] = all.map((one) => ({
    label: one.label,
    checked: now.includes(one.id),
    run: () => {
      const next = now.includes(one.id) ? now.filter((id) => id !== one.id) : [...now, one.id];
      if (next.length) remember(next);
    },
  }));
  items.push({ line: true }, { label: m.columnsAsBefore, run: () => remember(null) });
  return items;
}
