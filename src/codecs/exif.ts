/** EXIF orientation: 1 is upright, 2 to 8 as in the EXIF standard (2.32, tag 0x0112). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/**
 * The orientation from an EXIF block, which is a small TIFF file, with or without `Exif\0\0` before it. Damaged or
 * missing data means upright, as everywhere.
 */
export function readOrientation(exif: Uint8Array): Orientation {
  const tiff = exif[0] === 0x45 && exif[1] === 0x78 ? exif.subarray(6) : exif;
  const little = tiff[0] === 0x49;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  if (view.byteLength < 8 || view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let at = directory + 2; at < directory + 2 + entries * 12 && at + 12 <= view.byteLength; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION_TAG || view.getUint16(at + 2, little) !== SHORT) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}
