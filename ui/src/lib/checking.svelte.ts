/// One question to the account's checker at a time, and its answer.
import { asError, ipc } from "../ipc/client";
import type { CheckView, Input, KindId } from "../ipc/client";
import { m } from "./messages";
import { shown } from "./shown";

export class Checking {
  busy = $state(false);
  verdict = $state.raw<CheckView | null>(null);
  private turn = 0;

  async ask(kind: KindId, id: string | null, input: Input): Promise<void> {
    if (this.busy) return;
    const turn = ++this.turn;
    this.busy = true;
    this.verdict = null;
    let verdict: CheckView;
    try {
      verdict = await ipc.checkInAccount(kind, id, input);
    } catch (thrown) {
      verdict = { verdict: "unknown", message: asError(thrown).message };
    }
    // What was asked about is no longer what is seen.
    if (turn !== this.turn) return;
    this.verdict = verdict;
    this.busy = false;
  }

  forget(): void {
    this.turn += 1;
    this.busy = false;
    this.verdict = null;
  }
}

export function verdictWords({ verdict, message }: CheckView): string {
  const words = shown(message);
  if (verdict === "works") return m.works(words);
  return verdict === "refused" ? m.refused(words) : m.notKnown(words);
}
