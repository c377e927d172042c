import { undecodable } from './refuse.ts';

const MAX_CODES = 4096;

/** Reads codes of a growing width from GIF's data blocks, low bits first; −1 at the end. */
class CodeReader {
  private readonly bytes: Uint8Array;
  private at: number;
  private blockEnd: number;
  private bits = 0;
  private available = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.at = offset;
    this.blockEnd = offset;
  }

  next(width: number): number {
    while (this.available < width) {
      const byte = this.nextByte();
      if (byte === undefined) return -1;
      this.bits |= byte << this.available;
      this.available += 8;
    }
    const code = this.bits & ((1 << width) - 1);
    this.bits >>>= width;
    this.available -= width;
    return code;
  }

  private nextByte(): number | undefined {
    if (this.at === this.blockEnd) {
      const length = this.bytes[this.at] ?? 0;
      if (length === 0) return undefined;
      this.at++;
      this.blockEnd = this.at + length;
    }
    return this.bytes[this.at++];
  }
}

/**
 * GIF's variant of LZW (GIF89a specification, appendix F).
 * @param offset - of the byte with the code size, before the data blocks.
 * @param count - pixels of the frame.
 * @returns `count` palette indices.
 */
export function unpackLzw(bytes: Uint8Array, offset: number, count: number): Uint8Array {
  const minWidth = bytes[offset] ?? 0;
  if (minWidth < 1 || minWidth > 8) throw undecodable('the data of the GIF is damaged');
  const clear = 1 << minWidth;
  const reader = new CodeReader(bytes, offset + 1);
  const out = new Uint8Array(count);
  // A code stands for a run that occurred in `out`: where it begins and how long it is.
  const starts = new Int32Array(MAX_CODES);
  const lengths = new Int32Array(MAX_CODES);
  let [next, width, previous, written] = [clear + 2, minWidth + 1, -1, 0];
  while (written < count) {
    const code = reader.next(width);
    if (code < 0 || code === clear + 1) throw undecodable('the GIF is cut off');
    if (code === clear) {
      [next, width, previous] = [clear + 2, minWidth + 1, -1];
      continue;
    }
    if (previous >= 0 && next < MAX_CODES) {
      // The run of the code before, and one pixel more: the one that this code writes first.
      starts[next] = previous;
      lengths[next] = written - previous + 1;
      next++;
    }
    previous = written;
    if (code < clear) out[written++] = code;
    else if (code < next && code > clear + 1)
      written = repeat(out, { from: starts[code] ?? 0, to: written, length: lengths[code] ?? 0 });
    else throw undecodable('the data of the GIF is damaged');
    if (next === 1 << width && width < 12) width++;
  }
  return out;
}

/** Copies a run forward; it may reach into what it writes, as the newest code does. Bytes beyond `out` are dropped. */
function repeat(
  out: Uint8Array,
  { from, to, length }: { readonly from: number; readonly to: number; readonly length: number },
): number {
  for (let i = 0; i < length; i++) out[to + i] = out[from + i] ?? 0;
  return to + length;
}
