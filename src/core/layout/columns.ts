import { bytesOf, constantOf } from '../model/data.ts';
import type { Elements, OpOf, Tensor, TensorId } from '../model/types.ts';
import type { Written } from './written.ts';

/** Rows of as many elements as there are `columns`, each row's in that order. */
function reordered<T extends Elements>(rows: T, columns: readonly number[]): T {
  const out = rows.slice() as T;
  const width = columns.length;
  // Loops rather than callbacks: the first dense layer of VGG has 100 million weights.
  for (let start = 0; start < rows.length; start += width)
    for (let j = 0; j < width; j++) out[start + j] = rows[start + (columns[j] as number)] as never;
  return out;
}

/**
 * A dense layer that reads its features in another order: its weights' columns take that order, and so do the integers
 * that they were widened from.
 * @param op - with its operands in `written`; weights are float32 [outputs, features]
 * @param columns - feature j of what is read is feature `columns[j]` of what the weights were made for
 */
export function withColumns(
  written: Written,
  op: OpOf<'FULLY_CONNECTED'>,
  columns: readonly number[],
): OpOf<'FULLY_CONNECTED'> {
  const [input, weights, ...rest] = op.inputs as readonly TensorId[];
  const { origin: _, grid, ...tensor } = written.tensors[weights as TensorId] as Tensor;
  const bytesIn = (part: Pick<Tensor, 'dtype' | 'data'>) => {
    const values = constantOf({ ...tensor, ...part })?.data as Elements;
    return bytesOf(reordered(values, columns));
  };
  const id = written.tensor({
    ...tensor,
    data: bytesIn(tensor),
    // int4 would have to be packed again; the layer's weights are then rounded as floats are.
    ...(grid?.dtype === 'int8' && { grid: { ...grid, data: bytesIn(grid) } }),
  });
  return { ...op, inputs: [input as TensorId, id, ...rest] };
}
