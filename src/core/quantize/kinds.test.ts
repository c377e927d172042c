import { describe, expect, test } from 'vitest';
import { activation, constant, floats, modelOf, type OpSketch } from '../../../tests/support/models.ts';
import { find, kinds, named, rangesOf, run } from '../../../tests/support/small-models.ts';
import { createInt8Executor } from '../execute/int8/executor.ts';
import { mainGraph } from '../model/graph.ts';
import type { Model, Shape, Tensor } from '../model/types.ts';
import { outcomeOf } from './outcome.ts';
import { quantize } from './quantize.ts';
import { recipeFor } from './recipe.ts';

const strict = recipeFor('int8', { inputType: 'float32', outputType: 'float32', fallback: 'strict' });
const [low, high] = [-2, 6];

function int32(shape: Shape, data: readonly number[]): Tensor {
  return constant({ shape, dtype: 'int32', data: Int32Array.from(data) });
}

/** Tensors t0, t1 …; t0 is the input, the last one the output. */
function chain(tensors: readonly Tensor[], ops: readonly OpSketch[]): Model {
  const all = tensors.map((tensor, id) => named(tensor, `t${id}`));
  return modelOf(all, ops, [[0], [tensors.length - 1]]);
}

function strictForm(model: Model): Model {
  return quantize(model, rangesOf(model, low, high), strict).model;
}

/** What the strict int8 form gives for t0 = `x`. */
async function resultOf(model: Model, x: readonly number[]): Promise<readonly number[]> {
  const executor = createInt8Executor(strictForm(model), { arithmetic: 'litert-reference' });
  const [output] = await executor.execute([floats([1, x.length], x)]);
  executor.dispose();
  return Array.from(output?.data as Float32Array, Number);
}

const near = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 1));

describe('strict int8 of ops that move values', () => {
  const x = [0.5, -1.5, 4, 2];

  test('DYNAMIC_UPDATE_SLICE: all in one scale', async () => {
    const tensors = [
      activation([1, 4]),
      constant(floats([1, 2], [-2, 5])),
      int32([2], [0, 1]),
      activation([1, 4]),
    ];
    const op = { kind: 'DYNAMIC_UPDATE_SLICE', options: {}, inputs: [0, 1, 2], outputs: [3] } as const;
    expect(await resultOf(chain(tensors, [op]), x)).toEqual(near([0.5, -2, 5, 2]));
  });

  test('SCATTER_ND: 0 where no update goes and sums where several do, whatever the range', async () => {
    const tensors = [activation([1, 4]), int32([1, 4, 1], [5, 2, 5, 0]), int32([1], [6]), activation([6])];
    const op = { kind: 'SCATTER_ND', options: {}, inputs: [1, 0, 2], outputs: [3] } as const;
    const model = chain(tensors, [op]);
    expect(await resultOf(model, x)).toEqual(near([2, 0, -1.5, 0, 0, 4.5]));
    const { quant } = find(strictForm(model), 't3_int8');
    expect([quant?.scale[0], quant?.zeroPoint[0]]).toEqual([Math.fround(high / 127), 0]);
  });

  test('EMBEDDING_LOOKUP: table and rows in one scale', async () => {
    const tensors = [
      activation([1, 4]),
      constant(floats([3, 4], [1, 2, -1, 0.5, 0, 0, 0, 0, 3, -2, 1, 1])),
      int32([1], [2]),
      activation([1, 4]),
      activation([1, 4]),
    ];
    const ops = [
      { kind: 'EMBEDDING_LOOKUP', options: {}, inputs: [2, 1], outputs: [3] },
      { kind: 'ADD', options: { activation: 'NONE' }, inputs: [3, 0], outputs: [4] },
    ] as const;
    const model = chain(tensors, ops);
    expect(await resultOf(model, x)).toEqual(near([3.5, -2, 5, 3]));
    const table = find(strictForm(model), 't1');
    expect(table.quant).toEqual(find(strictForm(model), 't3').quant);
    expect(table.quant?.scale[0]).toBe(Math.fround(5 / 255));
  });

  test.each(['int8', 'int16x8'] as const)('FILL, %s: the scale of its value', (mode) => {
    const tensors = [
      activation([1, 4]),
      int32([2], [0, 1]),
      activation([]),
      int32([1], [3]),
      activation([3]),
    ];
    const ops = [
      { kind: 'REDUCE_MAX', options: { keepDims: false }, inputs: [0, 1], outputs: [2] },
      { kind: 'FILL', options: {}, inputs: [3, 2], outputs: [4] },
    ] as const;
    const { model } = run(chain(tensors, ops), recipeFor(mode, { fallback: 'strict' }));
    expect(find(model, 't4').quant).toEqual(find(model, 't2').quant);
    expect(mainGraph(model).ops.map(({ version }) => version)).toEqual(mode === 'int8' ? [2, 3] : [3, 3]);
  });

  test('NOT_EQUAL: integers in, bool out', () => {
    const bool: Tensor = { ...activation([1, 4]), dtype: 'bool' };
    const tensors = [activation([1, 4]), constant(floats([1, 4], [0.5, 0, 4, 0])), bool];
    const op = { kind: 'NOT_EQUAL', options: {}, inputs: [0, 1], outputs: [2] } as const;
    const { model } = run(chain(tensors, [op]), strict);
    expect(kinds(model)).toEqual(['QUANTIZE', 'NOT_EQUAL']);
    expect(mainGraph(model).ops[1]?.version).toBe(2);
  });
});

describe('SHAPE and RANK', () => {
  const shape: Tensor = { ...activation([2]), dtype: 'int32' };

  test('look at no values: no DEQUANTIZE, no float op, and strict takes them', () => {
    const tensors = [activation([1, 4]), activation([1, 4]), shape, activation([1, 4])];
    const ops = [
      { kind: 'RELU', options: {}, inputs: [0], outputs: [1] },
      { kind: 'SHAPE', options: {}, inputs: [1], outputs: [2] },
      { kind: 'RESHAPE', options: { newShape: [] }, inputs: [1, 2], outputs: [3] },
    ] as const;
    const { model, keptFloat } = run(chain(tensors, ops), recipeFor('int8', { fallback: 'strict' }));
    expect(kinds(model)).toEqual(['RELU', 'SHAPE', 'RESHAPE']);
    expect(keptFloat).toEqual([]);
    expect(outcomeOf(model)).toMatchObject({ name: 'strict int8', integerOps: 2, floatOps: 0 });
  });
});

describe('versions', () => {
  test.each([
    ['MAXIMUM', 3],
    ['MINIMUM', 3],
    ['SUB', 3],
    ['DIV', 2],
    ['ADD', 2],
  ] as const)('%s that broadcasts in five dimensions is version %i', (kind, version) => {
    const tensors = [activation([1, 1, 2, 2, 4]), activation([1, 1, 2, 2, 4])];
    const operand = constant(floats([4], [1, 2, 3, 4]));
    const op = { kind, options: { activation: 'NONE' }, inputs: [0, 1], outputs: [2] } as const;
    const model = chain([tensors[0] as Tensor, operand, tensors[1] as Tensor], [op as OpSketch]);
    expect(mainGraph(run(model, recipeFor('int8')).model).ops[0]?.version).toBe(version);
  });
});
