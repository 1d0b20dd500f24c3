import { describe, expect, it } from "vitest";
import { shown, shownDate, shownSize } from "../src/lib/shown";

describe("shown", () => {
  it("writes out controls, bidirectional overrides and invisible fillers", () => {
    expect(shown("lab\u202Egnp.exe")).toBe("lab\\u{202E}gnp.exe");
    expect(shown("a\u0007b\nc\u200Bd\u2066e\uFEFF")).toBe("a\\u{0007}b\\u{000A}c\\u{200B}d\\u{2066}e\\u{FEFF}");
    expect(shown("a\u{E0041}")).toBe("a\\u{E0041}");
  });

  it("leaves every visible text alone, joined emoji and right-to-left scripts too", () => {
    for (const text of ["aws-prod", "Žluťoučký kůň", "עברית", "👩‍🚀", "<b>bold</b>"]) expect(shown(text)).toBe(text);
  });
});

it("shows a date as people write it, and what is no date as it came", () => {
  expect(shownDate("2026-03-12T10:00:00Z")).toBe("12 Mar 2026");
  expect(shownDate("soon\u202E")).toBe("soon\\u{202E}");
});

it("shows sizes of files", () => {
  expect([shownSize(900), shownSize(2355), shownSize(40_000)]).toEqual(["900 B", "2.3 KB", "39 KB"]);
});
