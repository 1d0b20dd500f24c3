import { describe, expect, it } from "vitest";
import { indexAt, reveal, ROW, topOf, windowOf } from "../src/lib/scroll";

const opened = [{ index: 2, extra: 100 }, { index: 5, extra: 60 }];

describe("a list of rows of which some are open", () => {
  it("puts every row below the open ones before it", () => {
    expect(topOf(0, opened)).toBe(0);
    expect(topOf(2, opened)).toBe(2 * ROW);
    expect(topOf(3, opened)).toBe(3 * ROW + 100);
    expect(topOf(6, opened)).toBe(6 * ROW + 160);
  });

  it("finds at every height the row whose place it is", () => {
    for (let index = 0; index < 20; index++) {
      const top = topOf(index, opened);
      expect(indexAt(top, opened)).toBe(index);
      expect(indexAt(topOf(index + 1, opened) - 1, opened)).toBe(index);
    }
  });

  it("draws what is seen and a little more, never beyond the ends", () => {
    expect(windowOf(0, 320, 5, [])).toEqual({ first: 0, last: 4 });
    expect(windowOf(3_200_000, 640, 100_000 + 40, [], 8)).toEqual({ first: 99_992, last: 100_028 });
    expect(windowOf(0, 320, 0, [])).toEqual({ first: 0, last: -1 });
  });

  it("scrolls no further than needed to show a row", () => {
    expect(reveal(3, 0, 320, [])).toBe(0);
    expect(reveal(10, 0, 320, [])).toBe(32);
    expect(reveal(1, 320, 320, [])).toBe(32);
  });
});
