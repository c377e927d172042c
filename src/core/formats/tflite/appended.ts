/**
 * TFLite metadata puts label files into a zip archive that is appended to the model, with offsets counted from the start
 * of the whole file. In memory the archive stands alone (offsets from its own start); reading and writing rebase it.
 * Source: PKWARE APPNOTE 4.3; tflite-support's metadata writer.
 */

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endSize = 22;

interface Directory {
  /** Position of the end-of-central-directory record. */
  readonly end: number;
  readonly start: number;
  readonly entries: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function findDirectory(view: DataView): Directory | undefined {
  const longestComment = 0xffff;
  const last = view.byteLength - endSize;
  for (let end = last; end >= 0 && end >= last - longestComment; end--) {
    if (view.getUint32(end, true) !== endSignature) continue;
    const start = view.getUint32(end + 16, true);
    const size = view.getUint32(end + 12, true);
    if (start + size === end) return { end, start, entries: view.getUint16(end + 10, true) };
  }
  return undefined;
}

/** Calls `visit` with the position of each entry's record in the central directory; false when the directory is damaged. */
function eachEntry(view: DataView, directory: Directory, visit: (position: number) => void): boolean {
  let position = directory.start;
  for (let i = 0; i < directory.entries; i++) {
    if (position + 46 > directory.end || view.getUint32(position, true) !== entrySignature) return false;
    visit(position);
    position +=
      46 +
      view.getUint16(position + 28, true) +
      view.getUint16(position + 30, true) +
      view.getUint16(position + 32, true);
  }
  return position === directory.end;
}

/** A copy of a stand-alone or appended archive whose offsets are moved by `shift` bytes. */
function shifted(archive: Uint8Array, directory: Directory, base: number, shift: number): Uint8Array {
  const copy = archive.slice();
  const view = viewOf(copy);
  const at = { end: directory.end - base, start: directory.start - base, entries: directory.entries };
  eachEntry(view, at, (position) =>
    view.setUint32(position + 42, view.getUint32(position + 42, true) + shift, true),
  );
  view.setUint32(at.end + 16, directory.start + shift, true);
  return copy;
}

/** The archive behind a model, made to stand alone; `undefined` where there is none. */
export function readAppended(file: Uint8Array): Uint8Array | undefined {
  const view = viewOf(file);
  const directory = findDirectory(view);
  if (directory === undefined) return undefined;
  let base = directory.start;
  const whole = eachEntry(view, directory, (position) => {
    base = Math.min(base, view.getUint32(position + 42, true));
  });
  return whole ? shifted(file.subarray(base), directory, base, -base) : undefined;
}

/** `archive` as it must stand behind a model of `modelBytes` bytes. */
export function placeAppended(archive: Uint8Array, modelBytes: number): Uint8Array {
  const directory = findDirectory(viewOf(archive));
  return directory === undefined ? archive : shifted(archive, directory, 0, modelBytes);
}
