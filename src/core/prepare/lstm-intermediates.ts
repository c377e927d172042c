import { isPresent, tensorAt } from '../model/graph.ts';
import { isFullLstm, LSTM_INTERMEDIATES, type LstmOp, lstmAt } from '../model/lstm.ts';
import type { Graph, Op, Shape, Tensor, TensorId } from '../model/types.ts';

/** [..., cells], one vector for every step of every sequence. */
function shapeOf(graph: Graph, op: LstmOp): Shape {
  const input = tensorAt(graph, op.inputs[0] as TensorId).shape;
  const cells = tensorAt(graph, op.inputs[lstmAt.cellState] as TensorId).shape.at(-1) ?? 0;
  return [...input.slice(0, -1), cells];
}

/**
 * Gives every full LSTM its five intermediates, as float32 tensors that hold what they stand for. Files name them only
 * for quantizing, where they are empty tensors that carry parameters; here their values are to be measured.
 */
export function withLstmIntermediates(graph: Graph): Graph {
  if (!graph.ops.some(isFullLstm)) return graph;
  const tensors: Tensor[] = [...graph.tensors];
  const complete = (op: Op): Op => {
    if (!isFullLstm(op)) return op;
    const shape = shapeOf(graph, op);
    const name = tensorAt(graph, op.outputs[0] as TensorId).name;
    const intermediates = Array.from({ length: LSTM_INTERMEDIATES }, (_, k) => {
      const known = op.intermediates?.[k];
      if (!isPresent(known)) {
        return (tensors.push({ name: `${name}_intermediate_${k}`, shape, dtype: 'float32' }) - 1) as TensorId;
      }
      tensors[known] = { ...tensorAt(graph, known), shape };
      return known;
    });
    return { ...op, intermediates };
  };
  const ops = graph.ops.map(complete);
  return { ...graph, tensors, ops };
}
