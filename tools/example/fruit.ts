import { type Canvas, type Colour, type FillOptions, mixed, type Paint, type Pose } from './canvas.ts';
import type { Random } from './random.ts';
import {
  at,
  below,
  blend,
  both,
  circle,
  clamp,
  ellipse,
  leaf,
  length,
  type Point,
  type Shape,
  stroke,
  union,
  without,
} from './shapes.ts';

/** What a fruit is drawn with: a pose on a canvas, and the chance that makes each one differ. */
export class Brush {
  readonly random: Random;
  readonly #canvas: Canvas;
  readonly #pose: Pose;

  constructor(canvas: Canvas, pose: Pose, random: Random) {
    this.#canvas = canvas;
    this.#pose = pose;
    this.random = random;
  }

  fill(shape: Shape, paint: Paint | Colour, options?: FillOptions): void {
    this.#canvas.fill(this.#pose, shape, paint, options);
  }
}

const white: Colour = [255, 255, 255];
const night: Colour = [38, 20, 48];
const bark: Colour = [104, 72, 44];
const moss: Colour = [66, 128, 58];
const leafGreens: readonly [Colour, ...Colour[]] = [[88, 150, 62], moss, [124, 168, 70]];

/** `base` as on a ball around `centre`: lighter towards the upper left, darker towards the lower right edge. */
function ball(base: Colour, centre: Point, radius: number): Paint {
  const light = mixed(base, white, 0.34);
  const dark = mixed(base, night, 0.42);
  return (x, y) => {
    const far = length(x - centre.x + 0.35 * radius, y - centre.y + 0.4 * radius) / radius;
    return far < 0.55 ? mixed(light, base, far / 0.55) : mixed(base, dark, clamp((far - 0.55) / 0.95, 0, 1));
  };
}

/** A soft reflection at the upper left of a ball. */
function shine(brush: Brush, centre: Point, radius: number): void {
  const spot = ellipse(at(centre.x - 0.36 * radius, centre.y - 0.42 * radius), 0.2 * radius, 0.13 * radius);
  brush.fill(spot, white, { opacity: brush.random.between(0.35, 0.75), edge: 2.5 });
}

function round(brush: Brush, base: Colour, centre: Point, radius: number): void {
  brush.fill(circle(centre, radius), ball(base, centre, radius));
  shine(brush, centre, radius);
}

function stem(brush: Brush, from: Point, to: Point, radius = 0.05): void {
  brush.fill(stroke(from, to, radius, radius * 1.4), mixed(bark, moss, brush.random.between(0, 0.7)));
}

function leafAt(brush: Brush, from: Point, reach: number): void {
  const side = brush.random.pick([-1, 1]);
  const to = at(from.x + side * reach, from.y - reach * brush.random.between(0.1, 0.6));
  const green = brush.random.pick(leafGreens);
  brush.fill(leaf(from, to, 0.42), green);
  brush.fill(stroke(from, to, 0.012), mixed(green, white, 0.35));
}

function apple(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [206, 44, 48],
    [222, 70, 60],
    [142, 186, 66],
    [232, 190, 76],
  ]);
  const body = blend(ellipse(at(-0.17, 0.02), 0.54, 0.62), ellipse(at(0.17, 0.02), 0.54, 0.62), 0.3);
  brush.fill(body, ball(base, at(0, 0), 0.75));
  if (brush.random.chance(0.5)) {
    const cheek = brush.random.pick<Colour>([
      [214, 74, 58],
      [236, 196, 92],
    ]);
    brush.fill(both(body, ellipse(at(0.3, 0.1), 0.34, 0.5)), cheek, { opacity: 0.4, edge: 7 });
  }
  brush.fill(ellipse(at(0, -0.5), 0.2, 0.08), mixed(base, night, 0.5), { opacity: 0.8, edge: 3 });
  stem(brush, at(0, -0.48), at(brush.random.between(-0.12, 0.16), -0.86));
  if (brush.random.chance(0.6)) leafAt(brush, at(0.02, -0.66), 0.44);
  shine(brush, at(0, 0), 0.75);
}

function banana(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [246, 208, 66],
    [240, 196, 48],
    [206, 206, 84],
  ]);
  const bend = brush.random.between(0.5, 0.62);
  const body = without(circle(at(0, -0.5), 1.02), circle(at(0, -0.5 - bend), 1.12));
  brush.fill(body, (_x, y) =>
    mixed(mixed(base, white, 0.25), mixed(base, night, 0.3), clamp((y + 0.35) / 0.9, 0, 1)),
  );
  const ridge = without(circle(at(0, -0.56), 0.9), circle(at(0, -0.58), 0.885));
  brush.fill(both(ridge, body), mixed(base, bark, 0.5), { opacity: 0.7 });
  const tip = at(0.9, -0.2 - (0.6 - bend));
  brush.fill(
    stroke(at(tip.x - 0.1, tip.y + 0.1), at(tip.x + 0.08, tip.y - 0.14), 0.1, 0.07),
    mixed(base, bark, 0.55),
  );
  brush.fill(circle(at(-0.9, -0.16 - (0.6 - bend)), 0.085), bark);
}

function cherries(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [196, 24, 52],
    [150, 18, 44],
    [222, 48, 62],
  ]);
  const top = at(brush.random.between(-0.1, 0.25), -0.82);
  const low = brush.random.between(0.3, 0.5);
  const [left, right] = [at(-0.42, low), at(0.4, 0.82 - low)];
  stem(brush, at(left.x, left.y - 0.28), top, 0.03);
  stem(brush, at(right.x, right.y - 0.28), top, 0.03);
  if (brush.random.chance(0.75)) leafAt(brush, top, 0.55);
  round(brush, base, left, 0.36);
  round(brush, base, right, 0.36);
}

function grapes(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [112, 58, 140],
    [86, 56, 128],
    [146, 176, 72],
    [136, 46, 84],
  ]);
  stem(brush, at(0, -0.5), at(0.06, -0.9));
  if (brush.random.chance(0.6)) leafAt(brush, at(0, -0.62), 0.6);
  const rows = [4, 3, 2, 1];
  rows.forEach((count, row) => {
    for (let i = 0; i < count; i++) {
      const jitter = brush.random.between(-0.04, 0.04);
      round(brush, base, at((i - (count - 1) / 2) * 0.4 + jitter, -0.42 + row * 0.34 + jitter), 0.235);
    }
  });
}

function lemon(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [248, 216, 66],
    [240, 222, 84],
    [158, 190, 64],
  ]);
  const body = blend(ellipse(at(0, 0), 0.68, 0.5), stroke(at(-0.74, 0), at(0.74, 0), 0.11), 0.22);
  brush.fill(body, ball(base, at(0, 0), 0.72));
  for (let i = 0; i < 12; i++) {
    const place = at(brush.random.between(-0.5, 0.5), brush.random.between(-0.32, 0.36));
    brush.fill(circle(place, 0.025), mixed(base, bark, 0.5), { opacity: 0.5 });
  }
  shine(brush, at(0, 0), 0.66);
}

function orange(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [244, 142, 38],
    [238, 122, 32],
    [248, 164, 58],
  ]);
  brush.fill(circle(at(0, 0), 0.7), ball(base, at(0, 0), 0.7));
  for (let i = 0; i < 16; i++) {
    const place = at(brush.random.between(-0.46, 0.46), brush.random.between(-0.46, 0.46));
    brush.fill(circle(place, 0.025), mixed(base, bark, 0.6), { opacity: 0.4 });
  }
  const navel = at(brush.random.between(-0.2, 0.2), brush.random.between(-0.45, -0.25));
  brush.fill(circle(navel, 0.09), [96, 122, 52]);
  if (brush.random.chance(0.4)) leafAt(brush, navel, 0.5);
  shine(brush, at(0, 0), 0.68);
}

function pear(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [178, 192, 74],
    [214, 196, 82],
    [196, 146, 66],
  ]);
  const body = blend(circle(at(0, 0.28), 0.52), ellipse(at(0, -0.4), 0.25, 0.3), 0.42);
  brush.fill(body, ball(base, at(0, 0.15), 0.75));
  if (brush.random.chance(0.4)) {
    brush.fill(both(body, ellipse(at(0.24, 0.3), 0.3, 0.36)), [214, 96, 62], { opacity: 0.4, edge: 7 });
  }
  stem(brush, at(0, -0.64), at(brush.random.between(-0.14, 0.14), -0.94));
  if (brush.random.chance(0.4)) leafAt(brush, at(0, -0.74), 0.42);
  shine(brush, at(0, 0.24), 0.58);
}

function plum(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [84, 52, 116],
    [122, 44, 92],
    [64, 58, 124],
    [176, 52, 66],
  ]);
  brush.fill(ellipse(at(0, 0), 0.58, 0.68), ball(base, at(0, 0), 0.68));
  const crease = without(ellipse(at(-0.1, 0), 0.34, 0.68), ellipse(at(-0.13, 0), 0.34, 0.7));
  brush.fill(both(crease, ellipse(at(0, 0), 0.56, 0.66)), mixed(base, night, 0.6), { opacity: 0.8 });
  stem(brush, at(-0.04, -0.6), at(brush.random.between(-0.1, 0.14), -0.84), 0.04);
  if (brush.random.chance(0.3)) leafAt(brush, at(0, -0.7), 0.4);
  shine(brush, at(0, 0), 0.66);
}

function strawberry(brush: Brush): void {
  const base = brush.random.pick<Colour>([
    [222, 44, 52],
    [236, 70, 66],
    [198, 30, 46],
  ]);
  const body = stroke(at(0, -0.14), at(brush.random.between(-0.08, 0.08), 0.62), 0.54, 0.14);
  brush.fill(body, ball(base, at(0, 0.05), 0.7));
  for (let row = 0; row < 4; row++) {
    for (let i = 0; i < 4 - (row >> 1); i++) {
      const place = at(
        (i - (3 - (row >> 1)) / 2) * (0.27 - row * 0.02) + (row % 2) * 0.06,
        -0.2 + row * 0.22,
      );
      brush.fill(ellipse(place, 0.032, 0.05), [250, 222, 130]);
    }
  }
  const green = brush.random.pick(leafGreens);
  const crown = [-0.46, -0.26, 0, 0.26, 0.46].map((x) =>
    leaf(at(x * 0.2, -0.66), at(x, -0.4 - Math.abs(x) * 0.2), 0.4),
  );
  brush.fill(union(...crown), green);
  stem(brush, at(0, -0.62), at(brush.random.between(-0.1, 0.1), -0.86), 0.04);
  shine(brush, at(-0.06, 0), 0.56);
}

function watermelon(brush: Brush): void {
  const flesh = brush.random.pick<Colour>([
    [232, 72, 78],
    [222, 54, 74],
    [242, 106, 92],
  ]);
  const place = at(0, -0.46);
  const slice = (radius: number): Shape => both(circle(place, radius), below(place.y));
  brush.fill(
    slice(1),
    brush.random.pick<Colour>([
      [58, 126, 62],
      [40, 104, 58],
    ]),
  );
  brush.fill(slice(0.9), [226, 236, 188]);
  brush.fill(slice(0.82), (_x, y) => mixed(mixed(flesh, white, 0.12), flesh, clamp((y + 0.46) / 0.6, 0, 1)));
  for (const [x, y] of [
    [-0.5, -0.26],
    [-0.18, -0.28],
    [0.16, -0.27],
    [0.5, -0.25],
    [-0.32, 0],
    [0.02, 0],
    [0.34, -0.02],
    [-0.12, 0.2],
    [0.18, 0.2],
  ] as const) {
    const jitter = brush.random.between(-0.04, 0.04);
    brush.fill(ellipse(at(x + jitter, y - jitter), 0.035, 0.06), [48, 30, 34]);
  }
}

/** What can be drawn, by class name, in the order of the labels. Each fits a circle of radius 1 about the origin, more or less. */
export const fruits: Readonly<Record<string, (brush: Brush) => void>> = {
  apple,
  banana,
  cherries,
  grapes,
  lemon,
  orange,
  pear,
  plum,
  strawberry,
  watermelon,
};
