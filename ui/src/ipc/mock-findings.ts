/// The rules of the stand-in: only the plainest, so that a form has something to say.
import type { CredentialView, FieldView, Findings, Input, KindView } from "./client";

const numberOf = (ip: string) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const isIp = (text: string) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((part) => Number(part) < 256);

export function findings(kind: KindView, input: Input, base: CredentialView | null, rows: CredentialView[]): Findings {
  const found: Findings = { problems: [], warnings: [] };
  const value = (id: string) => (id in input ? input[id] : base?.fields[id]) ?? null;
  const problem = (field: string, code: string, message: string) => found.problems.push({ field, code, message });
  for (const field of kind.fields) {
    if (field.shownWhen && !field.shownWhen.values.includes(String(value(field.shownWhen.field) ?? "false"))) continue;
    const given = field.secret && !(field.id in input) ? (base?.secrets[field.id] === "set" ? "…" : null) : value(field.id);
    const empty = given === null || given === "" || (Array.isArray(given) && given.length === 0);
    if (empty) {
      if (field.required) problem(field.id, "required", `${field.label} is missing.`);
      continue;
    }
    const wrong = oddity(field, given);
    if (wrong) problem(field.id, "shape", wrong);
  }
  const name = value(kind.nameField);
  if (rows.some((row) => row.kind === kind.id && row.name === name && row.id !== base?.id))
    problem(kind.nameField, "duplicate", `There is already one named ${String(name)}. Choose another name.`);
  const ends = input["expires"];
  if (typeof ends === "string" && !/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(ends)) problem("expires", "invalid", "Expires is a date such as 2027-01-31.");
  if (/PRIVATE KEY/.test(String(input["note"] ?? ""))) problem("note", "invalid", "This holds a private key, and a note is not kept secret. Put it into the field it belongs to.");
  for (const block of ["publicNetwork", "privateNetwork"]) {
    const [net = "", bits = ""] = String(value(`${block}.ipAddress`) ?? "").split("/");
    if (!isIp(net) || !(Number(bits) >= 1 && Number(bits) <= 32)) continue;
    const size = 2 ** (32 - Number(bits));
    const start = Math.floor(numberOf(net) / size) * size;
    if (start !== numberOf(net))
      found.warnings.push({ field: `${block}.ipAddress`, code: "hostBits", message: "Host bits are set; the address is kept as typed." });
    for (const part of ["gateway", "beginAllocationRange", "endAllocationRange"]) {
      const ip = String(value(`${block}.${part}`) ?? "");
      if (isIp(ip) && !(numberOf(ip) >= start && numberOf(ip) < start + size))
        problem(`${block}.${part}`, "outside", `${ip} is not inside ${net}/${bits}.`);
    }
  }
  return found;
}

function oddity(field: FieldView, given: unknown): string | null {
  const text = String(given);
  if (field.type === "url" && !/^https?:\/\/[^/@]+/.test(text)) return "Write a whole address, beginning with https://.";
  if (field.type === "ip" && !isIp(text)) return "Write an IPv4 address, as 10.0.0.1.";
  if (field.type === "cidr" && !/^[\d.]+\/\d+$/.test(text)) return "Write an address and its prefix length, as 10.0.0.0/24.";
  if (field.type === "int" && (!Number.isInteger(given) || (given as number) < (field.min ?? -Infinity) || (given as number) > (field.max ?? Infinity)))
    return `Write a whole number from ${field.min ?? 0} to ${field.max ?? "∞"}.`;
  if (field.type === "text" && field.min && text.length < field.min) return `${field.label} needs at least ${field.min} characters.`;
  if (field.type === "text" && field.max && text.length > field.max) return `${field.label} has at most ${field.max} characters.`;
  if (field.id === "name" && /[^A-Za-z0-9-]/.test(text) && field.help) return "Use ASCII letters, digits and dashes only.";
  return null;
}
