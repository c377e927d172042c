/** A model made for several samples at once, where each op treats what lies along the first dimension one by one. */
import { constantOf } from '../model/data.ts';
import { isPresent, mainGraph, opName, tensorAt, withMainGraph, withoutOriginal } from '../model/graph.ts';
import type { Graph, KnownKind, Model, Op, OpOf, Sample, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';

/** The dimensions that an op works along; `undefined` where only a run knows them. */
type Axes<K extends KnownKind> = (graph: Graph, op: OpOf<K>) => readonly number[] | undefined;

function integers(graph: Graph, id: TensorId | undefined): readonly number[] | undefined {
  const value = isPresent(id) ? constantOf(tensorAt(graph, id)) : undefined;
  return value && Array.from(value.data as Iterable<number | bigint>, Number);
}
const axesOfInput =
  (position: number) =>
  (graph: Graph, { inputs }: Op) =>
    integers(graph, inputs[position]);
const axisOfOptions = (_: Graph, { options }: { readonly options: { readonly axis: number } }) => [
  options.axis,
];
const none = () => [];
/** Padding of the first dimension counts as work along it. */
const paddedAxes = (graph: Graph, { inputs }: Op) =>
  integers(graph, inputs[1])?.flatMap((amount, k) => (amount === 0 ? [] : [Math.floor(k / 2)]));
const movedAxes = (graph: Graph, { inputs }: Op) =>
  integers(graph, inputs[1])?.flatMap((from, to) => (from === to ? [] : [to]));

/** Everything else is refused: slices and gathers by constant positions, states, shapes as values. */
const axesOf = {
  CONV_2D: none,
  DEPTHWISE_CONV_2D: none,
  FULLY_CONNECTED: none,
  BATCH_MATMUL: none,
  AVERAGE_POOL_2D: none,
  MAX_POOL_2D: none,
  RESIZE_BILINEAR: none,
  RESIZE_NEAREST_NEIGHBOR: none,
  SPACE_TO_DEPTH: none,
  DEPTH_TO_SPACE: none,
  ADD: none,
  SUB: none,
  MUL: none,
  DIV: none,
  MAXIMUM: none,
  MINIMUM: none,
  SQUARED_DIFFERENCE: none,
  PRELU: none,
  SOFTMAX: () => [-1],
  LOG_SOFTMAX: () => [-1],
  L2_NORMALIZATION: () => [-1],
  RELU: none,
  RELU6: none,
  RELU_N1_TO_1: none,
  RELU_0_TO_1: none,
  LEAKY_RELU: none,
  HARD_SWISH: none,
  LOGISTIC: none,
  TANH: none,
  ELU: none,
  GELU: none,
  ABS: none,
  NEG: none,
  EXP: none,
  LOG: none,
  SQRT: none,
  RSQRT: none,
  SQUARE: none,
  FLOOR: none,
  EQUAL: none,
  NOT_EQUAL: none,
  GREATER: none,
  GREATER_EQUAL: none,
  LESS: none,
  LESS_EQUAL: none,
  QUANTIZE: none,
  DEQUANTIZE: none,
  CAST: none,
  // Samples follow each other in memory on both sides.
  RESHAPE: none,
  SQUEEZE: none,
  EXPAND_DIMS: none,
  MEAN: axesOfInput(1),
  SUM: axesOfInput(1),
  REDUCE_MAX: axesOfInput(1),
  REDUCE_MIN: axesOfInput(1),
  REDUCE_PROD: axesOfInput(1),
  REVERSE_V2: axesOfInput(1),
  ARG_MAX: axesOfInput(1),
  ARG_MIN: axesOfInput(1),
  SPLIT: axesOfInput(0),
  SPLIT_V: axesOfInput(2),
  PAD: paddedAxes,
  PADV2: paddedAxes,
  MIRROR_PAD: paddedAxes,
  TRANSPOSE: movedAxes,
  CONCATENATION: axisOfOptions,
  PACK: axisOfOptions,
  UNPACK: axisOfOptions,
} as const satisfies { readonly [K in KnownKind]?: Axes<K> };

/** Ops that stretch operands along missing first dimensions, or along first dimensions of 1. */
const broadcasting: ReadonlySet<Op['kind']> = new Set([
  'ADD',
  'SUB',
  'MUL',
  'DIV',
  'MAXIMUM',
  'MINIMUM',
  'SQUARED_DIFFERENCE',
  'PRELU',
  'EQUAL',
  'NOT_EQUAL',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
  'BATCH_MATMUL',
]);
/** Ops whose operands all become part of the output. */
const joining: ReadonlySet<Op['kind']> = new Set(['CONCATENATION', 'PACK']);

/** Why an op cannot take several samples; `batched` are the tensors that hold them. */
function obstacle(graph: Graph, op: Op, batched: ReadonlySet<TensorId>): string | undefined {
  const axes = (axesOf as { readonly [K in KnownKind]?: Axes<KnownKind> })[op.kind as KnownKind];
  if (op.kind === 'OPAQUE' || axes === undefined) return 'whose samples depend on each other';
  const along = axes(graph, op as OpOf<KnownKind>);
  const [first] = op.inputs.filter((id) => batched.has(id));
  const rank = isPresent(first) ? tensorAt(graph, first).shape.length : 0;
  const outputRank = tensorAt(graph, op.outputs[0] as TensorId).shape.length;
  // PACK counts its axis in the output's dimensions.
  const dimensions = op.kind === 'PACK' ? outputRank : rank;
  if (along?.every((axis) => (axis + dimensions) % dimensions !== 0) !== true)
    return 'along the first dimension';
  const constants = op.inputs.filter((id) => isPresent(id) && !batched.has(id));
  if (joining.has(op.kind) && constants.length > 0) return 'with a constant part';
  if (!broadcasting.has(op.kind)) return undefined;
  const uneven = op.inputs.some((id) => batched.has(id) && tensorAt(graph, id).shape.length !== outputRank);
  const fixed = constants.some((id) => {
    const { shape } = tensorAt(graph, id);
    return shape.length === outputRank && shape[0] !== 1;
  });
  return uneven || fixed ? 'of operands with different first dimensions' : undefined;
}

/**
 * `model` for `count` times as many samples along the first dimension of its inputs and outputs.
 * @throws Problem `model/unsupported-op` that names the ops which cannot take several samples
 */
export function withBatch(model: Model, count: number): Model {
  const graph = mainGraph(model);
  const batched = new Set<TensorId>(graph.inputs);
  const size = tensorAt(graph, graph.inputs[0] as TensorId).shape[0];
  const refused: { readonly op: string; readonly position: number; readonly form: string }[] = [];
  graph.ops.forEach((op, position) => {
    if (!op.inputs.some((id) => batched.has(id))) return;
    const reason = obstacle(graph, op, batched);
    if (reason !== undefined) refused.push({ op: opName(op), position, form: reason });
    for (const id of op.outputs) if (isPresent(id)) batched.add(id);
    const odd = [...op.inputs, ...op.outputs].find(
      (id) => batched.has(id) && tensorAt(graph, id).shape[0] !== size,
    );
    if (reason === undefined && odd !== undefined)
      refused.push({ op: opName(op), position, form: 'with another first dimension than the inputs' });
  });
  if (refused.length > 0) {
    const names = new Set(refused.map(({ op, form }) => `${op} ${form}`));
    const text = `Several samples at once cannot go through ${[...names].join(', ')}.`;
    throw new Problem('model/unsupported-op', text, { ops: refused });
  }
  const tensors = graph.tensors.map((tensor, id) => {
    const [first = 1, ...rest] = tensor.shape;
    return batched.has(id as TensorId) ? { ...tensor, shape: [first * count, ...rest] } : tensor;
  });
  return withMainGraph(withoutOriginal(model), { ...graph, tensors });
}

/** How many times the model's samples `inputs` are: 1 where they are not the same multiple of every input's first dimension. */
export function batchOf(model: Model, inputs: Sample): number {
  const graph = mainGraph(model);
  const counts = graph.inputs.map((id, k) => {
    const [first = 1, ...rest] = tensorAt(graph, id).shape;
    const [given = 1, ...others] = inputs[k]?.shape ?? [];
    return others.join() === rest.join() ? given / first : 1;
  });
  const [count = 1] = counts;
  return Number.isInteger(count) && count > 0 && counts.every((other) => other === count) ? count : 1;
}
