import { describe, expect, test } from 'vitest';
import { islandModel, run } from '../../../tests/support/small-models.ts';
import { mainGraph, withMainGraph } from '../model/graph.ts';
import type { Model, Op } from '../model/types.ts';
import { outcomeOf } from '../quantize/outcome.ts';
import { recipeFor } from '../quantize/recipe.ts';
import { inspectModel } from '../report/inspect.ts';
import { assessTargets } from '../targets/assess.ts';
import { prepare } from './prepare.ts';

describe('weights that a file stores as integers', () => {
  const noteOn = (recipe: Parameters<typeof run>[1]) =>
    prepare(run(islandModel('ELU'), recipe).model).notes.map(({ text }) => text);

  test.each([
    [
      'dynamic-range',
      8,
      '2 weight tensors are int8 already (a dynamic-range file). Their integers and scales stay',
    ],
    [
      'weights-only',
      8,
      '2 weight tensors are int8 already (a weights-only file). Their integers and scales stay',
    ],
    [
      'weights-only',
      4,
      '2 weight tensors are int4 already (a weights-only file). Quantizing rounds the values',
    ],
    ['float16', 8, '3 constants are stored as float16; they are widened'],
  ] as const)('%s of %d bits', (mode, weightBits, text) => {
    expect(noteOn(recipeFor(mode, { weightBits, minElements: 0 }))).toEqual([expect.stringContaining(text)]);
  });

  test('one of them is told in the singular', () => {
    const rules = [{ tensor: 'out', scheme: 'float' }] as const;
    expect(noteOn(recipeFor('weights-only', { weightBits: 4, minElements: 0, rules }))).toEqual([
      '1 weight tensor is int4 already (a weights-only file). Quantizing rounds the values that it stands for; the float reference computes with the values that it stands for.',
    ]);
  });
});

test('a model compiled for the Edge TPU is called so, and refused', () => {
  const { model } = run(islandModel('RELU'), recipeFor('int8'));
  const compiled: Model = withMainGraph(model, {
    ...mainGraph(model),
    ops: mainGraph(model)
      .ops.slice(0, 1)
      .map(
        ({ inputs, outputs, version }): Op => ({
          kind: 'OPAQUE',
          name: 'CUSTOM:edgetpu-custom-op',
          options: {},
          inputs: inputs.slice(0, 1),
          outputs,
          version,
        }),
      ),
  });
  expect(outcomeOf(compiled).name).toBe('Edge TPU-compiled');
  expect(inspectModel(compiled).notes).toEqual([expect.stringContaining('compiled for the Edge TPU')]);
  expect(() => prepare(compiled)).toThrow(/compiled for the Edge TPU/);
  const [row] = assessTargets(compiled, recipeFor('int8')).nodes;
  expect(row?.cells).toMatchObject({ 'edge-tpu': { verdict: 'native' }, litert: { verdict: 'missing' } });
});
