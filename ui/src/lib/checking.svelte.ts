/// One question about one credential, as a form or the drawer holds it, and its answer: asked from this machine, or through the
/// account where that gets no further.
import { asError, ipc } from "../ipc/client";
import type { Check, Input, KindId } from "../ipc/client";
import { desk } from "./desk.svelte";

export type Through = "here" | "account";

export class Checking {
  busy = $state<Through | null>(null);
  check = $state.raw<Check | null>(null);
  /// By which way the answer came.
  through = $state<Through>("here");
  /// Why there is no answer.
  failure = $state.raw<string | null>(null);
  stopped = $state(false);
  /// What the answer is about, as the one who asked counts its changes.
  about = $state.raw<unknown>(null);
  private turn = 0;

  /// Asks, and gives what was found, also when nobody looks here any more: it is kept with the credential all the same. What comes
  /// `first` can stop it like the question itself.
  async ask(through: Through, kind: KindId, id: string | null, input: Input, about: unknown, first?: () => Promise<void>): Promise<Check | null> {
    if (this.busy) return null;
    const turn = ++this.turn;
    this.busy = through;
    this.clear();
    let found: Check | null = null;
    let failure: string | null = null;
    try {
      if (first) {
        await first();
        // Who stopped it or left meanwhile does not want it asked any more.
        if (turn !== this.turn) return null;
      }
      found = await (through === "here" ? ipc.probeInput : ipc.checkInAccount)(kind, id, input);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === "keychain") void desk.askKeychain();
      // Stopped here, or together with all others.
      if (error.code !== "cancelled") failure = error.message;
      else if (turn === this.turn) this.stopped = true;
    }
    if (turn !== this.turn) return found;
    this.busy = null;
    this.check = found;
    this.failure = failure;
    this.through = through;
    this.about = about;
    return found;
  }

  /// Somebody has waited long enough. An answer that comes all the same is not shown here.
  stop(): void {
    if (!this.busy) return;
    this.end();
    this.leave();
    this.stopped = true;
  }

  /// The form goes, and what was asked about with it.
  forget(): void {
    this.end();
    this.leave();
  }

  /// Something else is looked at from now on; what is asked goes on.
  leave(): void {
    this.turn += 1;
    this.busy = null;
    this.clear();
  }

  private clear(): void {
    this.check = null;
    this.failure = null;
    this.stopped = false;
  }

  private end(): void {
    if (this.busy === "here") void ipc.stopProbing().catch(() => {});
  }
}
