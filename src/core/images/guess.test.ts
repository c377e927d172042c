import { expect, test } from 'vitest';
import type { Graph, Op, Tensor, TensorId } from '../model/types.ts';
import { guessPreprocess, type Hints, rescalesInput } from './guess.ts';

const tensor = (
  shape: readonly number[],
  dtype: Tensor['dtype'] = 'float32',
  scale?: number,
  zeroPoint = 0,
): Tensor => ({
  name: 'x',
  shape,
  dtype,
  ...(scale !== undefined && {
    quant: { scale: Float32Array.of(scale), zeroPoint: Int32Array.of(zeroPoint), axis: 0 },
  }),
});
const colour = [1, 32, 48, 3];

test.each<[string, Tensor, Hints, { mean: number[]; std: number[]; certain: boolean }]>([
  [
    'metadata',
    tensor(colour),
    { normalization: { mean: [127.5], std: [127.5] } },
    { mean: [127.5], std: [127.5], certain: true },
  ],
  ['a rescaling inside', tensor(colour), { rescalesInput: true }, { mean: [0], std: [1], certain: false }],
  ['nothing', tensor(colour), {}, { mean: [0], std: [255], certain: false }],
  ['uint8 without a scale', tensor([1, 28, 28], 'uint8'), {}, { mean: [0], std: [1], certain: true }],
  ['int8 over 0 … 255', tensor(colour, 'int8', 1, -128), {}, { mean: [0], std: [1], certain: true }],
  [
    'uint8 over −1 … 1',
    tensor(colour, 'uint8', 1 / 128, 128),
    {},
    { mean: [128], std: [128], certain: true },
  ],
  [
    'an unusual range',
    tensor(colour, 'int8', 0.02, -14),
    {},
    { mean: [114], std: [1 / Math.fround(0.02)], certain: false },
  ],
])('%s', (_, input, hints, { mean, std, certain }) => {
  const guess = guessPreprocess(input, hints);
  expect(guess).toMatchObject({ certain, preprocess: { mean, std } });
  expect(guess?.reasons.length).toBeGreaterThan(0);
});

test('size and channels come from the shape', () => {
  expect(guessPreprocess(tensor(colour))?.preprocess).toMatchObject({
    size: [32, 48],
    channels: 'rgb',
    fit: 'stretch',
  });
  expect(guessPreprocess(tensor([1, 28, 28]))?.preprocess).toMatchObject({
    size: [28, 28],
    channels: 'grey',
  });
  expect(guessPreprocess(tensor([1, 49, 10, 1]))?.preprocess).toMatchObject({
    size: [49, 10],
    channels: 'grey',
  });
});

test.each([[[1, 640]], [[2, 8, 8, 3]], [[1, 8, 8, 4]], [[1, 0, 8, 3]], [[]]])(
  '%j takes no picture',
  (shape) => {
    expect(guessPreprocess(tensor(shape))).toBeUndefined();
  },
);

test('a model rescales its input when all that reads it is arithmetic with constants', () => {
  const [input, constant, out] = [0, 1, 2] as TensorId[];
  const graph = (kind: 'MUL' | 'RELU', inputs: readonly (TensorId | undefined)[]): Graph => ({
    name: '',
    inputs: [0 as TensorId],
    outputs: [2 as TensorId],
    tensors: [tensor(colour), { ...tensor([1]), data: new Uint8Array(4) }, tensor(colour)],
    ops: [{ kind, options: { activation: 'NONE' }, inputs, outputs: [out], version: 1 } as Op],
  });
  expect(rescalesInput(graph('MUL', [input, constant]), 0 as TensorId)).toBe(true);
  expect(rescalesInput(graph('MUL', [input, input]), 0 as TensorId)).toBe(false);
  expect(rescalesInput(graph('RELU', [input]), 0 as TensorId)).toBe(false);
});
