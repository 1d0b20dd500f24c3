/// How stored values become text that can be trusted by the eye.

// Controls, line and paragraph separators, bidirectional marks, embeddings, overrides and isolates, invisible fillers and tag
// characters: none of them shows, and each can make a text look like another. Joiners stay, since emoji and several scripts
// need them.
// eslint-disable-next-line no-control-regex
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/// The text with everything invisible or direction-changing written out, as `\u{202E}`.
export function shown(text: string): string {
  return text.replace(unseen, (one) => `\\u{${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}}`);
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const minute = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
});

/// A moment as a person says it; what is no date stays as it came.
export function shownDate(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? shown(text) : day.format(at);
}

export function shownMoment(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? shown(text) : minute.format(at);
}

export function shownSize(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KB`;
}
