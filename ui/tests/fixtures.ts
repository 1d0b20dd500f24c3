/// Kinds, credentials and a Rust that answers as a test wants, apart from what the program itself ships.
import { mockIPC } from "@tauri-apps/api/mocks";
import type { CredentialView, FieldView, Findings, KindView } from "../src/ipc/client";
import { desk } from "../src/lib/desk.svelte";

export function field(id: string, more: Partial<FieldView> = {}): FieldView {
  return {
    id, label: id, type: "text", required: false, secret: false, group: "Cloud settings", help: null, placeholder: null, choices: [],
    shownWhen: null, default: null, updatable: true, min: null, max: null, ...more,
  };
}

export function kind(fields: FieldView[], more: Partial<KindView> = {}): KindView {
  return {
    id: "aws", tab: "cloud", label: "Amazon Web Services", summary: "Keys", mark: "AW", nameField: fields[0]?.id ?? "name", addRole: "manager", canLock: true,
    canDefault: true, fields, columns: [], rights: { manager: [], partner: [], member: [] }, ...more,
  };
}

export function credential(more: Partial<CredentialView> = {}): CredentialView {
  return {
    id: "c1", kind: "aws", tab: "cloud", name: "aws-prod", organization: "Acme", organizationId: "o1", state: "ready", locked: false,
    default: false, version: 3, fields: {}, secrets: {}, facts: { identity: null, project: null, fingerprint: null, expiry: null },
    accountId: null, problems: [], usedBy: [], trouble: null, account: {}, note: "", expires: null, expiresFrom: null, expiresByHand: null, check: null, createdAt: "2026-03-12T10:00:00Z", modifiedAt: "2026-03-13T10:00:00Z", ...more,
  };
}

export const nothingFound: Findings = { problems: [], warnings: [] };

type Call = { command: string; args: Record<string, unknown> };

/// Answers commands from a table and remembers what was asked.
export function answer(table: Record<string, (args: any) => unknown>): Call[] {
  const calls: Call[] = [];
  mockIPC((command, given) => {
    const args = (given ?? {}) as Record<string, unknown>;
    calls.push({ command, args: structuredClone(args) });
    const found = table[command];
    if (!found) throw `command ${command} not found`;
    return found(args);
  });
  return calls;
}

export function atDesk(organizations = ["Acme", "Delta"]): void {
  desk.workspace = {
    id: "w1", name: "Northwind", role: "partner", current: true, connected: false, organizations: organizations.map((name, at) => ({ id: `o${at + 1}`, name })),
  };
  desk.organization = null;
}

export function refusal(code: string, message: string, more: object = {}) {
  return { code, field: null, problems: [], message, ...more };
}
