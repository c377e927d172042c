import { bytesOf, constantOf } from '../model/data.ts';
import type { OpOf, Tensor, TensorId } from '../model/types.ts';
import type { Written } from './written.ts';

/**
 * A dense layer that reads its features in another order: its weights' columns take that order.
 * @param op - with its operands in `written`; weights are float32 [outputs, features]
 * @param columns - feature j of what is read is feature `columns[j]` of what the weights were made for
 */
export function withColumns(
  written: Written,
  op: OpOf<'FULLY_CONNECTED'>,
  columns: readonly number[],
): OpOf<'FULLY_CONNECTED'> {
  const [input, weights, ...rest] = op.inputs as readonly TensorId[];
  const tensor = written.tensors[weights as TensorId] as Tensor;
  const values = constantOf(tensor)?.data as Float32Array;
  const width = columns.length;
  const data = Float32Array.from(
    values,
    (_, i) => values[i - (i % width) + (columns[i % width] as number)] as number,
  );
  const { grid: _, origin: __, ...plain } = tensor;
  const id = written.added({ ...plain, data: bytesOf(data) });
  return { ...op, inputs: [input as TensorId, id, ...rest] };
}
