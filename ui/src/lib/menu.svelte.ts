/// The one menu of the window: what it hangs on, and what it offers.
import type { Component } from "svelte";

export type MenuItem =
  | { line: true }
  | {
      line?: false;
      label: string;
      icon?: Component<any>;
      danger?: boolean;
      /// The key that does the same without the menu.
      key?: string;
      /// Said instead of doing anything: why this cannot be done now.
      why?: string | undefined;
      /// A choice that is on or off; the menu stays open while these are changed.
      checked?: boolean;
      /// One of several, of which one is on; choosing closes the menu.
      picked?: boolean;
      run: () => void;
    };

type Place = HTMLElement | { x: number; y: number };

class Menu {
  label = $state.raw("");
  place = $state.raw<Place | null>(null);
  items = $state.raw<() => MenuItem[]>(() => []);
  /// Where the focus goes when it closes.
  origin: HTMLElement | null = null;

  open(label: string, place: Place, items: () => MenuItem[], origin?: HTMLElement): void {
    this.label = label;
    this.items = items;
    this.origin = origin ?? (place instanceof HTMLElement ? place : (document.activeElement as HTMLElement | null));
    this.place = place;
  }

  close(): void {
    if (!this.place) return;
    this.place = null;
    if (this.origin?.isConnected) this.origin.focus();
  }
}

export const menu = new Menu();
