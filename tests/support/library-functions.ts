import { isPresent, opName, tensorAt } from '../../src/core/model/graph.ts';
import type { Graph, TensorData, TensorId } from '../../src/core/model/types.ts';

/**
 * Ops that TensorFlow Lite computes in float32 with C's mathematical library, whose last digits are its own. All other
 * float ops are sums, products and moves, in the order of the reference kernels: their bits are equal.
 */
const libraryFunctions: ReadonlySet<string> = new Set([
  'SIN',
  'COS',
  'EXP',
  'LOG',
  'POW',
  'LOGISTIC',
  'TANH',
  'ELU',
  'GELU',
  'SOFTMAX',
  'LOG_SOFTMAX',
  // Gates pass through exp and tanh; TensorFlow sums products of float vectors in as many lanes as the machine has.
  'LSTM',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
  'SVDF',
]);

/** How far a library function's result may lie from TensorFlow's, relative to the greater of it and 1. */
export const FUNCTION_TOLERANCE = 2 ** -21;

/** Tensors whose bits depend on a library function: its float outputs and whatever is computed from them. */
export function inexactTensors(graph: Graph, also: ReadonlySet<string> = new Set()): ReadonlySet<TensorId> {
  const inexact = new Set<TensorId>();
  for (const op of graph.ops) {
    const name = opName(op);
    const float = op.inputs.some((id) => isPresent(id) && tensorAt(graph, id).dtype === 'float32');
    const begins = also.has(name) || (float && libraryFunctions.has(name));
    if (begins || op.inputs.some((id) => inexact.has(id))) for (const id of op.outputs) inexact.add(id);
  }
  return inexact;
}

/** The greatest distance between two values: relative to the greater of 1 and the value for floats, in steps for integers. */
export function distance(own: TensorData, theirs: TensorData): number {
  let greatest = 0;
  for (let i = 0; i < theirs.data.length; i++) {
    const [a, b] = [Number(own.data[i]), Number(theirs.data[i])];
    const unit = theirs.data instanceof Float32Array ? Math.max(1, Math.abs(b)) : 1;
    if (!Object.is(a, b)) greatest = Math.max(greatest, Math.abs(a - b) / unit);
  }
  return greatest;
}
