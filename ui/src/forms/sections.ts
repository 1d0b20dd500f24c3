/// How a kind's fields are laid out: in the sections of the documentation, the two ends of a range on one line.
import type { FieldView } from "../ipc/client";
import { beginOf } from "../lib/known";

export type Section = { group: string | null; cells: FieldView[][] };

export function sectionsOf(fields: readonly FieldView[]): Section[] {
  const sections: Section[] = [];
  for (const field of fields) {
    let section = sections.find((one) => one.group === field.group);
    if (!section) sections.push((section = { group: field.group, cells: [] }));
    const start = beginOf(field.id);
    const range = start === field.id ? undefined : section.cells.find((cell) => cell[0]?.id === start);
    if (range) range.push(field);
    else section.cells.push([field]);
  }
  return sections;
}
