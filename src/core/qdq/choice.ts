import type { NodeView } from '../onnx/node-view.ts';
import { channelsOf } from './channels.ts';

/** Weights at an input of a node. */
export interface WeightSlot {
  readonly slot: number;
  /** The dimension that counts output channels, where each may have a scale of its own. */
  readonly channels?: number;
}

/** What becomes of a node that is quantized. Values that are not float32 are passed over. */
export interface Choice {
  /** Inputs that get a grid by their range, constants by their values. */
  readonly inputs: readonly number[];
  /** Inputs that, where they are constants, are weights. */
  readonly weights?: readonly WeightSlot[];
  /** Outputs have a grid by their own range, or share that of the first input, whose values they only move or mix. */
  readonly outputs: 'own' | 'shared' | 'none';
  /** A bias that is added to integer products: it becomes int32. */
  readonly bias?: number;
  /** Products and bias are multiplied before they are added. */
  readonly factors?: { readonly products: number; readonly bias: number };
}

/** Says of a value of the graph whether it already has a grid. */
export type IsQuantized = (value: string) => boolean;

/** A choice, or the reason why the node computes in float. */
type Chosen = Choice | string;
type Rule = (view: NodeView, isQuantized: IsQuantized) => Chosen;

const unquantizedInput = 'it only moves or mixes values, and those it gets are not quantized';

const everything: Rule = ({ node }) => ({ inputs: node.inputs.map((_, i) => i), outputs: 'own' });

/** Ops whose results are values of their input, or lie between them. */
const moving: Rule = ({ node }, isQuantized) =>
  isQuantized(node.inputs[0] ?? '') ? { inputs: [], outputs: 'shared' } : unquantizedInput;

function layerWeights(view: NodeView): WeightSlot {
  const channels = channelsOf(view);
  return channels === undefined ? { slot: 1 } : { slot: 1, channels };
}

const convolution: Rule = (view) => ({
  inputs: [0],
  weights: [layerWeights(view)],
  bias: 2,
  outputs: 'own',
});

const gemm: Rule = (view) => {
  const products = view.float('alpha') ?? 1;
  if (products <= 0) return `its alpha is ${products}, and a scale must be greater than 0`;
  return {
    inputs: [0],
    weights: [layerWeights(view)],
    bias: 2,
    factors: { products, bias: view.float('beta') ?? 1 },
    outputs: 'own',
  };
};

const matMul: Rule = (view) => ({
  inputs: [],
  weights: [{ slot: 0 }, layerWeights(view)],
  outputs: 'own',
});

const normalization: Rule = () => ({ inputs: [0], weights: [{ slot: 1 }], bias: 2, outputs: 'own' });

const gather: Rule = (view, isQuantized) =>
  view.constant(0) === undefined ? moving(view, isQuantized) : { inputs: [0], outputs: 'shared' };

const where: Rule = ({ node }, isQuantized) =>
  node.inputs.slice(1).every(isQuantized) ? { inputs: [], outputs: 'own' } : unquantizedInput;

const resize: Rule = (view, isQuantized) => {
  const moved = moving(view, isQuantized);
  // Cubic curves overshoot the values that they go through.
  return typeof moved !== 'string' && view.text('mode') === 'cubic' ? { inputs: [], outputs: 'own' } : moved;
};

const pad: Rule = (view) => {
  const fills = (view.text('mode') ?? 'constant') === 'constant' && view.has(2);
  const zero = !fills || Number(view.constant(2)?.data[0] ?? Number.NaN) === 0;
  return { inputs: [0], outputs: zero ? 'shared' : 'own' };
};

/**
 * What onnxruntime's static quantization makes of each op of ONNX's own set, Relu and Clip apart, which often vanish. Source:
 * onnxruntime 1.30, quantization/registry.py and quantization/operators; the ops are those that `quantize_static` takes by default.
 */
const rules: Readonly<Record<string, Rule>> = {
  Conv: convolution,
  ConvTranspose: convolution,
  Gemm: gemm,
  MatMul: matMul,
  Add: everything,
  Mul: everything,
  LeakyRelu: everything,
  Sigmoid: everything,
  Softmax: everything,
  GlobalAveragePool: everything,
  Concat: everything,
  ArgMax: everything,
  CumSum: everything,
  InstanceNormalization: normalization,
  LayerNormalization: normalization,
  BatchNormalization: normalization,
  AveragePool: moving,
  MaxPool: moving,
  Reshape: moving,
  Transpose: moving,
  Squeeze: moving,
  Unsqueeze: moving,
  Flatten: moving,
  Slice: moving,
  TopK: moving,
  Split: () => ({ inputs: [0], outputs: 'shared' }),
  Resize: resize,
  Pad: pad,
  Gather: gather,
  GatherElements: gather,
  Where: where,
};

/** What becomes of a node of operator set 13 or newer, or why it stays in float. */
export function chooseFor(view: NodeView, isQuantized: IsQuantized): Chosen {
  const { domain, type } = view.node;
  const rule = domain === undefined ? rules[type] : undefined;
  return rule === undefined
    ? `static quantization of ONNX Runtime has no form of ${type} with integers`
    : rule(view, isQuantized);
}
