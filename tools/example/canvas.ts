import { at, clamp, type Point, type Shape } from './shapes.ts';

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

/** Height and width in pixels of a block that is skipped at once where the shape is far from its centre. */
const blockSize = 8;
/** Twice a block's half diagonal, rounded up: twice, because distances are rough. In pixels. */
const farAway = 12;

/** Picture coordinates in pixels to the drawing's. */
function place({ centre, scale, turn }: Pose, column: number, row: number): Point {
  const dx = (column - centre.x) / scale;
  const dy = (row - centre.y) / scale;
  return at(dx * turn.x + dy * turn.y, dy * turn.x - dx * turn.y);
}

/** A square picture (its size a multiple of 8 pixels) that is painted shape by shape, the later over the earlier. */
export class Canvas {
  readonly size: number;
  /** [size, size, 3], row by row, 0 to 255 before rounding. */
  readonly values: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.values = new Float64Array(size * size * 3);
  }

  /** Paints `shape`, given in the coordinates of `pose`; its edge is anti-aliased by the distance to it. */
  fill(pose: Pose, shape: Shape, paint: Paint | Colour, { opacity = 1, edge = 1 }: FillOptions = {}): void {
    const coverAt = ({ x, y }: Point) => opacity * clamp(0.5 - (shape(x, y) * pose.scale) / edge, 0, 1);
    const colourAt = typeof paint === 'function' ? ({ x, y }: Point) => paint(x, y) : () => paint;
    for (let top = 0; top < this.size; top += blockSize) {
      for (let left = 0; left < this.size; left += blockSize) {
        const centre = place(pose, left + blockSize / 2, top + blockSize / 2);
        if (shape(centre.x, centre.y) * pose.scale > farAway + edge) continue;
        this.#eachPixel(top, left, (offset, column, row) => {
          const point = place(pose, column + 0.5, row + 0.5);
          const cover = coverAt(point);
          if (cover > 0) this.#blend(offset, colourAt(point), cover);
        });
      }
    }
  }

  /** Visits the pixels of the block at (`top`, `left`); `offset` is where one's values start. */
  #eachPixel(top: number, left: number, visit: (offset: number, column: number, row: number) => void): void {
    for (let row = top; row < top + blockSize; row++) {
      for (let column = left; column < left + blockSize; column++) {
        visit((row * this.size + column) * 3, column, row);
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
