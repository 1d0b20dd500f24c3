/// The one clock of the window. Words about time ("2 h", "in 12 days") are made from it, so that they grow older by themselves
/// without anybody being asked.

const MINUTE = 60_000;

class Clock {
  /// The current time, looked at once a minute while somebody can see the window.
  now = $state(Date.now());
  private ticking: ReturnType<typeof setInterval> | undefined;

  look(): void {
    this.now = Date.now();
  }

  /// Ticks as long as the window is there. A window that nobody sees does not; it looks as soon as it is seen again.
  watch(): () => void {
    const turn = () => {
      clearInterval(this.ticking);
      if (document.visibilityState === "hidden") return;
      this.look();
      this.ticking = setInterval(() => this.look(), MINUTE);
    };
    turn();
    document.addEventListener("visibilitychange", turn);
    return () => {
      clearInterval(this.ticking);
      document.removeEventListener("visibilitychange", turn);
    };
  }
}

export const clock = new Clock();
