import { isPresent, producers } from '../model/graph.ts';
import type { Graph, KnownKind, Op } from '../model/types.ts';
import { ruleOf } from '../quantize/rules.ts';
import type { ActivationType } from '../quantize/scheme.ts';
import { type Arithmetic, isPerChannel, type OpView, reducesWholePicture, viewOf } from './view.ts';

/** An exact rewrite of an op in the float model. */
export interface Rewrite {
  /** What to put in its place. */
  readonly text: string;
  /** The ops that would compute then; RESHAPEs around them, which only move elements, are not among them. */
  readonly views: readonly OpView[];
}

/** Where an op stands. */
export interface Place {
  readonly graph: Graph;
  /** What the model's quantized ops compute in; `undefined` where there are none. */
  readonly integers: ActivationType | undefined;
}

interface Replacement {
  readonly text: string;
  readonly kinds: readonly KnownKind[];
}

/** Rewrites of an op that leave the float model's values as they are. */
const byKind: Readonly<Record<string, Replacement>> = {
  NEG: { text: 'MUL by −1, which has an int8 form', kinds: ['MUL'] },
  SQUARE: { text: 'MUL of the tensor with itself, which has an int8 form', kinds: ['MUL'] },
  LEAKY_RELU: { text: 'PRELU with the same slope for every channel', kinds: ['PRELU'] },
  RELU_N1_TO_1: { text: 'MAXIMUM with −1, then MINIMUM with 1', kinds: ['MAXIMUM', 'MINIMUM'] },
  RELU_0_TO_1: { text: 'RELU, then MINIMUM with 1', kinds: ['RELU', 'MINIMUM'] },
  SQUARED_DIFFERENCE: { text: 'SUB, then MUL of the difference with itself', kinds: ['SUB', 'MUL'] },
  SELECT: { text: 'SELECT_V2, the same with broadcasting', kinds: ['SELECT_V2'] },
  EXPAND_DIMS: { text: 'RESHAPE to the same shape', kinds: ['RESHAPE'] },
  SQUEEZE: { text: 'RESHAPE to the same shape', kinds: ['RESHAPE'] },
  TILE: { text: 'CONCATENATION of the tensor with itself', kinds: ['CONCATENATION'] },
  SPLIT: { text: 'one STRIDED_SLICE for each part', kinds: ['STRIDED_SLICE'] },
  SPLIT_V: { text: 'one STRIDED_SLICE for each part', kinds: ['STRIDED_SLICE'] },
  UNPACK: { text: 'one STRIDED_SLICE for each part', kinds: ['STRIDED_SLICE'] },
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

/** What another op computes in at this place: one that is float for want of an integer form may lose the reason to be. */
function arithmeticThere(view: OpView, op: Op, integers: ActivationType | undefined): Arithmetic {
  const wantsForm =
    view.arithmetic === 'float' && integers !== undefined && ruleOf(view.op, integers) === undefined;
  return wantsForm && ruleOf(op, integers) !== undefined ? integers : view.arithmetic;
}

/** The op as it would be seen if it were of another kind: neutral options, strides of 1, constants as given. */
function inPlaceOf(
  view: OpView,
  kind: KnownKind,
  { integers, constants = [] }: { integers: Place['integers']; constants?: OpView['constants'] },
): OpView {
  const [, filterH = 1, filterW = 1] = view.input?.shape ?? [];
  // Only what the targets' conditions ask about; a pool's window is the whole picture.
  const options = {
    activation: 'NONE',
    padding: 'VALID',
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    filterH,
    filterW,
  };
  const op = { ...view.op, kind, options } as unknown as Op;
  return {
    ...view,
    op,
    kind,
    constants,
    arithmetic: arithmeticThere(view, op, integers),
    integers: (position) => (kind === 'STRIDED_SLICE' && position === 3 ? [1] : undefined),
  };
}

/** An activation behind an op that has none could be a part of it. */
function fusable(graph: Graph, op: Op): Rewrite | undefined {
  const [input] = op.inputs;
  if (!standAlone.has(op.kind) || !isPresent(input)) return undefined;
  const maker = graph.ops[producers(graph).get(input) ?? -1];
  if (maker === undefined || !fusing.has(maker.kind)) return undefined;
  const free = 'activation' in maker.options && maker.options.activation === 'NONE';
  const readers = graph.ops.filter(({ inputs }) => inputs.includes(input)).length;
  if (!free || readers !== 1 || graph.outputs.includes(input)) return undefined;
  const fused = { ...maker, options: { ...maker.options, activation: op.kind } } as Op;
  return {
    text: `the fused activation of the ${maker.kind} before it`,
    views: [viewOf(graph, fused)],
  };
}

function reduction(view: OpView): Replacement | undefined {
  const kind = view.kind === 'MEAN' ? 'AVERAGE_POOL_2D' : 'MAX_POOL_2D';
  const suits = (view.kind === 'MEAN' || view.kind === 'REDUCE_MAX') && reducesWholePicture(view);
  return suits
    ? { text: `${kind} with a window of the whole picture, then RESHAPE`, kinds: [kind] }
    : undefined;
}

function denseAsConvolution(view: OpView): Replacement | undefined {
  const suits = view.kind === 'FULLY_CONNECTED' && isPerChannel(view);
  const text = 'CONV_2D of 1 × 1 between two RESHAPEs, which takes a scale per channel everywhere';
  return suits ? { text, kinds: ['CONV_2D'] } : undefined;
}

/** An exact rewrite of the op at hand; `undefined` where none is known. */
export function rewriteOf(view: OpView, { graph, integers }: Place): Rewrite | undefined {
  const fused = fusable(graph, view.op);
  if (fused !== undefined) return fused;
  const found = reduction(view) ?? denseAsConvolution(view) ?? byKind[view.kind];
  if (found === undefined) return undefined;
  const constants = view.kind === 'FULLY_CONNECTED' ? view.constants : [];
  return {
    text: found.text,
    views: found.kinds.map((kind) => inPlaceOf(view, kind, { integers, constants })),
  };
}
