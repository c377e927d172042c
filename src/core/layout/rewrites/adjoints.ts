import { isPresent } from '../../model/graph.ts';
import type { Graph, OpOf, TensorId } from '../../model/types.ts';
import type { Draft } from '../draft.ts';
import { same } from '../order.ts';
import { orderOfTranspose } from '../views.ts';

/** BATCH_MATMUL reads a matrix transposed at no cost, so a TRANSPOSE of the last two dimensions before it goes. */
export function absorbMatrixTransposes(draft: Draft, graph: Graph): void {
  for (const [id, op] of draft.ops()) {
    if (op.kind !== 'BATCH_MATMUL') continue;
    const [x, y] = op.inputs.map((input) =>
      isPresent(input) ? untransposed(draft, graph, input) : undefined,
    );
    const { adjX, adjY } = op.options;
    const options = {
      ...op.options,
      adjX: adjX !== (x !== undefined),
      adjY: adjY !== (y !== undefined),
    };
    const inputs = [x ?? op.inputs[0], y ?? op.inputs[1]] as readonly TensorId[];
    if (x !== undefined || y !== undefined)
      draft.replace(id, { ...op, options, inputs } satisfies OpOf<'BATCH_MATMUL'>);
  }
}

/** What a TRANSPOSE of the last two dimensions makes `id` of. */
function untransposed(draft: Draft, graph: Graph, id: TensorId): TensorId | undefined {
  const [, op] = draft.producer(id) ?? [];
  const order = op === undefined ? undefined : orderOfTranspose(op, graph);
  const rank = order?.length ?? 0;
  const swapped = [...Array(Math.max(0, rank - 2)).keys(), rank - 1, rank - 2];
  return order !== undefined && same(order, swapped) ? op?.inputs[0] : undefined;
}
