import { Canvas, type Colour, mixed, type Pose } from './canvas.ts';
import { Brush, fruits } from './fruit.ts';
import { Random } from './random.ts';
import { at, below, clamp, ellipse, type Point, type Shape } from './shapes.ts';

/** Width and height of a picture, in pixels. */
export const pictureSize = 64;

/** Class names, by label. */
export const classNames: readonly string[] = Object.keys(fruits);

export interface Picture {
  /** [64, 64, 3], row by row, RGB. */
  readonly pixels: Uint8Array;
  readonly label: number;
}

const walls: readonly [Colour, ...Colour[]] = [
  [238, 228, 212],
  [214, 226, 232],
  [226, 214, 228],
  [220, 232, 214],
  [244, 222, 206],
  [196, 208, 214],
  [250, 246, 238],
  [176, 190, 178],
  [120, 134, 150],
];
const tables: readonly [Colour, ...Colour[]] = [
  [190, 150, 110],
  [158, 118, 84],
  [222, 208, 190],
  [170, 180, 188],
  [206, 176, 150],
  [132, 146, 138],
  [232, 232, 236],
  [112, 92, 84],
];

/** (cos, sin) of the angle whose half has the tangent `t`: a turn without trigonometric functions. */
function turnOf(t: number): Point {
  return at((1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t));
}

const everywhere: Shape = () => Number.NEGATIVE_INFINITY;

/** A wall with a gradient, mostly with a table in front, and at times a plate or a striped cloth on it. */
function paintScene(canvas: Canvas, random: Random): void {
  const picture: Pose = { centre: at(0, 0), scale: 1, turn: at(1, 0) };
  const [from, to] = [random.pick(walls), random.pick(walls)];
  const slant = random.between(-1, 1);
  const end = canvas.size * (1 + Math.abs(slant));
  canvas.fill(picture, everywhere, (x, y) =>
    mixed(from, to, (y + Math.abs(slant) * (slant < 0 ? canvas.size - x : x)) / end),
  );
  if (random.chance(0.25)) return;
  const edge = random.between(22, 50);
  const wood = random.pick(tables);
  canvas.fill(picture, below(edge), (_x, y) => mixed(mixed(wood, [40, 30, 30], 0.2), wood, (y - edge) / 24));
  if (random.chance(0.3)) {
    const cloth = random.pick(walls);
    const width = random.between(4, 8);
    canvas.fill(picture, below(edge), (x) => (Math.floor(x / width) % 2 === 0 ? cloth : wood), {
      opacity: 0.6,
    });
  }
  if (random.chance(0.3)) {
    const middle = at(32 + random.between(-4, 4), random.between(42, 52));
    canvas.fill(picture, ellipse(middle, 31, 15), [246, 246, 250]);
    canvas.fill(picture, ellipse(middle, 23, 10), [226, 228, 236], { edge: 2 });
  }
}

function paintShadow(canvas: Canvas, pose: Pose): void {
  const flat: Pose = { ...pose, turn: at(1, 0) };
  canvas.fill(flat, ellipse(at(0.12, 0.68), 0.78, 0.26), [30, 24, 36], { opacity: 0.38, edge: 9 });
}

/** Light, a tint and the noise of a small camera; then whole numbers. */
function develop(canvas: Canvas, random: Random): Uint8Array {
  const light = random.between(0.72, 1.1);
  const gains = [0, 0, 0].map(() => light * random.between(0.93, 1.07));
  const grain = random.between(1, 7);
  return Uint8Array.from(canvas.values, (value, index) => {
    const noise = (random.fraction() + random.fraction() - 1) * grain;
    return clamp(Math.floor(value * (gains[index % 3] ?? 1) + noise + 0.5), 0, 255);
  });
}

/**
 * Picture number `seed` of class `label`: the same bytes on every engine, because only integer operations, + − × ÷, √ and
 * floor are used.
 */
export function render(label: number, seed: number): Picture {
  const random = new Random(Math.imul(seed, classNames.length) + label);
  const canvas = new Canvas(pictureSize);
  paintScene(canvas, random);
  const pose: Pose = {
    centre: at(32 + random.between(-6, 6), 32 + random.between(-5, 5)),
    scale: random.between(19, 29),
    turn: turnOf(random.between(-0.36, 0.36)),
  };
  paintShadow(canvas, pose);
  fruits[classNames[label] ?? '']?.(new Brush(canvas, pose, random));
  return { pixels: develop(canvas, random), label };
}
