import { describe, expect, test } from 'vitest';
import { find, islandModel, kinds, rangesOf, run } from '../../../tests/support/small-models.ts';
import { constantOf, floatToHalf, halfToFloat, integersOf } from '../model/data.ts';
import { mainGraph, withMainGraph } from '../model/graph.ts';
import type { Model, Tensor } from '../model/types.ts';
import { prepare } from '../prepare/prepare.ts';
import { outcomeOf } from './outcome.ts';
import { quantize } from './quantize.ts';
import { type Recipe, recipeFor } from './recipe.ts';
import type { UnmetSetting } from './unmet.ts';
import { packNibbles } from './weights.ts';

describe('float fallback and strict', () => {
  test('what has no int8 form is an island between conversions, listed with its reason', () => {
    const { model, keptFloat } = run(islandModel(), recipeFor('int8'));
    expect(kinds(model)).toEqual(['FULLY_CONNECTED', 'DEQUANTIZE', 'NEG', 'QUANTIZE', 'FULLY_CONNECTED']);
    expect(keptFloat).toEqual([
      { op: 1, reason: 'no quantizer for TensorFlow Lite knows it', byRule: false },
    ]);
    expect(outcomeOf(model)).toMatchObject({ name: 'int8 with 1 float island', integerOps: 2, floatOps: 1 });
  });

  test('an op that stays in float keeps its version', () => {
    const float = islandModel();
    const graph = mainGraph(float);
    const ops = graph.ops.map((op) => (op.kind === 'NEG' ? { ...op, version: 2 } : op));
    const { model } = run(withMainGraph(float, { ...graph, ops }), recipeFor('int8'));
    expect(mainGraph(model).ops.find(({ kind }) => kind === 'NEG')?.version).toBe(2);
  });

  test.each([
    ['int8', "Quantization not yet supported for op: 'NEG'."],
    ['int16x8', "Quantization to 16x8-bit not yet supported for op: 'NEG'."],
  ] as const)('strict %s refuses with TensorFlow’s words and says where', (mode, words) => {
    const refusal = () => run(islandModel(), recipeFor(mode, { fallback: 'strict' }));
    expect(refusal).toThrow(words);
    expect(refusal).toThrow('NEG (op 1 “z”)');
  });

  test('strict passes a model without float ops, which is then named so', () => {
    const { model } = run(islandModel('RELU'), recipeFor('int8', { fallback: 'strict' }));
    expect(outcomeOf(model).name).toBe('strict int8');
  });

  test('rules keep a picked layer in float; later ones win', () => {
    const rules = [
      { operator: 'FULLY_CONNECTED', scheme: 'float' },
      { tensor: 'y', scheme: 'int8' },
    ] as const;
    const { model, keptFloat } = run(islandModel('RELU'), recipeFor('int8', { rules }));
    expect(kinds(model)).toEqual(['FULLY_CONNECTED', 'RELU', 'DEQUANTIZE', 'FULLY_CONNECTED', 'QUANTIZE']);
    expect(keptFloat).toEqual([{ op: 2, reason: 'a rule of the recipe keeps it in float', byRule: true }]);
    expect(find(model, 'w2').dtype).toBe('float32');
  });

  test('a rule that matches nothing is refused', () => {
    const rules = [{ name: 'no such layer', scheme: 'float' }] as const;
    expect(() => run(islandModel(), recipeFor('int8', { rules }))).toThrow(/No op of the model matches/);
  });
});

describe('weights alone', () => {
  const small = { minElements: 16 };

  test('dynamic range: int8 weights, float bias and activations, and the option', () => {
    const { model } = run(islandModel(), recipeFor('dynamic-range', small));
    expect(find(model, 'w1')).toMatchObject({ dtype: 'int8' });
    expect(find(model, 'b1').dtype).toBe('float32');
    expect(mainGraph(model).ops[0]).toMatchObject({
      version: 12,
      options: { asymmetricQuantizeInputs: true },
    });
    expect(outcomeOf(model)).toMatchObject({ name: 'dynamic range', hybridOps: 2, integerOps: 0 });
  });

  test('per-tensor and symmetric inputs ask for older kernels', () => {
    const changes = { ...small, weights: 'per-tensor', asymmetricQuantizeInputs: false } as const;
    const { model } = run(islandModel(), recipeFor('dynamic-range', changes));
    expect(mainGraph(model).ops[0]?.version).toBe(3);
    expect(find(model, 'w1').quant?.scale.length).toBe(1);
  });

  test('weights of too few elements stay float; when all do, that is refused', () => {
    expect(() => run(islandModel(), recipeFor('dynamic-range'))).toThrow(/fewer than 1,024 elements/);
    const rules = [{ tensor: 'y', scheme: 'dynamic-range', minElements: 0 }] as const;
    const { model, keptFloat } = run(islandModel(), recipeFor('dynamic-range', { rules }));
    expect(keptFloat.map(({ op }) => op)).toEqual([2]);
    expect(find(model, 'w2').dtype).toBe('float32');
  });

  test('weights only: one DEQUANTIZE widens each', () => {
    const { model } = run(islandModel(), recipeFor('weights-only', small));
    expect(kinds(model)).toEqual(['DEQUANTIZE', 'FULLY_CONNECTED', 'NEG', 'DEQUANTIZE', 'FULLY_CONNECTED']);
    expect(mainGraph(model).ops[0]?.version).toBe(5);
    expect(outcomeOf(model).name).toBe('weights only');
    const widened = mainGraph(prepare(model).model);
    const weights = widened.tensors.find(({ name }) => name === 'w1_dequantize') as Tensor;
    expect(constantOf(weights)?.data[0]).toBeCloseTo(-7 / 8, 2);
  });

  test('float16: every float constant', () => {
    const { model } = run(islandModel(), recipeFor('float16'));
    expect(['w1', 'b1', 'w2'].map((name) => find(model, name).dtype)).toEqual(Array(3).fill('float16'));
    expect(outcomeOf(model).name).toBe('float16');
  });

  test('int4 weights are packed, the first in the low nibble', () => {
    expect([...packNibbles(Int8Array.of(1, -1, 7))]).toEqual([0xf1, 0x07]);
    const { model } = run(islandModel('RELU'), recipeFor('int8', { weightBits: 4 }));
    const w1 = find(model, 'w1');
    expect(w1).toMatchObject({ dtype: 'int4' });
    expect(w1.data?.length).toBe(8);
    // Rows of w1 are (i − 7) / 8; the first one reaches 7/8, so that its scale is 1/8.
    expect(integersOf(w1)?.slice(0, 4)).toEqual([-7, -6, -5, -4]);
    expect(mainGraph(model).ops[0]?.version).toBe(10);
    expect(outcomeOf(model).name).toBe('strict int8, int4 weights');
  });
});

test('halves: to the nearest, ties to even, beyond ±65504 the largest', () => {
  const cases: readonly (readonly [number, number])[] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [1e6, 0x7bff],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ];
  expect(cases.map(([x]) => floatToHalf(x))).toEqual(cases.map(([, bits]) => bits));
  const all = Array.from({ length: 0x7c00 }, (_, bits) => bits);
  expect(all.filter((bits) => floatToHalf(halfToFloat(bits)) !== bits)).toEqual([]);
});

describe('legacy uint8', () => {
  test('activations and weights are asymmetric, in toco’s arithmetic', () => {
    const { model } = quantize(islandModel('RELU'), rangesOf(islandModel('RELU'), -1, 3), recipeFor('uint8'));
    const x = find(model, 'x');
    expect(x.dtype).toBe('uint8');
    expect(x.quant?.scale[0]).toBe(Math.fround(4 / 255));
    // −(−1) / (4 / 255) = 63.75
    expect(x.quant?.zeroPoint[0]).toBe(64);
    const w1 = find(model, 'w1');
    expect(w1.dtype).toBe('uint8');
    expect(w1.quant?.scale[0]).toBe(Math.fround((1 + 7 / 8) / 255));
    expect(w1.quant?.zeroPoint[0]).toBe(119);
    expect([w1.data?.[0], w1.data?.[15]]).toEqual([0, 255]);
    expect(find(model, 'b1').dtype).toBe('int32');
    expect(mainGraph(model).ops.map(({ version }) => version)).toEqual([1, 2, 1]);
    expect(outcomeOf(model).name).toBe('uint8 (legacy)');
  });

  test('an input mapping gives scale 1 / std and zero point mean', () => {
    const { model } = run(
      islandModel('RELU'),
      recipeFor('uint8', { inputMapping: [{ mean: 128, std: 128 }] }),
    );
    const { scale, zeroPoint } = find(model, 'x').quant as NonNullable<Tensor['quant']>;
    expect([scale[0], zeroPoint[0]]).toEqual([1 / 128, 128]);
  });

  test('default ranges need no calibration, and the file says that nobody measured', () => {
    const recipe = recipeFor('uint8', { defaultRange: { min: 0, max: 6 } });
    const { model, dummy } = quantize(islandModel('RELU'), new Map(), recipe);
    expect(dummy).toEqual([0, 3, 4, 6]);
    expect(model.description).toContain('Dummy quantization: 4 activations have the range 0 to 6');
    expect(find(model, 'y').quant?.scale[0]).toBe(Math.fround(6 / 255));
    expect(() => quantize(islandModel('RELU'), new Map(), recipeFor('uint8'))).toThrow(/No range is known/);
  });
});

describe('settings that no kernel can follow are told', () => {
  test.each<[string, Recipe, readonly UnmetSetting['setting'][]]>([
    ['uint8 with 4 bits', recipeFor('uint8', { weightBits: 4, weights: 'per-tensor' }), ['weightBits']],
    ['uint8 per channel', recipeFor('uint8'), ['weights']],
    ['int8 with 4 bits', recipeFor('int8', { weightBits: 4 }), []],
    ['dynamic range with 4 bits', recipeFor('dynamic-range', { weightBits: 4, minElements: 0 }), []],
  ])('%s', (_, recipe, settings) => {
    const { unmet } = run(islandModel('RELU'), recipe);
    expect(unmet).toEqual(settings.flatMap((setting) => [0, 2].map((op) => ({ op, setting }))));
  });
});

test('an operator code that nobody knows is refused by its number; a custom one stays', () => {
  const withOp = (name: string): Model => {
    const graph = mainGraph(islandModel());
    const ops = graph.ops.map((op) => (op.kind === 'NEG' ? { ...op, kind: 'OPAQUE' as const, name } : op));
    return withMainGraph(islandModel(), { ...graph, ops });
  };
  expect(() => prepare(withOp('BUILTIN_250'))).toThrow('code 250 (op 1)');
  expect(kinds(run(prepare(withOp('CUSTOM:Odd')).model, recipeFor('int8')).model)).toContain('CUSTOM:Odd');
});
