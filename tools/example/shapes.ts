/**
 * A shape is its signed distance: negative inside, about the distance to the edge near it, in the units of its
 * coordinates. Only + − × ÷ and square roots, which IEEE 754 fixes to the last bit.
 */
export type Shape = (x: number, y: number) => number;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const at = (x: number, y: number): Point => ({ x, y });

/** √(x² + y²); `Math.hypot` may differ between engines in its last bits. */
export const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

export const circle =
  (centre: Point, radius: number): Shape =>
  (x, y) =>
    length(x - centre.x, y - centre.y) - radius;

/** The first-order distance f / |∇f| of f = √((x/a)² + (y/b)²) − 1. */
export const ellipse =
  (centre: Point, a: number, b: number): Shape =>
  (x, y) => {
    const u = (x - centre.x) / a;
    const v = (y - centre.y) / b;
    const level = length(u, v);
    return (level * (level - 1)) / (length(u / a, v / b) + 1e-9);
  };

/** A stroke from `from` to `to` whose radius runs evenly from `start` to `end`. */
export const stroke =
  (from: Point, to: Point, start: number, end = start): Shape =>
  (x, y) => {
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const along = clamp(((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy), 0, 1);
    return length(x - from.x - along * dx, y - from.y - along * dy) - (start + (end - start) * along);
  };

/** Everything below the line y = `edge` (y points down). */
export const below =
  (edge: number): Shape =>
  (_x, y) =>
    edge - y;

export const union =
  (...shapes: readonly Shape[]): Shape =>
  (x, y) =>
    shapes.reduce((nearest, shape) => Math.min(nearest, shape(x, y)), Number.POSITIVE_INFINITY);

export const both =
  (a: Shape, b: Shape): Shape =>
  (x, y) =>
    Math.max(a(x, y), b(x, y));

export const without =
  (a: Shape, b: Shape): Shape =>
  (x, y) =>
    Math.max(a(x, y), -b(x, y));

/** A union whose inner corner is filled with a fillet about `width` wide. */
export const blend =
  (a: Shape, b: Shape, width: number): Shape =>
  (x, y) => {
    const da = a(x, y);
    const db = b(x, y);
    const overlap = Math.max(width - Math.abs(da - db), 0) / width;
    return Math.min(da, db) - (overlap * overlap * width) / 4;
  };

/** A pointed leaf: where two circles through both ends overlap. `width` is its half width relative to its half length, below 1. */
export function leaf(from: Point, to: Point, width: number): Shape {
  const half = length(to.x - from.x, to.y - from.y) / 2;
  const radius = (half * (1 + width * width)) / (2 * width);
  const offset = (radius - width * half) / (2 * half);
  const side = (sign: number): Point =>
    at(
      (from.x + to.x) / 2 - sign * (to.y - from.y) * offset,
      (from.y + to.y) / 2 + sign * (to.x - from.x) * offset,
    );
  return both(circle(side(1), radius), circle(side(-1), radius));
}
