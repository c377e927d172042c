/**
 * AssemblyScript source of the kernels whose accumulators must be local variables: AssemblyScript has neither macros nor
 * inlined functions that write their caller's locals, so tiles of every height are written out here.
 *
 * 'dot' multiplies bytes (i32x4.relaxed_dot_i8x16_i7x16_add_s, four products a lane), 'i16' words (i32x4.dot_i16x8_s, two).
 */
import { tileHeights } from '../../src/kernels/descriptors.ts';
import { constantsOf, halfConstantsOf, type Recipe, recipes, requantize } from './recipes.ts';

type Mode = keyof typeof tileHeights;

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const lines = (parts: readonly string[]) => parts.join('\n');

function multiplyAdd(mode: Mode, w: string, x: string, sum: string): string {
  return mode === 'dot'
    ? `i32x4.relaxed_dot_i8x16_i7x16_add_s(${w}, ${x}, ${sum})`
    : `i32x4.add(i32x4.dot_i16x8_s(${w}, ${x}), ${sum})`;
}

/** Weights of four channels (`half` 0 or 1) of step `u`: 16 bytes, or 8 that are widened. */
function loadWeights(mode: Mode, u: number, half: number): string {
  return mode === 'dot'
    ? `v128.load(w, ${u * 32 + half * 16})`
    : `v128.load_ext<i8>(w, ${u * 16 + half * 8})`;
}

/** One step along the filter for `height` pixels and eight channels. */
function step(mode: Mode, height: number, u: number): string {
  const pixels = range(height).map((r) => {
    const sums = [0, 1].map(
      (half) => `a${r}${half} = ${multiplyAdd(mode, `w${half}`, 'x', `a${r}${half}`)};`,
    );
    return `x = v128.load32_splat(p${r}, ${u * 4}); ${sums.join(' ')}`;
  });
  return lines([`w0 = ${loadWeights(mode, u, 0)}; w1 = ${loadWeights(mode, u, 1)};`, ...pixels]);
}

function requantizeAll(height: number): string {
  const body = (recipe: Recipe) =>
    `{ ${constantsOf(recipe)} ${range(height)
      .flatMap((r) => ([0, 1] as const).map((half) => requantize(recipe, `a${r}${half}`, half)))
      .join(' ')} }`;
  const choose = recipes.map((recipe, k) => `if (recipe == ${k}) ${body(recipe)}`).join(' else ');
  return `const recipe = load<i32>(pp, RECIPE); ${choose}`;
}

/** Writes `height` pixels of eight channels, or of the last block's fewer. */
function storeTile(mode: Mode, height: number): string {
  const whole: string[] = [];
  const part: string[] = [];
  if (mode === 'i16') {
    for (const r of range(height)) {
      const value = `words(a${r}0, a${r}1, base, span)`;
      whole.push(`v128.store(po + ${r} * outPixel, ${value});`);
      part.push(`storeWords(po + ${r} * outPixel, ${value}, tail);`);
    }
  } else {
    for (let r = 0; r < height; r += 2) {
      const second = r + 1 < height ? r + 1 : r;
      const pair = `x = bytes(a${r}0, a${r}1, a${second}0, a${second}1, base, span);`;
      whole.push(`${pair} v128.store64_lane(po + ${r} * outPixel, x, 0);`);
      part.push(`${pair} storeBytes(po + ${r} * outPixel, i64x2.extract_lane(x, 0), tail);`);
      if (second === r) continue;
      whole.push(`v128.store64_lane(po + ${second} * outPixel, x, 1);`);
      part.push(`storeBytes(po + ${second} * outPixel, i64x2.extract_lane(x, 1), tail);`);
    }
  }
  return `if (tail && b == 1) { ${part.join(' ')} } else { ${whole.join(' ')} }`;
}

const stage = (mode: Mode) => {
  const splat = mode === 'dot' ? 'i8x16.splat(<i8>' : 'i16x8.splat(<i16>';
  return `const base = ${splat}d.base), span = ${splat}d.span);`;
};

/** `tiles` tiles of `height` neighbouring pixels, all output channels of each. */
function tile(mode: Mode, height: number): string {
  const bytes = mode === 'dot' ? 32 : 16;
  const all = (f: (r: number) => string) => range(height).map(f).join(' ');
  return `
export function ${mode}Tile${height}(d: Layer, from: usize, to: usize, tiles: i32): void {
  const pixelStep = <usize>d.pixelStep, outPixel = <usize>d.outPixel, steps = d.steps, segments = d.segments, tail = d.tail, paramStep = <usize>d.paramStep;
  ${stage(mode)}
  do {
    let w = <usize>d.weights, pp = <usize>d.params, po = to, b = d.blocks;
    do {
      let a00 = v128.load(pp), a01 = v128.load(pp, 16)${all((r) => (r === 0 ? '' : `, a${r}0 = a00, a${r}1 = a01`))};
      let p0 = from${all((r) => (r === 0 ? '' : `, p${r} = p${r - 1} + pixelStep`))};
      let pd = <usize>d.deltas, s = segments, w0: v128, w1: v128, x: v128;
      do {
        let k = steps;
        while (k >= 4) {
          ${lines(range(4).map((u) => step(mode, height, u)))}
          ${all((r) => `p${r} += 16;`)} w += ${4 * bytes}; k -= 4;
        }
        while (k) {
          ${step(mode, height, 0)}
          ${all((r) => `p${r} += 4;`)} w += ${bytes}; --k;
        }
        const delta = <usize>load<i32>(pd);
        ${all((r) => `p${r} += delta;`)} pd += 4;
      } while (--s);
      ${requantizeAll(height)}
      ${storeTile(mode, height)}
      pp += paramStep; po += ${mode === 'dot' ? 8 : 16};
    } while (--b);
    from += pixelStep * ${height}; to += outPixel * ${height};
  } while (--tiles);
}`;
}

/** A single pixel: four accumulators along the filter hide the latency that other pixels would. */
function vector(mode: Mode): string {
  const bytes = mode === 'dot' ? 32 : 16;
  const one = (u: number, sum: number) =>
    `x = v128.load32_splat(p, ${u * 4}); ${[0, 1]
      .map(
        (half) => `a${sum}${half} = ${multiplyAdd(mode, loadWeights(mode, u, half), 'x', `a${sum}${half}`)};`,
      )
      .join(' ')}`;
  return `
export function ${mode}Vector(d: Layer, from: usize, to: usize): void {
  const steps = d.steps, tail = d.tail, paramStep = <usize>d.paramStep, outPixel: usize = 0, none = i32x4.splat(0);
  ${stage(mode)}
  let w = <usize>d.weights, pp = <usize>d.params, po = to, b = d.blocks;
  do {
    let a00 = v128.load(pp), a01 = v128.load(pp, 16), a10 = none, a11 = none, a20 = none, a21 = none, a30 = none, a31 = none, p = from, k = steps, x: v128;
    while (k >= 4) {
      ${lines(range(4).map((u) => one(u, u)))}
      p += 16; w += ${4 * bytes}; k -= 4;
    }
    while (k) { ${one(0, 0)} p += 4; w += ${bytes}; --k; }
    a00 = i32x4.add(i32x4.add(a00, a10), i32x4.add(a20, a30)); a01 = i32x4.add(i32x4.add(a01, a11), i32x4.add(a21, a31));
    ${requantizeAll(1)}
    ${storeTile(mode, 1)}
    pp += paramStep; po += ${mode === 'dot' ? 8 : 16};
  } while (--b);
}`;
}

/**
 * 3×3 depthwise, bytes, eight channels at a time. A column holds four rows of each channel in a lane; a step multiplies
 * three columns. With stride 1 two output rows share the columns: the second sees them shifted by one row.
 */
function depthwiseDot(stride: 1 | 2, recipe: Recipe): string {
  const rows = stride === 1 ? 2 : 1;
  const sums = range(rows).flatMap((r) =>
    ([0, 1] as const).map((half) => ({ name: `a${r}${half}`, r, half })),
  );
  const fourth = rows === 2 ? 'p3' : 'p2';
  const column = (t: string) =>
    `ra = mixBytes(v128.load64_zero(p0), v128.load64_zero(p1)); rb = mixBytes(v128.load64_zero(p2), v128.load64_zero(${fourth})); ${t}0 = mixLow(ra, rb); ${t}1 = mixHigh(ra, rb); p0 += pixel; p1 += pixel; p2 += pixel;${rows === 2 ? ' p3 += pixel;' : ''}`;
  const pixel = (columns: readonly string[]) => {
    const products = columns.flatMap((t, kx) =>
      sums.map(({ name, r, half }) => {
        const x = r === 0 ? `${t}${half}` : `i32x4.shr_u(${t}${half}, 8)`;
        const start = kx === 0 ? `v128.load(pp, ${half * 16})` : name;
        return `${kx === 0 ? 'let ' : ''}${name} = ${multiplyAdd('dot', `w${kx}${half}`, x, start)};`;
      }),
    );
    const finish = sums.map(({ name, half }) => requantize(recipe, name, half));
    const second = rows === 2 ? 'a10, a11' : 'a00, a01';
    const store = (row: number, pointer: string) =>
      `if (n >= 8) v128.store64_lane(${pointer}, y, ${row}); else storeBytes(${pointer}, i64x2.extract_lane(y, ${row}), n); ${pointer} += outPixel;`;
    return `{ ${products.join(' ')} ${finish.join(' ')} const y = bytes(a00, a01, ${second}, base, span); ${store(0, 'po')} ${rows === 2 ? store(1, 'pq') : ''} }`;
  };
  return depthwise('dot', { stride, recipe, rows, column, pixel, halves: ['0', '1'] });
}

/**
 * 3×3 depthwise, words, four channels at a time: a column is two vectors, rows 0 and 1 of each channel side by side, and
 * row 2 beside zeros.
 */
function depthwiseWords(stride: 1 | 2, recipe: Recipe): string {
  const column = (t: string) =>
    `${t}0 = mixLow(v128.load64_zero(p0), v128.load64_zero(p1)); ${t}1 = v128.load_ext<u16>(p2); p0 += pixel; p1 += pixel; p2 += pixel;`;
  const pixel = (columns: readonly string[]) => {
    const products = columns.flatMap((t, kx) =>
      [0, 1].map((part) => `a = ${multiplyAdd('i16', `w${kx}${part}`, `${t}${part}`, 'a')};`),
    );
    const body = `let a = v128.load(pp + half * 16); ${products.join(' ')} ${requantize(recipe, 'a', 'half')}`;
    return `{ ${body} const y = words(a, a, base, span); if (n >= 4) v128.store64_lane(po, y, 0); else storeBytes(po, i64x2.extract_lane(y, 0), 2 * n); po += outPixel; }`;
  };
  return depthwise('i16', { stride, recipe, rows: 1, column, pixel, halves: ['0'] });
}

interface Depthwise {
  readonly stride: 1 | 2;
  readonly recipe: Recipe;
  /** Output rows computed at once. */
  readonly rows: 1 | 2;
  readonly column: (t: string) => string;
  readonly pixel: (columns: readonly string[]) => string;
  readonly halves: readonly string[];
}

/** The loops around one output pixel: columns slide along the row, three names taking turns. */
function slide({ stride, column, pixel }: Depthwise): string {
  if (stride === 1)
    return `${column('t0')} ${column('t1')}
      while (x >= 3) {
        ${column('t2')} ${pixel(['t0', 't1', 't2'])}
        ${column('t0')} ${pixel(['t1', 't2', 't0'])}
        ${column('t1')} ${pixel(['t2', 't0', 't1'])}
        x -= 3;
      }
      if (x > 0) { ${column('t2')} ${pixel(['t0', 't1', 't2'])} if (x > 1) { ${column('t0')} ${pixel(['t1', 't2', 't0'])} } }`;
  return `${column('t0')}
      while (x >= 2) {
        ${column('t1')} ${column('t2')} ${pixel(['t0', 't1', 't2'])}
        ${column('t1')} ${column('t0')} ${pixel(['t2', 't1', 't0'])}
        x -= 2;
      }
      if (x > 0) { ${column('t1')} ${column('t2')} ${pixel(['t0', 't1', 't2'])} }`;
}

function depthwise(mode: Mode, parts: Depthwise): string {
  const { stride, recipe, rows } = parts;
  const words = mode === 'i16';
  const constants = words ? halfConstantsOf(recipe) : constantsOf(recipe);
  const weights = range(3)
    .flatMap((kx) => [0, 1].map((part) => `w${kx}${part} = v128.load(w, ${kx * 32 + part * 16})`))
    .join(', ');
  const body = `const ${weights};
      ${constants}
      let p0 = ib, p1 = p0 + row, p2 = p1 + row${rows === 2 ? ', p3 = p2 + row' : ''}, po = ob, x = width${words ? '' : ', ra: v128, rb: v128'}, t00: v128, t01: v128, t10: v128, t11: v128, t20: v128, t21: v128;
      ${rows === 2 ? 'let pq = spare && groups == 1 ? spare : ob + outRow;' : ''}
      ${slide(parts)}`;
  const step = words ? 4 : 8;
  return `
function ${mode}Depthwise${stride}${recipe}(d: Layer, from: usize, to: usize, groups: i32): void {
  const pixel = <usize>d.inPixel, row = <usize>d.inRow, outPixel = <usize>d.outPixel, outRow = <usize>d.outRow, width = d.width, paramStep = <usize>d.paramStep${rows === 2 ? ', spare = <usize>d.spare' : ''};
  ${stage(mode)}
  do {
    let w = <usize>d.weights, pp = <usize>d.params, n = d.tail ? d.blocks * 8 - 8 + d.tail : d.blocks * 8, ib = from, ob = to${words ? ', half = 0' : ''};
    do {
      ${body}
      ib += 8; ob += 8; w += 96; n -= ${step}; ${words ? 'half ^= 1; if (!half) pp += paramStep;' : 'pp += paramStep;'}
    } while (n > 0);
    from += ${rows * stride} * row; to += ${rows} * outRow;
  } while (--groups);
}`;
}

/** Chooses among functions that differ in one number. */
function dispatch(name: string, signature: string, body: string): string {
  return `\nexport function ${name}(d: Layer, ${signature}): void {\n  ${body}\n}`;
}

function modeFunctions(mode: Mode): string {
  const heights = range(tileHeights[mode]).map((r) => r + 1);
  const cases = heights.map((h) => `case ${h}: ${mode}Tile${h}(d, from, to, tiles); return;`).join(' ');
  const strides = ([1, 2] as const).flatMap((stride) =>
    recipes.map((recipe) => (mode === 'dot' ? depthwiseDot(stride, recipe) : depthwiseWords(stride, recipe))),
  );
  const choose = (stride: 1 | 2) =>
    `switch (d.recipe) { ${recipes.map((recipe, k) => `case ${k}: ${mode}Depthwise${stride}${recipe}(d, from, to, groups); return;`).join(' ')} }`;
  return lines([
    ...heights.map((h) => tile(mode, h)),
    vector(mode),
    ...strides,
    dispatch(
      `${mode}Tiles`,
      'height: i32, from: usize, to: usize, tiles: i32',
      `switch (height) { ${cases} }`,
    ),
    dispatch(
      `${mode}Depthwise`,
      'stride: i32, from: usize, to: usize, groups: i32',
      `if (stride == 1) { ${choose(1)} } else { ${choose(2)} }`,
    ),
  ]);
}

/** The module of all tiles. */
export function tilesSource(): string {
  return `// Generated by tools/kernels/tiles.ts.
import { Layer } from "./descriptors";
import { aboveMagic, fixed, float, nearest, RECIPE, signed, wide } from "../assembly/requantize";
import { bytes, storeBytes, storeWords, words } from "../assembly/store";
import { mixBytes, mixHigh, mixLow } from "../assembly/mix";
${modeFunctions('dot')}
${modeFunctions('i16')}
`;
}
