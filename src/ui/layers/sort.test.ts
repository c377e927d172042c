import { expect, test } from 'vitest';
import { arrange, type LayerRow } from './sort.ts';

function row(op: number, name: string, sqnr?: number): LayerRow {
  const error = { cosine: 1, maxError: 0, meanError: 0, rmse: 0, ...(sqnr !== undefined && { sqnr }) };
  return { op, name, kind: 'CONV_2D', shape: [1], dtype: 'int8', accumulated: error };
}

const rows = [row(0, 'stem'), row(1, 'Block_1', 20), row(2, 'block_2', 35), row(3, 'tail')];

test('sorts by the lowest ratio, and exact layers last in execution order', () => {
  expect(arrange(rows, '', 'error').map(({ op }) => op)).toEqual([1, 2, 0, 3]);
});

test('searches names and kinds whatever the case', () => {
  expect(arrange(rows, ' BLOCK ', 'order').map(({ op }) => op)).toEqual([1, 2]);
  expect(arrange(rows, 'conv', 'order')).toHaveLength(4);
});
