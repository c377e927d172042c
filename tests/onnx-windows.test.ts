import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compared, typesLeft } from './support/onnx-compare.ts';
import { type GraphParts, modelOf, node, weights } from './support/onnx-graphs.ts';

/** Settings of a window, some of which do not fit; these are left to the tests of bad graphs. */
const windows = fc.record({
  size: fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  dilation: fc.integer({ min: 1, max: 2 }),
  autoPad: fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  pads: fc.tuple(...[0, 0, 0, 0].map(() => fc.integer({ min: 0, max: 1 }))),
  ceil: fc.integer({ min: 0, max: 1 }),
  counted: fc.integer({ min: 0, max: 1 }),
});
type Windows = typeof windows extends fc.Arbitrary<infer T> ? T : never;

/**
 * Whether onnxruntime takes the settings, and the window fits. Where ceil_mode stays (padding that counts), its check of a
 * file's shapes expects one position more than it then computes, if the last one would begin behind the end.
 */
function isRun(type: string, drawn: Windows): boolean {
  const { size, kernel, strides, dilation, autoPad } = drawn;
  if (type === 'AveragePool' && drawn.ceil + drawn.counted === 2) return false;
  const fits = size.every((length, i) => length > ((kernel[i] ?? 1) - 1) * dilation);
  const dense = dilation === 1 && strides.every((stride, i) => stride <= (kernel[i] ?? 1));
  return fits && (type === 'ConvTranspose' || !autoPad.startsWith('SAME') || dense);
}

function padding({ autoPad, pads, kernel }: Windows) {
  if (autoPad !== 'NOTSET') return { auto_pad: autoPad };
  return { pads: pads.map((pad, i) => Math.min(pad, (kernel[i % 2] ?? 1) - 1)) };
}

function parts(type: string, drawn: Windows): GraphParts {
  const { size, kernel, strides, dilation, ceil, counted } = drawn;
  const shared = { kernel_shape: kernel, strides, ...padding(drawn) };
  const dilations = [dilation, dilation];
  const attributes = {
    Conv: { ...shared, dilations },
    ConvTranspose: { ...shared, dilations },
    MaxPool: { ...shared, dilations, ceil_mode: ceil },
    AveragePool: { ...shared, ceil_mode: ceil, count_include_pad: counted },
  }[type];
  const pool = type.endsWith('Pool');
  return {
    inputs: { x: [1, 2, ...size] },
    constants: pool ? {} : { w: weights([2, 2, ...kernel]) },
    nodes: [node(type, pool ? ['x'] : ['x', 'w'], ['y'], attributes)],
  };
}

test.each(['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'])(
  '%s with any padding is what onnxruntime makes of it',
  async (type) => {
    const property = fc.asyncProperty(windows, async (drawn) => {
      fc.pre(isRun(type, drawn));
      const { normalized, difference } = await compared(modelOf(parts(type, drawn)));
      expect(difference).toBeLessThanOrEqual(1e-6);
      expect(normalized.graph.nodes[0]?.attributes.auto_pad ?? 'NOTSET').toBe('NOTSET');
    });
    await fc.assert(property, { numRuns: 150, seed: 20 });
  },
);

test('a ceil_mode stays where padding counts, and goes where it changes nothing', async () => {
  const settings = { kernel_shape: [3, 3], ceil_mode: 1, count_include_pad: 1 };
  const pool = (strides: readonly number[]) => node('AveragePool', ['x'], ['y'], { ...settings, strides });
  const left = async (strides: readonly number[]) => {
    const model = modelOf({ inputs: { x: [1, 2, 6, 6] }, nodes: [pool(strides)] });
    const { normalized, difference } = await compared(model);
    expect(difference).toBeLessThanOrEqual(1e-6);
    return Object.keys(normalized.graph.nodes[0]?.attributes ?? {});
  };
  expect(await left([2, 2])).toContain('ceil_mode');
  expect(await left([3, 3])).not.toContain('ceil_mode');
});

test.each([
  ['SAME_UPPER', [12, 13]],
  ['SAME_LOWER', [12, 13]],
  ['NOTSET', [12, 13]],
  ['NOTSET', [15, 13]],
])('ConvTranspose with auto_pad %s and the output_shape %j', async (autoPad, output) => {
  const attributes = { auto_pad: autoPad, output_shape: output, strides: [2, 2] };
  const parts = {
    inputs: { x: [1, 2, 6, 6] },
    constants: { w: weights([2, 3, 4, 3]) },
    nodes: [node('ConvTranspose', ['x', 'w'], ['y'], attributes)],
  };
  expect(await typesLeft(parts)).toEqual(['ConvTranspose']);
});
