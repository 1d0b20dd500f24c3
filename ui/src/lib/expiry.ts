/// When a credential ends, in words. Days are those of the calendar where the person is: what ends at half past midnight ends
/// tomorrow, however few hours that is.
import type { Check, CheckedView, CredentialView, ExpirySource } from "../ipc/client";
import { m } from "./messages";
import { shown, shownDate, shownMoment } from "./shown";

const DAY = 86_400_000;
/// From here on the end is near enough to be marked, and beyond that far enough to be said as a date.
const SOON = 30;
const FAR = 90;

export type Tone = "over" | "soon" | "later";
export type Expiry = { words: string; date: string; tone: Tone };

/// A date without a time, as a person types it, is kept as midnight UTC. It stands for the same day everywhere.
function isDay(at: Date, from: ExpirySource | null): boolean {
  return from === "hand" && at.getTime() % DAY === 0;
}

/// The days from the person's today to the day that it ends.
function daysUntil(at: Date, from: ExpirySource | null, now: number): number {
  const today = new Date(now);
  const end = isDay(at, from) ? at.getTime() : Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((end - Date.UTC(today.getFullYear(), today.getMonth(), today.getDate())) / DAY);
}

/// Midnight of that day where the person is, so that the words for dates say the day that was typed.
function here(at: Date): string {
  return new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()).toISOString();
}

/// What a cell says of an end; null where none is known.
export function expiryOf(text: string | null | undefined, from: ExpirySource | null, now: number): Expiry | null {
  if (!text) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return { words: shown(text), date: shown(text), tone: "later" };
  const whole = isDay(at, from);
  const date = whole ? shownDate(here(at)) : shownMoment(text);
  const day = whole ? date : shownDate(text);
  const days = daysUntil(at, from, now);
  const over = days < 0 || (!whole && at.getTime() <= now);
  const words = over ? m.endedOn(-days, day) : days > FAR ? day : m.endsIn(days);
  return { words, date, tone: over ? "over" : days <= SOON ? "soon" : "later" };
}

/// The exact date, and who says so.
export function expirySays(row: Pick<CredentialView, "expires" | "expiresFrom">, now: number): string | null {
  const expiry = expiryOf(row.expires, row.expiresFrom, now);
  return expiry && m.expirySays(expiry.date, row.expiresFrom);
}

/// The same after how far it is.
export function expiryLine(row: Pick<CredentialView, "expires" | "expiresFrom">, now: number): string | null {
  const words = expiryOf(row.expires, row.expiresFrom, now)?.words;
  const says = expirySays(row, now);
  return words && says ? (says.startsWith(words) ? says : `${words}, ${says}`) : null;
}

/// A date in the form in which it is typed and sent.
export function typedDate(text: string, from: ExpirySource | null): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const local = isDay(at, from) ? at : new Date(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()));
  return local.toISOString().slice(0, 10);
}

/// What is known of the end of a credential apart from what a person says: the earlier of its own word and its provider's.
export function knownEnd(row: Pick<CredentialView, "facts">, check: Check | null): { at: string; from: ExpirySource } | null {
  const ends = [
    { at: check?.expires, from: "provider" as const },
    { at: row.facts.expiry, from: "itself" as const },
  ].filter((one): one is { at: string; from: ExpirySource & ("provider" | "itself") } => Boolean(one.at));
  return ends.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0] ?? null;
}

/// The row with what a check has just found, as it is until it is read again.
export function withCheck(row: CredentialView, checked: CheckedView): CredentialView {
  const { id: _id, kind: _kind, name: _name, organization: _organization, ends, endsFrom, ...check } = checked;
  return { ...row, check, expires: ends, expiresFrom: endsFrom };
}
