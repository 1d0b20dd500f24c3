/// The arithmetic of a long list whose rows are all of one height, but for a few that are open.

/// The height of a row in pixels: `--row` in tokens.css, needed here to turn a scroll position into an index.
export const ROW = 32;

/// A row that shows more below itself, and how much taller that makes it.
export type Opened = { index: number; extra: number };

export function topOf(index: number, opened: readonly Opened[]): number {
  return opened.reduce((top, one) => (one.index < index ? top + one.extra : top), index * ROW);
}

/// The index of the row at a height. `opened` is in ascending order.
export function indexAt(height: number, opened: readonly Opened[]): number {
  let before = 0;
  for (const one of opened) {
    const top = one.index * ROW + before;
    if (height < top + ROW) break;
    // Inside the part that is open, the row is still the one above it.
    if (height < top + ROW + one.extra) return one.index;
    before += one.extra;
  }
  return Math.max(0, Math.floor((height - before) / ROW));
}

/// The rows to draw, a little more than is seen so that a quick scroll does not outrun them.
export function windowOf(
  scrolled: number, seen: number, total: number, opened: readonly Opened[], spare = 8,
): { first: number; last: number } {
  const first = Math.max(0, indexAt(scrolled, opened) - spare);
  const last = Math.min(total - 1, indexAt(scrolled + seen, opened) + spare);
  return { first, last };
}

/// Where to scroll so that a row is wholly in view, moving no further than needed.
export function reveal(index: number, scrolled: number, seen: number, opened: readonly Opened[]): number {
  const top = topOf(index, opened);
  if (top < scrolled) return top;
  if (top + ROW > scrolled + seen) return top + ROW - seen;
  return scrolled;
}
