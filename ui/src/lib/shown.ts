/// How stored values become text that can be trusted by the eye.
import { m } from "./messages";

// Controls, line and paragraph separators, bidirectional marks, embeddings, overrides and isolates, invisible fillers and tag
// characters: none of them shows, and each can make a text look like another. Joiners stay, since emoji and several scripts
// need them.
// eslint-disable-next-line no-control-regex
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/// The text with everything invisible or direction-changing written out, as `\u{202E}`.
export function shown(text: string): string {
  return text.replace(unseen, (one) => `\\u{${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}}`);
}

/// The same of several lines, whose ends are meant.
export function shownLines(text: string): string {
  return text.split(/\r?\n/).map(shown).join("\n");
}

// Three letters each, so that a column of dates has one width; the platform's own short months do not.
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number: number) => String(number).padStart(2, "0");

/// A moment as a person says it; what is no date stays as it came.
export function shownDate(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? shown(text) : `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}`;
}

export function shownMoment(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? shown(text) : `${shownDate(text)}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function shownSize(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
}

/// How long ago something was, in words that hold for a while.
export function ago(text: string, now = Date.now()): string {
  const at = new Date(text).getTime();
  if (Number.isNaN(at)) return shown(text);
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return m.ago.now;
  if (minutes < 60) return m.ago.minutes(minutes);
  if (minutes < 24 * 60) return m.ago.hours(Math.floor(minutes / 60));
  return m.ago.on(shownDate(text));
}

/// How old something is, as short as a cell wants it.
export function age(text: string, now: number): string {
  const at = new Date(text).getTime();
  if (Number.isNaN(at)) return shown(text);
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return m.age.now;
  if (minutes < 60) return m.age.minutes(minutes);
  if (minutes < 24 * 60) return m.age.hours(Math.floor(minutes / 60));
  const days = Math.floor(minutes / (24 * 60));
  return days < 100 ? m.age.days(days) : shownDate(text);
}
