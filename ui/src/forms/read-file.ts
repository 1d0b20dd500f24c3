/// Reads a chosen or dropped file as text, bounded, and says in a sentence why it cannot.
import { m } from "../lib/messages";
import { shown } from "../lib/shown";

/// No credential is larger: the largest, a kubeconfig with its certificates, has some tens of kilobytes.
export const LARGEST = 1024 * 1024;

export type ReadFile = { text: string; name: string } | { refused: string };

export async function readFile(file: File): Promise<ReadFile> {
  const name = shown(file.name);
  if (file.size > LARGEST) return { refused: m.fileTooLarge(name) };
  let bytes: ArrayBuffer;
  try {
    bytes = await contentOf(file);
  } catch {
    // A folder that was dropped looks like an empty file of no type until it is read.
    return { refused: file.type === "" && file.size % 4096 === 0 ? m.fileIsFolder(name) : m.fileUnreadable(name) };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { refused: m.fileNotText(name) } : { text, name };
  } catch {
    return { refused: m.fileNotText(name) };
  }
}

/// Whether files are dragged, rather than a piece of text from one field to another.
export function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/// The one file of a drop, or why there is none.
export async function readDrop(transfer: DataTransfer): Promise<ReadFile | null> {
  const entry = transfer.items?.[0]?.webkitGetAsEntry?.();
  if (entry?.isDirectory) return { refused: m.fileIsFolder(shown(entry.name)) };
  if (transfer.files.length > 1) return { refused: m.fileMany };
  const file = transfer.files[0];
  return file ? readFile(file) : null;
}

function contentOf(file: File): Promise<ArrayBuffer> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result as ArrayBuffer);
    reader.onerror = () => failed(reader.error);
    reader.readAsArrayBuffer(file);
  });
}
