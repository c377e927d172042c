import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Problem } from '../src/core/problem.ts';
import { floats, type GraphParts, integers, modelOf, node, weights } from './support/onnx-graphs.ts';
import { differenceOf } from './support/translated.ts';

/** Windows and resizes with random settings, held against onnxruntime where it takes them. */

const runs = { numRuns: 60, seed: 7 };

let counts = { held: 0, refused: 0 };
beforeEach(() => {
  counts = { held: 0, refused: 0 };
});
/** Settings that onnxruntime or we refuse say nothing; most must say something. */
afterEach(() => expect(counts.held).toBeGreaterThan(counts.refused));

async function agrees(parts: GraphParts, opset = 19): Promise<void> {
  try {
    const { difference } = await differenceOf(modelOf(parts, opset));
    expect(difference).toBeLessThanOrEqual(1e-5);
    counts.held++;
  } catch (error) {
    const foreign = error instanceof Error && /ERROR_CODE/.test(error.message);
    const ours = error instanceof Problem && error.code !== 'internal';
    if (!foreign && !ours) throw error;
    counts.refused++;
  }
}

const side = fc.record({
  size: fc.integer({ min: 5, max: 12 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 2 }),
});
const sides = fc.array(side, { minLength: 1, maxLength: 2 });
type Side = typeof side extends fc.Arbitrary<infer T> ? T : never;

function written(list: readonly Side[], autoPad: string) {
  return {
    kernel_shape: list.map(({ kernel }) => kernel),
    strides: list.map(({ stride }) => stride),
    dilations: list.map(({ dilation }) => dilation),
    ...(autoPad === 'NOTSET'
      ? { pads: [...list.map(({ before }) => before), ...list.map(({ after }) => after)] }
      : { auto_pad: autoPad }),
  };
}

const autoPads = fc.constantFrom('NOTSET', 'NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID');

test('Conv: strides, dilations, paddings and groups', async () => {
  await fc.assert(
    fc.asyncProperty(sides, autoPads, fc.constantFrom(1, 2, 4), async (list, autoPad, group) => {
      const kernel = list.map((one) => one.kernel);
      await agrees({
        inputs: { x: [2, 4, ...list.map(({ size }) => size)] },
        constants: { w: weights([8, 4 / group, ...kernel]), b: weights([8]) },
        nodes: [node('Conv', ['x', 'w', 'b'], ['y'], { ...written(list, autoPad), group })],
      });
    }),
    runs,
  );
});

test('ConvTranspose: paddings, dilations, groups, more at the end', async () => {
  await fc.assert(
    fc.asyncProperty(sides, fc.boolean(), fc.constantFrom(1, 2), async (list, more, group) => {
      await agrees({
        inputs: { x: [1, 4, ...list.map(({ size }) => size)] },
        constants: { w: weights([4, 3, ...list.map(({ kernel }) => kernel)]) },
        nodes: [
          node('ConvTranspose', ['x', 'w'], ['y'], {
            ...written(list, 'NOTSET'),
            group,
            output_padding: list.map(({ stride }) => (more ? stride - 1 : 0)),
          }),
        ],
      });
    }),
    runs,
  );
});

test('pooling: dilations, rounding up, padding that counts', async () => {
  const types = fc.constantFrom('MaxPool', 'AveragePool');
  const flags = fc.record({ ceil: fc.nat(1), counts: fc.nat(1) });
  await fc.assert(
    fc.asyncProperty(sides, autoPads, types, flags, async (list, autoPad, type, { ceil, counts }) => {
      // onnxruntime works out auto_pad as if there were no dilations, and pads less than nothing where strides jump.
      const tamed = list.map((one) => ({ ...one, dilation: 1, stride: Math.min(one.stride, one.kernel) }));
      const known = autoPad === 'NOTSET' ? list : tamed;
      await agrees({
        inputs: { x: [1, 3, ...list.map(({ size }) => size)] },
        nodes: [
          node(type, ['x'], ['y'], {
            ...written(known, autoPad),
            ...(autoPad === 'NOTSET' && { ceil_mode: ceil }),
            ...(type === 'AveragePool' && { count_include_pad: counts }),
          }),
        ],
      });
    }),
    { ...runs, numRuns: 120 },
  );
});

test('Resize: every mode, by sizes and by scales', async () => {
  const size = fc.integer({ min: 1, max: 9 });
  const pair = fc.tuple(size, size);
  const modes = fc.record({
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    coordinates: fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'),
    nearest: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
    bySizes: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(pair, pair, modes, async (from, to, { mode, coordinates, nearest, bySizes }) => {
      const scales = to.map((n, i) => (bySizes ? n : Math.ceil(n / 2)) / (bySizes ? (from[i] ?? 1) : 1));
      await agrees({
        inputs: { x: [1, 2, ...from] },
        constants: bySizes ? { s: integers(1, 2, ...to) } : { s: floats(1, 1, ...scales) },
        nodes: [
          node('Resize', bySizes ? ['x', '', '', 's'] : ['x', '', 's'], ['y'], {
            mode,
            coordinate_transformation_mode: coordinates,
            nearest_mode: nearest,
          }),
        ],
      });
    }),
    { ...runs, numRuns: 120 },
  );
});

test('Resize of a region: every mode, by sizes and by scales', async () => {
  const size = fc.integer({ min: 2, max: 9 });
  const pair = fc.tuple(size, size);
  const parts = fc.record({
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    nearest: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
    starts: fc.tuple(fc.constantFrom(0, 0.1, 0.3), fc.constantFrom(0, 0.2)),
    ends: fc.tuple(fc.constantFrom(0.7, 0.9, 1), fc.constantFrom(0.8, 1)),
    scales: fc.tuple(fc.constantFrom(0.6, 1, 1.3, 2), fc.constantFrom(0.7, 1, 2)),
    bySizes: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      pair,
      pair,
      parts,
      async (from, to, { mode, nearest, starts, ends, scales, bySizes }) => {
        await agrees({
          inputs: { x: [1, 2, ...from] },
          constants: {
            roi: floats(0, 0, ...starts, 1, 1, ...ends),
            ...(bySizes ? { s: integers(1, 2, ...to) } : { s: floats(1, 1, ...scales) }),
          },
          nodes: [
            node('Resize', bySizes ? ['x', 'roi', '', 's'] : ['x', 'roi', 's'], ['y'], {
              mode,
              coordinate_transformation_mode: 'tf_crop_and_resize',
              nearest_mode: nearest,
            }),
          ],
        });
      },
    ),
    { ...runs, numRuns: 120 },
  );
});

test('Slice: starts, ends and steps of either sign', async () => {
  const cut = fc.record({
    start: fc.integer({ min: -9, max: 9 }),
    end: fc.integer({ min: -9, max: 9 }),
    step: fc.constantFrom(-3, -2, -1, 1, 2, 3),
  });
  await fc.assert(
    fc.asyncProperty(fc.tuple(cut, cut), async (cuts) => {
      await agrees({
        inputs: { x: [7, 2, 6] },
        constants: {
          starts: integers(...cuts.map(({ start }) => start)),
          ends: integers(...cuts.map(({ end }) => end)),
          axes: integers(0, 2),
          steps: integers(...cuts.map(({ step }) => step)),
        },
        nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y'])],
      });
    }),
    { ...runs, numRuns: 120 },
  );
});
