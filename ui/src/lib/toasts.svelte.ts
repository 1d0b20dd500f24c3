/// Short words about what just happened, at the foot of the window.
export type Toast = {
  id: number;
  words: string;
  warnings: string[];
  tone: "plain" | "bad";
  action: { label: string; run: () => void } | null;
};

let next = 1;

class Toasts {
  all = $state.raw<Toast[]>([]);
  private clocks = new Map<number, ReturnType<typeof setTimeout>>();

  say(words: string, more: { warnings?: string[]; tone?: Toast["tone"]; action?: Toast["action"] } = {}): void {
    const { warnings = [], tone = "plain", action = null } = more;
    const toast: Toast = { id: next++, words, warnings, tone, action };
    // Three at once are as many as anybody reads.
    this.all = [...this.all, toast].slice(-3);
    this.wait(toast);
  }

  /// Somebody looks at it or is about to press its button, so it stays.
  hold(toast: Toast): void {
    clearTimeout(this.clocks.get(toast.id));
  }

  wait(toast: Toast): void {
    this.hold(toast);
    const long = toast.action || toast.warnings.length || toast.tone === "bad";
    this.clocks.set(toast.id, setTimeout(() => this.drop(toast.id), long ? 10_000 : 4_000));
  }

  drop(id: number): void {
    clearTimeout(this.clocks.get(id));
    this.clocks.delete(id);
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
