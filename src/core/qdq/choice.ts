import type { Attribute, OnnxNode } from '../formats/onnx/graph.ts';
import type { TensorData } from '../model/types.ts';

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

/** What a choice may look at. */
export interface Surroundings {
  /** `true` when a value already has a grid. */
  readonly quantized: (value: string) => boolean;
  readonly constant: (value: string) => TensorData | undefined;
  /** Dimensions of a value. */
  readonly rank: (value: string) => number;
}

/** A choice, or the reason why the node computes in float. */
type Chosen = Choice | string;
type Rule = (node: OnnxNode, around: Surroundings) => Chosen;

export function intOf(node: OnnxNode, name: string, absent: number): number {
  const value = node.attributes[name];
  return isKind(value, 'int') ? value.int : absent;
}

export function floatOf(node: OnnxNode, name: string, absent: number): number {
  const value = node.attributes[name];
  return isKind(value, 'float') ? value.float : absent;
}

function isKind<K extends string>(
  value: Attribute | undefined,
  kind: K,
): value is Extract<Attribute, Readonly<Record<K, unknown>>> {
  return typeof value === 'object' && kind in value;
}

const unquantizedInput = 'it only moves or mixes values, and those it gets are not quantized';

const everything: Rule = ({ inputs }) => ({ inputs: inputs.map((_, i) => i), outputs: 'own' });

/** Ops whose results are values of their input, or lie between them. */
const moving: Rule = ({ inputs }, { quantized }) =>
  quantized(inputs[0] ?? '') ? { inputs: [], outputs: 'shared' } : unquantizedInput;

const convolution: Rule = (node) => ({
  inputs: [0],
  weights: [{ slot: 1, channels: node.type === 'Conv' ? 0 : 1 }],
  bias: 2,
  outputs: 'own',
});

const gemm: Rule = (node) => {
  const products = floatOf(node, 'alpha', 1);
  if (products <= 0) return `its alpha is ${products}, and a scale must be greater than 0`;
  return {
    inputs: [0],
    weights: [{ slot: 1, channels: intOf(node, 'transB', 0) === 0 ? 1 : 0 }],
    bias: 2,
    factors: { products, bias: floatOf(node, 'beta', 1) },
    outputs: 'own',
  };
};

const matMul: Rule = ({ inputs: [, right = ''] }, { rank }) => ({
  inputs: [],
  // onnxruntime's quantizer takes dimension 1 whatever the rank; its kernel knows scales of columns only.
  weights: [{ slot: 0 }, rank(right) === 2 ? { slot: 1, channels: 1 } : { slot: 1 }],
  outputs: 'own',
});

const normalization: Rule = () => ({ inputs: [0], weights: [{ slot: 1 }], bias: 2, outputs: 'own' });

const gather: Rule = (node, around) => {
  const table = around.constant(node.inputs[0] ?? '');
  return table === undefined ? moving(node, around) : { inputs: [0], outputs: 'shared' };
};

const where: Rule = ({ inputs: [, yes = '', no = ''] }, { quantized }) =>
  quantized(yes) && quantized(no) ? { inputs: [], outputs: 'own' } : unquantizedInput;

const resize: Rule = (node, around) => {
  const moved = moving(node, around);
  // Cubic curves overshoot the values that they go through.
  return typeof moved !== 'string' && node.attributes.mode === 'cubic'
    ? { inputs: [], outputs: 'own' }
    : moved;
};

const pad: Rule = (node, { constant }) => {
  const mode = node.attributes.mode ?? 'constant';
  const filling = node.inputs[2] ?? '';
  const zero = filling === '' || Number(constant(filling)?.data[0] ?? Number.NaN) === 0;
  return { inputs: [0], outputs: mode !== 'constant' || zero ? 'shared' : 'own' };
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

/** What becomes of a node, or why it stays in float. */
export function chooseFor(node: OnnxNode, around: Surroundings): Chosen {
  const rule = node.domain === undefined ? rules[node.type] : undefined;
  return rule === undefined
    ? `static quantization of ONNX Runtime has no form of ${node.type} with integers`
    : rule(node, around);
}
