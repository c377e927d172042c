import type { OnnxNode } from '../../formats/onnx/graph.ts';
import { elementCount } from '../../model/data.ts';
import type { Shape, TensorData } from '../../model/types.ts';
import { stretchedTo } from '../fold/elements.ts';
import type { Draft } from './draft.ts';

/** Elements of weights that are still copied: 512 MiB. */
const largest = 2 ** 27;

/** A node with constant weights, in which an affine function before or after it can vanish. */
export interface Linear {
  readonly node: OnnxNode;
  readonly weights: TensorData;
  /** One for each output channel; `undefined` where there is none. */
  readonly bias: Float64Array | undefined;
  /** The dimension of channels in the result. */
  readonly axis: number;
  readonly outputChannels: number;
  readonly inputChannels: number;
  /** The output channel that an element of the weights, given by its position, belongs to, and the input channel. */
  readonly outputOf: (index: number) => number;
  readonly inputOf: (index: number) => number;
}

/** `node` as a linear one; `undefined` where it is none or its weights or bias are computed. */
export function linearOf(draft: Draft, node: OnnxNode): Linear | undefined {
  if (node.domain !== undefined) return undefined;
  const weights = draft.constants.get(node.inputs[1] ?? '');
  if (weights === undefined || weights.dtype !== 'float32') return undefined;
  if (elementCount(weights.shape) > largest) return undefined;
  switch (node.type) {
    case 'Conv':
    case 'ConvTranspose':
      return convolution(draft, node, weights);
    case 'Gemm':
      return gemm(draft, node, weights);
    case 'MatMul':
      return matMul(draft, node, weights);
    default:
      return undefined;
  }
}

function convolution(draft: Draft, node: OnnxNode, weights: TensorData): Linear | undefined {
  const bias = draft.constants.get(node.inputs[2] ?? '');
  if ((node.inputs[2] ?? '') !== '' && bias === undefined) return undefined;
  const view = draft.view(node);
  const group = view.int('group') ?? 1;
  const [first = 0, second = 0] = weights.shape;
  const inner = elementCount(weights.shape.slice(2));
  const transposed = node.type === 'ConvTranspose';
  const [outputChannels, inputChannels] = transposed ? [second * group, first] : [first, second * group];
  // Weights are [out, in / group, …], those of ConvTranspose [in, out / group, …].
  const outer = (index: number) => Math.floor(index / (inner * second));
  const dealt = (index: number) => {
    const groupOf = Math.floor((outer(index) * group) / first);
    return groupOf * second + (Math.floor(index / inner) % second);
  };
  return {
    node,
    weights,
    bias: bias && Float64Array.from(bias.data as Float32Array),
    axis: 1,
    outputChannels,
    inputChannels,
    outputOf: transposed ? dealt : outer,
    inputOf: transposed ? outer : dealt,
  };
}

/** alpha · A · B + beta · C; the factors go into what they multiply when something is folded. */
function gemm(draft: Draft, node: OnnxNode, weights: TensorData): Linear | undefined {
  const view = draft.view(node);
  const matrix = matrixOf(weights.shape, view.flag('transB'));
  const given = draft.constants.get(node.inputs[2] ?? '');
  if ((node.inputs[2] ?? '') !== '' && given === undefined) return undefined;
  if (given !== undefined && given.shape.length === 2 && given.shape[0] !== 1) return undefined;
  if (view.flag('transA') || (view.float('alpha') ?? 1) !== 1) return undefined;
  const beta = view.float('beta') ?? 1;
  const row = given && stretchedTo(given, [1, matrix.outputChannels]);
  return {
    node,
    weights,
    bias: row && Float64Array.from(row.data as Float32Array, (x) => x * beta),
    axis: 1,
    ...matrix,
  };
}

/** Only with a matrix that all of the batch is multiplied by. */
function matMul(draft: Draft, node: OnnxNode, weights: TensorData): Linear | undefined {
  const rank = draft.values.get(node.outputs[0] ?? '')?.shape.length ?? 0;
  if (weights.shape.length !== 2 || rank < 2) return undefined;
  return { node, weights, bias: undefined, axis: rank - 1, ...matrixOf(weights.shape, false) };
}

function matrixOf([rows = 0, columns = 0]: Shape, transposed: boolean) {
  const row = (index: number) => Math.floor(index / columns);
  const column = (index: number) => index % columns;
  return transposed
    ? { outputChannels: rows, inputChannels: columns, outputOf: row, inputOf: column }
    : { outputChannels: columns, inputChannels: rows, outputOf: column, inputOf: row };
}

/** The weights with each element multiplied by the factor of its channel, rounded once. */
export function scaledWeights(
  { weights }: Linear,
  factors: Float64Array,
  channelOf: (index: number) => number,
): TensorData {
  if (factors.every((factor) => factor === 1)) return weights;
  const from = weights.data as Float32Array;
  const data = new Float32Array(from.length);
  // A plain loop: `Float32Array.from` with a function takes ten times as long.
  for (let i = 0; i < data.length; i++) data[i] = (from[i] ?? 0) * (factors[channelOf(i)] ?? 1);
  return { dtype: 'float32', shape: weights.shape, data };
}
