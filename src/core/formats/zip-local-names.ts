import { latin1 } from './picture-kind.ts';

const LOCAL_HEADER = 0x04034b50;
const MAX_NAMES = 64;

/**
 * Names of the first files of a zip from its beginning alone, without the directory at its end: enough to tell what a
 * zip is for. The walk ends where an entry's size stands only behind it, or where the bytes end.
 */
export function localNames(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const names: string[] = [];
  let at = 0;
  while (names.length < MAX_NAMES && at + 30 <= bytes.length && view.getUint32(at, true) === LOCAL_HEADER) {
    const nameLength = view.getUint16(at + 26, true);
    names.push(latin1(bytes, at + 30, nameLength));
    const packedSize = view.getUint32(at + 18, true);
    const sizeComesBehind = (view.getUint16(at + 6, true) & 8) !== 0;
    if (packedSize === 0 && sizeComesBehind) break;
    at += 30 + nameLength + view.getUint16(at + 28, true) + packedSize;
  }
  return names;
}
