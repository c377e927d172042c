import { expect, test } from 'vitest';
import type { Dim } from '../formats/onnx/graph.ts';
import { Problem } from '../problem.ts';
import { bindInputs } from './sizes.ts';

function bound(...shapes: readonly (readonly Dim[])[]): readonly (readonly number[])[] | readonly string[] {
  const inputs = shapes.map((shape, i) => ({ name: `x${i}`, dtype: 'float32' as const, shape }));
  try {
    const graph = { inputs, outputs: [], constants: new Map(), nodes: [] };
    return [...bindInputs({ graph }, new Map(), (open) => open.map(() => 8)).types.values()].map(
      ({ shape }) => shape,
    );
  } catch (error) {
    if (!(error instanceof Problem) || !Array.isArray(error.details.sizes)) throw error;
    return error.details.sizes.map(({ key }: { key: string }) => key);
  }
}

test.each<[string, readonly (readonly Dim[])[], unknown]>([
  ['a batch with a name', [['n', 3, 4, 4]], [[1, 3, 4, 4]]],
  ['a batch without one', [['', 3, 4, 4]], [[1, 3, 4, 4]]],
  [
    'one name for two inputs',
    [
      ['n', 3],
      ['n', 5],
    ],
    [
      [1, 3],
      [1, 5],
    ],
  ],
  ['height and width are asked for', [['n', 3, 'h', 'w']], ['h', 'w']],
  ['those without a name by their place', [['', 3, '', '']], ['x0[2]', 'x0[3]']],
  ['a name that stands elsewhere too is no batch', [['s', 3, 's', 's']], ['s']],
  ['a lone picture has no batch', [['h', 'w', 3]], ['h', 'w']],
  ['a sequence of samples may', [['batch_size', 7, 3]], [[1, 7, 3]]],
])('%s', (_, shapes, expected) => expect(bound(...shapes)).toEqual(expected));
