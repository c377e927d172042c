import { expect, test } from 'vitest';
import { type GraphParts, integers, modelOf, node } from '../../../tests/support/onnx-graphs.ts';
import { Problem } from '../problem.ts';
import { type NormalizeOptions, normalizeOnnx } from './normalize.ts';
import type { ValueType } from './normalized.ts';
import { type Untold, untoldOf } from './untold.ts';

/** The problem that a graph ends in. */
function problemOf(
  parts: GraphParts,
  options?: NormalizeOptions,
): { code: string; message: string; untold: Untold | undefined } {
  try {
    normalizeOnnx(modelOf(parts), options);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message } = error;
    return { code, message, untold: untoldOf(error) };
  }
  throw new Error('the graph was taken');
}

const inputs = { x: [1, 4, 8, 8] };
const unknown = { ...node('FancyNorm', ['x'], ['f']), domain: 'com.example' };
const parts: GraphParts = {
  inputs: { x: ['n', 4] },
  nodes: [unknown, node('Relu', ['f'], ['r']), { ...unknown, inputs: ['r'], outputs: ['g', ''] }],
};
const float32 = (...shape: number[]) => ({ dtype: 'float32' as const, shape });

test('values whose shapes the file does not tell are listed, with what the file has to be fed to measure them', () => {
  const { untold } = problemOf(parts);
  expect(untold).toEqual({ values: ['f', 'g'], inputs: [{ name: 'x', ...float32(1, 4) }] });
});

test('they have the shapes that somebody measured', () => {
  const told = new Map<string, ValueType>([
    ['f', { dtype: 'float16', shape: [1, 3] }],
    ['g', float32(2)],
  ]);
  const { graph, values, notes } = normalizeOnnx(modelOf(parts), { told });
  expect(graph.nodes.map(({ type }) => type)).toEqual(['FancyNorm', 'Relu', 'FancyNorm']);
  expect(['f', 'r', 'g'].map((name) => values.get(name))).toEqual([float32(1, 3), float32(1, 3), float32(2)]);
  expect(notes.join()).toContain('“f” is [1,3], “g” is [2]');
});

test('they are not measured where values say how large they are, whatever somebody measured', () => {
  const nodes = [node('NonMaxSuppression', ['b', 's'], ['kept'])];
  const boxes: GraphParts = { inputs: { b: [1, 6, 4], s: [1, 1, 6] }, nodes };
  const refused = { code: 'model/unsupported-op', untold: undefined };
  const message = 'How large the results are depends on values: NonMaxSuppression node “kept”.';
  expect(problemOf(boxes)).toMatchObject({ ...refused, message: expect.stringContaining(message) });
  const told = new Map([['kept', { dtype: 'int64' as const, shape: [0, 3] }]]);
  expect(problemOf(boxes, { told })).toMatchObject({
    ...refused,
    message: expect.stringContaining(message),
  });
  const found = { inputs, nodes: [node('NonZero', ['x'], ['y'])] };
  expect(problemOf(found).message).toContain('How large the results are depends on values: NonZero');
});

test('they are where constants say so, also constants that follow from other such values', () => {
  const grid = [unknown, node('Shape', ['f'], ['s']), node('AffineGrid', ['x', 's'], ['grid'])];
  expect(problemOf({ inputs, nodes: grid }).untold?.values).toEqual(['f', 'grid']);
  const told = new Map([
    ['f', float32(1, 3, 2, 2)],
    ['grid', float32(1, 2, 2, 2)],
  ]);
  const { values } = normalizeOnnx(modelOf({ inputs, nodes: grid }), { told });
  expect(values.get('grid')?.shape).toEqual([1, 2, 2, 2]);
  const constants = { mask: integers(1, 0, 1, 1) };
  const picked = [node('Compress', ['x', 'mask'], ['c'], { axis: 1 })];
  expect(problemOf({ inputs, constants, nodes: picked }).untold?.values).toEqual(['c']);
  const byInput = [node('Compress', ['mask', 'x'], ['c'])];
  expect(problemOf({ inputs, constants, nodes: byInput }).untold).toBeUndefined();
});
