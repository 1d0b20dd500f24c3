/// The words about when a credential ends, where the person is.
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ExpirySource } from "../src/ipc/client";
import { clock } from "../src/lib/clock.svelte";
import { expiryOf, expirySays, knownEnd, typedDate, withCheck } from "../src/lib/expiry";
import { credential } from "./fixtures";

const home = process.env["TZ"];
afterEach(() => {
  if (home === undefined) delete process.env["TZ"];
  else process.env["TZ"] = home;
});

type Case = [zone: string, now: string, end: string, from: ExpirySource, words: string, tone: string];

const cases: Case[] = [
  // A day that somebody typed is that day everywhere.
  ["UTC", "2026-11-24T12:00:00Z", "2026-11-24T00:00:00Z", "hand", "today", "soon"],
  ["UTC", "2026-11-24T12:00:00Z", "2026-11-25T00:00:00Z", "hand", "tomorrow", "soon"],
  ["America/Los_Angeles", "2026-11-24T12:00:00Z", "2026-11-24T00:00:00Z", "hand", "today", "soon"],
  ["Pacific/Auckland", "2026-11-24T12:00:00Z", "2026-11-25T00:00:00Z", "hand", "today", "soon"],
  ["America/Los_Angeles", "2026-11-25T02:00:00Z", "2026-11-25T00:00:00Z", "hand", "tomorrow", "soon"],
  ["Europe/Prague", "2026-11-24T12:00:00Z", "2026-12-24T00:00:00Z", "hand", "in 30 days", "soon"],
  ["Europe/Prague", "2026-11-24T12:00:00Z", "2026-12-25T00:00:00Z", "hand", "in 31 days", "later"],
  ["Europe/Prague", "2026-11-24T12:00:00Z", "2027-02-22T00:00:00Z", "hand", "in 90 days", "later"],
  ["America/Los_Angeles", "2026-11-24T20:00:00Z", "2027-02-23T00:00:00Z", "hand", "23 Feb 2027", "later"],
  ["UTC", "2026-11-24T12:00:00Z", "2026-11-23T00:00:00Z", "hand", "expired yesterday", "over"],
  ["UTC", "2026-11-24T12:00:00Z", "2026-11-21T00:00:00Z", "hand", "expired 3 days ago", "over"],
  ["UTC", "2026-11-24T12:00:00Z", "2026-03-12T00:00:00Z", "hand", "expired 12 Mar 2026", "over"],
  // A moment is on the day that it has where the person is.
  ["UTC", "2026-11-24T12:00:00Z", "2026-11-24T12:30:00Z", "itself", "today", "soon"],
  ["UTC", "2026-11-24T12:00:00Z", "2026-11-24T11:30:00Z", "itself", "expired today", "over"],
  ["UTC", "2026-11-24T23:50:00Z", "2026-11-25T00:10:00Z", "provider", "tomorrow", "soon"],
  ["Europe/Prague", "2026-11-24T23:50:00Z", "2026-11-25T00:10:00Z", "provider", "today", "soon"],
  ["America/New_York", "2026-11-24T12:00:00Z", "2026-11-26T03:00:00Z", "provider", "tomorrow", "soon"],
  ["Asia/Tokyo", "2026-11-24T12:00:00Z", "2026-11-26T03:00:00Z", "provider", "in 2 days", "soon"],
  // The clocks are set back in between, and the days stay as many.
  ["Europe/Prague", "2026-10-24T22:30:00Z", "2026-10-25T22:30:00Z", "itself", "today", "soon"],
  ["Europe/Prague", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", "itself", "in 2 days", "soon"],
];

describe("an end in words", () => {
  for (const [zone, now, end, from, words, tone] of cases)
    it(`in ${zone} at ${now}: ${end} by ${from} is ${words}`, () => {
      process.env["TZ"] = zone;
      expect(expiryOf(end, from, Date.parse(now))).toMatchObject({ words, tone });
    });

  it("is nothing where none is known, and as it came where it is no date", () => {
    expect(expiryOf(null, null, 0)).toBeNull();
    expect(expiryOf("soon\u202E", "provider", 0)?.words).toBe("soon\\u{202E}");
  });

  it("says exactly when and who says so", () => {
    process.env["TZ"] = "Europe/Prague";
    const now = Date.parse("2026-11-24T12:00:00Z");
    expect(expirySays({ expires: "2027-01-31T00:00:00Z", expiresFrom: "hand" }, now)).toBe("31 Jan 2027 (set by hand)");
    expect(expirySays({ expires: "2027-01-31T00:00:00Z", expiresFrom: "itself" }, now)).toBe("31 Jan 2027, 01:00 (the credential itself says so)");
    expect(expirySays({ expires: "2027-01-31T09:05:00Z", expiresFrom: "provider" }, now)).toBe("31 Jan 2027, 10:05 (the provider says so)");
  });
});

it("types a day as the day that it is", () => {
  for (const zone of ["Pacific/Auckland", "America/Los_Angeles"]) {
    process.env["TZ"] = zone;
    expect(typedDate("2027-01-31T00:00:00Z", "hand")).toBe("2027-01-31");
  }
  process.env["TZ"] = "America/Los_Angeles";
  expect(typedDate("2027-01-31T05:00:00Z", "provider")).toBe("2027-01-30");
});

it("knows the earlier of what the credential and its provider say", () => {
  const check = { verdict: "works" as const, message: "", at: "2026-11-24T12:00:00Z", expires: "2027-02-01T00:00:00Z" };
  expect(knownEnd({ facts: { expiry: "2027-01-01T00:00:00Z" } }, check)).toEqual({ at: "2027-01-01T00:00:00Z", from: "itself" });
  expect(knownEnd({ facts: {} }, check)).toEqual({ at: "2027-02-01T00:00:00Z", from: "provider" });
  expect(knownEnd({ facts: {} }, null)).toBeNull();
  const checked = { id: "c1", kind: "aws" as const, name: "", organization: "", ends: "2027-02-01T00:00:00Z", endsFrom: "provider" as const, ...check };
  expect(withCheck(credential(), checked)).toMatchObject({ check, expires: "2027-02-01T00:00:00Z", expiresFrom: "provider" });
});

it("looks at the clock once a minute, and only while somebody sees the window", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  const see = (state: string) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const stop = clock.watch();
  const began = clock.now;
  vi.advanceTimersByTime(59_000);
  expect(clock.now).toBe(began);
  vi.advanceTimersByTime(2_000);
  expect(clock.now).toBe(began + 60_000);
  see("hidden");
  vi.advanceTimersByTime(600_000);
  expect(clock.now).toBe(began + 60_000);
  see("visible");
  expect(clock.now).toBe(began + 661_000);
  stop();
  vi.advanceTimersByTime(600_000);
  expect(clock.now).toBe(began + 661_000);
  vi.useRealTimers();
});
