import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activation, constant, floats, modelOf, type OpSketch } from '../../../tests/support/models.ts';
import { createFloatRuntime } from '../../float/runtime.ts';
import type { Padding } from '../model/options.ts';
import type { Shape, TensorData } from '../model/types.ts';

const runtime = createFloatRuntime();

interface Geometry {
  readonly padding: Padding;
  readonly input: Shape;
  readonly filter: readonly [height: number, width: number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

const pair = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
const geometry: fc.Arbitrary<Geometry> = fc.record({
  padding: fc.constantFrom<Padding>('SAME', 'VALID'),
  input: fc.tuple(
    fc.constantFrom(1, 2),
    fc.integer({ min: 7, max: 10 }),
    fc.integer({ min: 7, max: 10 }),
    fc.constantFrom(1, 2, 4),
  ),
  filter: pair,
  stride: pair,
  dilation: pair,
});

/** Reproducible values in [−1, 1). */
function values(shape: Shape, seed: number): TensorData {
  const count = shape.reduce((product, size) => product * size, 1);
  return floats(
    shape,
    Array.from({ length: count }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 0) / 2 ** 31 - 1),
  );
}

/** Output size and leading padding along one axis, as TFLite's documentation words them. */
function along(geometry: Geometry, axis: 0 | 1): { readonly size: number; readonly before: number } {
  const input = geometry.input[axis + 1] ?? 0;
  const reach = (geometry.filter[axis] - 1) * geometry.dilation[axis] + 1;
  if (geometry.padding === 'VALID')
    return { size: Math.ceil((input - reach + 1) / geometry.stride[axis]), before: 0 };
  const size = Math.ceil(input / geometry.stride[axis]);
  const total = Math.max(0, (size - 1) * geometry.stride[axis] + reach - input);
  return { size, before: Math.floor(total / 2) };
}

/** The taps of one window that lie inside the picture, as [filter position, input pixel]. */
type Taps = readonly (readonly [tap: number, pixel: number])[];

/** Computes one value per output position and channel from the window's taps. */
function slide(geometry: Geometry, depth: number, at: (taps: Taps, channel: number) => number): TensorData {
  const [rows, columns] = [along(geometry, 0), along(geometry, 1)];
  const [batch = 1, height = 1, width = 1] = geometry.input;
  const out: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < rows.size; y++)
      for (let x = 0; x < columns.size; x++) {
        const taps: [number, number][] = [];
        for (let i = 0; i < geometry.filter[0]; i++)
          for (let j = 0; j < geometry.filter[1]; j++) {
            const row = y * geometry.stride[0] - rows.before + i * geometry.dilation[0];
            const column = x * geometry.stride[1] - columns.before + j * geometry.dilation[1];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            taps.push([i * geometry.filter[1] + j, (n * height + row) * width + column]);
          }
        for (let c = 0; c < depth; c++) out.push(at(taps, c));
      }
  return floats([batch, rows.size, columns.size, depth], out);
}

/** Runs one op on `input` with `constants` after it. */
async function run(
  op: Omit<OpSketch, 'inputs' | 'outputs'>,
  values: readonly TensorData[],
  output: Shape,
): Promise<TensorData> {
  const [input, ...constants] = values as readonly [TensorData, ...TensorData[]];
  const tensors = [activation(input.shape), ...constants.map(constant), activation(output)];
  const ids = values.map((_, id) => id);
  const sketch = { ...op, inputs: ids, outputs: [ids.length] } as OpSketch;
  const executor = await runtime.create(modelOf(tensors, [sketch], [[0], [ids.length]]), []);
  const [result] = await executor.execute([input]);
  executor.dispose();
  return result as TensorData;
}

function expectClose(given: TensorData, expected: TensorData): void {
  expect(given.shape).toEqual(expected.shape);
  const [ours, theirs] = [given.data as Float32Array, expected.data as Float32Array];
  const difference = ours.map((value, i) => Math.abs(value - (theirs[i] ?? Number.NaN)));
  expect(Math.max(0, ...difference)).toBeLessThan(1e-5);
}

function options({ padding, stride, dilation, filter }: Geometry) {
  const [strideH, strideW] = stride;
  const [dilationH, dilationW] = dilation;
  const [filterH, filterW] = filter;
  return { padding, strideH, strideW, dilationH, dilationW, filterH, filterW, activation: 'NONE' as const };
}

const few = { numRuns: 40 };

test('CONV_2D: padding, stride, dilation, groups', async () => {
  await fc.assert(
    fc.asyncProperty(geometry, fc.constantFrom(1, 2), async (geometry, wanted) => {
      const channels = geometry.input[3] ?? 1;
      const groups = channels % wanted === 0 ? wanted : 1;
      const [depth, perGroup, taps] = [4, channels / groups, geometry.filter[0] * geometry.filter[1]];
      const input = values(geometry.input, 1);
      const weights = values([depth, ...geometry.filter, perGroup], 2);
      const bias = values([depth], 3);
      const expected = slide(geometry, depth, (window, o) => {
        const first = Math.floor(o / (depth / groups)) * perGroup;
        let sum = Number(bias.data[o]);
        for (const [tap, pixel] of window)
          for (let c = 0; c < perGroup; c++)
            sum +=
              Number(input.data[pixel * channels + first + c]) *
              Number(weights.data[(o * taps + tap) * perGroup + c]);
        return sum;
      });
      const op = { kind: 'CONV_2D', options: options(geometry) } as const;
      expectClose(await run(op, [input, weights, bias], expected.shape), expected);
    }),
    few,
  );
});

test('DEPTHWISE_CONV_2D: every input channel has its own filters', async () => {
  await fc.assert(
    fc.asyncProperty(geometry, fc.integer({ min: 1, max: 3 }), async (geometry, multiplier) => {
      const channels = geometry.input[3] ?? 1;
      const depth = channels * multiplier;
      const input = values(geometry.input, 1);
      const weights = values([1, ...geometry.filter, depth], 2);
      const bias = values([depth], 3);
      const expected = slide(geometry, depth, (window, o) =>
        window.reduce(
          (sum, [tap, pixel]) =>
            sum +
            Number(input.data[pixel * channels + Math.floor(o / multiplier)]) *
              Number(weights.data[tap * depth + o]),
          Number(bias.data[o]),
        ),
      );
      const op = {
        kind: 'DEPTHWISE_CONV_2D',
        options: { ...options(geometry), depthMultiplier: 0 },
      } as const;
      expectClose(await run(op, [input, weights, bias], expected.shape), expected);
    }),
    few,
  );
});

test.each(['AVERAGE_POOL_2D', 'MAX_POOL_2D'] as const)('%s: padding takes no part', async (kind) => {
  await fc.assert(
    fc.asyncProperty(geometry, async (any) => {
      const geometry: Geometry = { ...any, dilation: [1, 1] };
      const channels = geometry.input[3] ?? 1;
      const input = values(geometry.input, 1);
      const expected = slide(geometry, channels, (window, c) => {
        const seen = window.map(([, pixel]) => Number(input.data[pixel * channels + c]));
        return kind === 'MAX_POOL_2D' ? Math.max(...seen) : seen.reduce((a, b) => a + b, 0) / seen.length;
      });
      expectClose(await run({ kind, options: options(geometry) }, [input], expected.shape), expected);
    }),
    few,
  );
});
