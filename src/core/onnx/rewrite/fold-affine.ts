import type { OnnxNode } from '../../formats/onnx/graph.ts';
import { elementCount } from '../../model/data.ts';
import { windowsOf } from '../windows.ts';
import { type Affine, batchNormalizationOf, isSound, perChannelOf } from './affine.ts';
import type { Draft } from './draft.ts';
import { type Linear, linearOf, scaledWeights } from './linear.ts';

/** Weights that are multiplied in all: enough for any model once, and an end for one with thousands of scales in a row. */
const limit = 2 ** 28;

/**
 * BatchNormalization, and Add, Sub, Mul and Div by one constant for each channel, vanish in the weights and the bias of
 * the convolution or dense layer before them. Weights are multiplied in double precision and rounded once.
 * Values keep their names: what the convolution now makes is called as the last of these made it.
 */
export function foldIntoProducers(draft: Draft): void {
  let left = limit;
  for (const node of draft.nodes) {
    const found = draft.has(node) ? producerOf(draft, node) : undefined;
    if (found === undefined) continue;
    const { linear, affine, sum } = found;
    left -= elementCount(linear.weights.shape);
    if (left < 0) return;
    const weights = scaledWeights(linear, affine.scale, linear.outputOf);
    const bias = affine.shift.map((shift, o) => shift + (linear.bias?.[o] ?? 0) * (affine.scale[o] ?? 1));
    draft.replace(linear.node);
    if (sum !== undefined) draft.replace(sum);
    draft.replace(node, ...rebuilt(draft, linear, { weights, bias, output: node.outputs[0] ?? '' }));
  }
}

interface Producer {
  readonly linear: Linear;
  readonly affine: Affine;
  /** The Add that is a MatMul's bias. */
  readonly sum?: OnnxNode;
}

function producerOf(draft: Draft, node: OnnxNode): Producer | undefined {
  const input = node.inputs.find((name) => draft.makerOf(name) !== undefined) ?? '';
  const direct = linearAt(draft, input);
  if (direct !== undefined) {
    const affine = affineOf(draft, node, direct.axis);
    // A MatMul has no bias of its own, so an Add after it is where it belongs.
    if (direct.node.type === 'MatMul' && (node.type === 'Add' || node.type === 'Sub')) return undefined;
    return affine?.input === input && fits(affine, direct) ? { linear: direct, affine } : undefined;
  }
  return throughSum(draft, node, input);
}

/** A MatMul and the Add of its bias count as one linear node. */
function throughSum(draft: Draft, node: OnnxNode, input: string): Producer | undefined {
  const sum = draft.makerOf(input);
  if (sum?.type !== 'Add' || !draft.isPrivate(input)) return undefined;
  const product = sum.inputs.find((name) => draft.makerOf(name)?.type === 'MatMul') ?? '';
  const linear = linearAt(draft, product);
  if (linear === undefined) return undefined;
  const bias = perChannelOf(draft, sum, linear.axis);
  const affine = affineOf(draft, node, linear.axis);
  if (bias?.input !== product || affine?.input !== input || !fits(affine, linear)) return undefined;
  return { linear: { ...linear, bias: bias.shift }, affine, sum };
}

/** The linear node that makes a value which nobody else reads. */
function linearAt(draft: Draft, name: string): Linear | undefined {
  const maker = draft.makerOf(name);
  return maker === undefined || !draft.isPrivate(name) ? undefined : linearOf(draft, maker);
}

function affineOf(draft: Draft, node: OnnxNode, axis: number): Affine | undefined {
  // A BatchNormalization's channels are dimension 1 always.
  const normalization = axis === 1 ? batchNormalizationOf(draft, node) : undefined;
  return normalization ?? perChannelOf(draft, node, axis);
}

function fits(affine: Affine, { outputChannels }: Linear): boolean {
  return affine.scale.length === outputChannels && isSound(affine);
}

interface NewParts {
  readonly weights: Linear['weights'];
  readonly bias: Float64Array;
  readonly output: string;
}

/** The linear node with other weights and another bias. A MatMul gets an Add behind it where there is a bias. */
function rebuilt(draft: Draft, { node }: Linear, { weights, bias, output }: NewParts): readonly OnnxNode[] {
  const [input = '', oldWeights = '', oldBias = ''] = node.inputs;
  const kernel = draft.addConstant(`${oldWeights}/folded`, weights);
  const biasName = oldBias === '' ? `${oldWeights}/bias` : `${oldBias}/folded`;
  const shift = () =>
    draft.addConstant(biasName, { dtype: 'float32', shape: [bias.length], data: Float32Array.from(bias) });
  if (node.type !== 'MatMul') {
    // A Gemm's beta is in its bias now.
    const { beta: _, ...attributes } = node.attributes;
    return [{ ...node, inputs: [input, kernel, shift()], outputs: [output], attributes }];
  }
  if (bias.every((x) => x === 0)) return [{ ...node, inputs: [input, kernel], outputs: [output] }];
  const type = draft.values.get(output);
  if (type === undefined) throw new Error('every value of a draft has a type');
  const product = draft.addValue(`${output}/product`, type);
  return [
    { ...node, inputs: [input, kernel], outputs: [product] },
    { name: '', type: 'Add', inputs: [product, shift()], outputs: [output], attributes: {} },
  ];
}

/**
 * BatchNormalization vanishes in the convolution or dense layer after it: its scale in the weights, its shift in the
 * bias. With padding, that is exact only without a shift, because what is padded is not shifted.
 */
export function foldIntoConsumers(draft: Draft): void {
  for (const node of draft.nodes) {
    const affine = batchNormalizationOf(draft, node);
    const [output = ''] = node.outputs;
    const [reader] = draft.readersOf(output);
    if (affine === undefined || !isSound(affine) || reader === undefined || !draft.isPrivate(output))
      continue;
    const linear = reader.inputs[0] === output ? linearOf(draft, reader) : undefined;
    if (linear === undefined || linear.inputChannels !== affine.scale.length) continue;
    if (!takesChannels(draft, linear) || !isExact(draft, linear, affine)) continue;
    const weights = scaledWeights(linear, affine.scale, linear.inputOf);
    const bias = shiftedBias(linear, affine);
    draft.replace(node);
    const own = { ...reader, inputs: [affine.input, ...reader.inputs.slice(1)] };
    const parts = { weights, bias, output: reader.outputs[0] ?? '' };
    draft.replace(reader, ...rebuilt(draft, { ...linear, node: own }, parts));
  }
}

/** A matrix is multiplied along the last dimension, which is that of channels for two dimensions only. */
function takesChannels(draft: Draft, { node }: Linear): boolean {
  return node.type !== 'MatMul' || draft.values.get(node.inputs[0] ?? '')?.shape.length === 2;
}

function isExact(draft: Draft, { node, weights }: Linear, { shift }: Affine): boolean {
  if (shift.every((x) => x === 0)) return true;
  // At the border of a ConvTranspose fewer weights meet, so that the shift would not be the same everywhere.
  if (node.type === 'ConvTranspose') return false;
  if (node.type !== 'Conv') return true;
  const { before, after } = windowsOf(draft.view(node), weights.shape.slice(2));
  return [...before, ...after].every((count) => count === 0);
}

function shiftedBias({ weights, bias, outputChannels, outputOf, inputOf }: Linear, { shift }: Affine) {
  const sums = bias === undefined ? new Float64Array(outputChannels) : bias.slice();
  const elements = weights.data as Float32Array;
  for (let i = 0; i < elements.length; i++) {
    const o = outputOf(i);
    sums[o] = (sums[o] ?? 0) + (elements[i] ?? 0) * (shift[inputOf(i)] ?? 0);
  }
  return sums;
}
