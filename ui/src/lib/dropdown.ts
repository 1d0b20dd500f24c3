/// Puts a list under its control, or above it where there is no room below.
export function hang(list: HTMLElement, control: HTMLElement): void {
  list.showPopover?.();
  const box = control.getBoundingClientRect();
  const below = innerHeight - box.bottom - 12;
  const above = box.top - 12;
  const tall = Math.min(list.scrollHeight + 2, 240);
  const up = below < Math.min(tall, 140) && above > below;
  list.style.width = `${box.width}px`;
  list.style.left = `${box.left}px`;
  list.style.maxHeight = `${Math.min(tall, up ? above : below)}px`;
  list.style.top = up ? `${box.top - Math.min(tall, above) - 4}px` : `${box.bottom + 4}px`;
}
