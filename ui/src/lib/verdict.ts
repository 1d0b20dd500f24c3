/// What a check came to, in the words and colours of the window.
import { verdictOf } from "../ipc/client";
import type { Check, CredentialView } from "../ipc/client";
import { m } from "./messages";
import { age, shown, shownMoment } from "./shown";

/// How a verdict is marked, from its rank: a fault, what could not be tried, what is not proved, what works.
export type Tone = "bad" | "warn" | "mute" | "good";
const tones: Record<number, Tone> = { 1: "bad", 2: "warn", 3: "mute", 4: "good" };

export function toneOf(check: Pick<Check, "verdict">): Tone {
  return tones[verdictOf(check.verdict).rank] ?? "mute";
}

/// A check in a cell: "Works · 2 h".
export function checkText(check: Check | null, now: number): string {
  return check ? m.checkAged(verdictOf(check.verdict).label, age(check.at, now)) : m.notChecked;
}

/// What the pointer that rests on it reads: the sentence, and when exactly that was found.
export function checkTitle(check: Check | null): string {
  return check ? m.checkSays(shown(check.message), shownMoment(check.at)) : m.notCheckedMore;
}

/// Whether a row's check is at least as new as what was found: only then it says more than that.
export function isAsNew(check: Check | null, found: Pick<Check, "at">): boolean {
  return check !== null && Date.parse(check.at) >= Date.parse(found.at);
}

/// Whether a credential asks for any certificate to be taken.
export function skipsTls(row: Pick<CredentialView, "fields">): boolean {
  return row.fields[SKIP_TLS] === true;
}
export const SKIP_TLS = "skipTlsFlag";
