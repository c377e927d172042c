import { clamp, type Point, type Shape } from './shapes.ts';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];
/** The colour at a place of the shape's own coordinates. */
export type Paint = (x: number, y: number) => Colour;

export interface FillOptions {
  /** Opacity, 0 to 1. */
  readonly opacity?: number;
  /** Width of the edge in pixels; 1 is plain anti-aliasing. */
  readonly edge?: number;
}

/** How a drawing's coordinates (unit: about the radius of a fruit) lie in the picture. */
export interface Pose {
  /** Where the drawing's origin lies, in pixels. */
  readonly centre: Point;
  /** Pixels per unit. */
  readonly scale: number;
  /** Cosine and sine of the turn, clockwise as y points down. */
  readonly turn: Point;
}

export const mixed = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** A square picture that is painted shape by shape, the later over the earlier. */
export class Canvas {
  readonly size: number;
  /** [size, size, 3], row by row, 0 to 255 before rounding. */
  readonly values: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.values = new Float64Array(size * size * 3);
  }

  /** Paints `shape`, given in the coordinates of `pose`; its edge is anti-aliased by the distance to it. */
  fill(pose: Pose, shape: Shape, paint: Paint, { opacity = 1, edge = 1 }: FillOptions = {}): void {
    for (let row = 0; row < this.size; row++) {
      for (let column = 0; column < this.size; column++) {
        const dx = (column + 0.5 - pose.centre.x) / pose.scale;
        const dy = (row + 0.5 - pose.centre.y) / pose.scale;
        const x = dx * pose.turn.x + dy * pose.turn.y;
        const y = dy * pose.turn.x - dx * pose.turn.y;
        const cover = opacity * clamp(0.5 - (shape(x, y) * pose.scale) / edge, 0, 1);
        if (cover > 0) this.#blend((row * this.size + column) * 3, paint(x, y), cover);
      }
    }
  }

  #blend(offset: number, colour: Colour, cover: number): void {
    for (let channel = 0; channel < 3; channel++) {
      const old = this.values[offset + channel] ?? 0;
      this.values[offset + channel] = old + ((colour[channel] ?? 0) - old) * cover;
    }
  }
}
