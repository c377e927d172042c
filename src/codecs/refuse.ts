import { Problem } from '../core/problem.ts';

/** Pixels; what a header says is checked against it before anything is allocated. */
export const MAX_PIXELS = 100_000_000;

/** The problem of a picture that cannot be decoded. `reason` completes "The picture cannot be decoded: …". */
export function undecodable(reason: string, details: Readonly<Record<string, unknown>> = {}): Problem {
  return new Problem('images/undecodable', `The picture cannot be decoded: ${reason}.`, {
    reason,
    ...details,
  });
}

/** @throws Problem for a picture without pixels or with more than `MAX_PIXELS`. */
export function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw undecodable(`it has ${width} × ${height} pixels`, { width, height });
  if (width * height > MAX_PIXELS) {
    const limit = MAX_PIXELS / 1e6;
    throw undecodable(`${width} × ${height} pixels are more than the ${limit} million that are read`, {
      width,
      height,
    });
  }
}

/** RGBA → RGB: alpha is dropped without blending. */
export function withoutAlpha(rgba: ArrayLike<number>, pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
