import { elementCount } from '../model/data.ts';
import type { OpOf, Shape, TensorId } from '../model/types.ts';
import { activated } from './activation.ts';
import type { Lowering, Value } from './lowering.ts';
import { reshaped } from './shape.ts';
import { channels } from './window.ts';

/** Input of any rank as [batch, K], weights [O, K], bias [O] or none; the output has the shape that the file states. */
export function fullyConnected(op: OpOf<'FULLY_CONNECTED'>, to: Lowering): void {
  if (op.options.weightsFormat !== 'DEFAULT')
    to.unsupported(`has weights in the layout ${op.options.weightsFormat}`);
  const [input, filter, bias] = op.inputs;
  const shape = to.shape(input);
  const depth = channels(to.shape(filter));
  const rows: Shape = [elementCount(shape) / depth, depth];
  const inputs = [reshaped(to, input, rows), to.value(filter), to.optional(bias)];
  const value = activated(to, to.node('Gemm', inputs, { transB: { int: 1 } }), op.options.activation);
  const isMatrix = to.shape(op.outputs[0]).length === 2;
  to.define(
    op.outputs[0],
    isMatrix ? value : to.node('Reshape', [value, to.vector(to.shape(op.outputs[0]))]),
  );
}

export function batchMatMul(op: OpOf<'BATCH_MATMUL'>, to: Lowering): void {
  const [x, y] = op.inputs;
  const inputs = [matrices(to, x, op.options.adjX), matrices(to, y, op.options.adjY)];
  to.define(op.outputs[0], to.node('MatMul', inputs));
}

/** A tensor with its last two dimensions swapped if so asked. */
function matrices(to: Lowering, id: TensorId | undefined, swap: boolean): Value {
  if (!swap) return to.value(id);
  const rank = to.shape(id).length;
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return to.permuted(id, [...perm.slice(0, -2), rank - 1, rank - 2]);
}
