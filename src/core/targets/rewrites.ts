import { isPresent, producers } from '../model/graph.ts';
import type { Graph, Op } from '../model/types.ts';
import { isPerChannel, type OpView, reducesPicture } from './view.ts';

/** Rewrites of an op that leave the float model's values as they are. */
const byKind: Readonly<Record<string, string>> = {
  NEG: 'MUL by −1, which has an int8 form',
  SQUARE: 'MUL of the tensor with itself, which has an int8 form',
  LEAKY_RELU: 'PRELU with the same slope for every channel',
  RELU_N1_TO_1: 'MAXIMUM with −1, then MINIMUM with 1',
  RELU_0_TO_1: 'RELU, then MINIMUM with 1',
  SQUARED_DIFFERENCE: 'SUB, then MUL of the difference with itself',
  SELECT: 'SELECT_V2, the same with broadcasting',
  EXPAND_DIMS: 'RESHAPE to the same shape',
  SQUEEZE: 'RESHAPE to the same shape',
  TILE: 'CONCATENATION of the tensor with itself',
  SPLIT: 'one STRIDED_SLICE for each part',
  SPLIT_V: 'one STRIDED_SLICE for each part',
  UNPACK: 'one STRIDED_SLICE for each part',
};

const standAlone: ReadonlySet<string> = new Set(['RELU', 'RELU6', 'RELU_N1_TO_1']);
const fusing: ReadonlySet<string> = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'ADD',
  'SUB',
  'MUL',
]);

/** An activation behind an op that has none could be a part of it. */
function fusable(graph: Graph, op: Op): string | undefined {
  const [input] = op.inputs;
  if (!standAlone.has(op.kind) || !isPresent(input)) return undefined;
  const maker = graph.ops[producers(graph).get(input) ?? -1];
  if (maker === undefined || !fusing.has(maker.kind)) return undefined;
  const free = 'activation' in maker.options && maker.options.activation === 'NONE';
  const readers = graph.ops.filter(({ inputs }) => inputs.includes(input)).length;
  return free && readers === 1 && !graph.outputs.includes(input)
    ? `the fused activation of the ${maker.kind} before it`
    : undefined;
}

function reduction(view: OpView): string | undefined {
  const pool = view.kind === 'MEAN' ? 'AVERAGE_POOL_2D' : 'MAX_POOL_2D';
  const suits = (view.kind === 'MEAN' || view.kind === 'REDUCE_MAX') && reducesPicture(view);
  return suits ? `${pool} with a window of the whole picture, then RESHAPE` : undefined;
}

function denseAsConvolution(view: OpView): string | undefined {
  const suits = view.kind === 'FULLY_CONNECTED' && isPerChannel(view);
  return suits
    ? 'CONV_2D of 1 × 1 between two RESHAPEs, which takes a scale per channel everywhere'
    : undefined;
}

/** An exact rewrite of the op at hand; `undefined` where none is known. */
export function rewriteOf(graph: Graph, view: OpView): string | undefined {
  return fusable(graph, view.op) ?? reduction(view) ?? denseAsConvolution(view) ?? byKind[view.kind];
}
