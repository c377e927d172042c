import type { OnnxNode } from '../../formats/onnx/graph.ts';
import type { TensorData } from '../../model/types.ts';
import type { Draft } from './draft.ts';

/** y = scale · x + shift, with one scale and one shift for each channel. */
export interface Affine {
  /** Name of x. */
  readonly input: string;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * What a BatchNormalization computes when it does not train (ONNX Operators.md, BatchNormalization).
 * `undefined` where its parameters are not constants or it yields more than its result.
 */
export function batchNormalizationOf(draft: Draft, node: OnnxNode): Affine | undefined {
  if (node.type !== 'BatchNormalization' || node.domain !== undefined) return undefined;
  const view = draft.view(node);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => view.constant(index));
  if (!gamma || !beta || !mean || !variance) return undefined;
  // Before set 9, `spatial` 0 meant a mean for each element.
  if (view.flag('training_mode') || (view.int('spatial') ?? 1) === 0) return undefined;
  if (node.outputs.slice(1).some((name) => draft.readersOf(name).length > 0 || draft.isOutput(name)))
    return undefined;
  const epsilon = view.float('epsilon') ?? 1e-5;
  const at = ({ data }: TensorData, i: number) => Number(data[i]);
  const scale = Float64Array.from(
    { length: gamma.data.length },
    (_, i) => at(gamma, i) / Math.sqrt(at(variance, i) + epsilon),
  );
  const shift = scale.map((factor, i) => at(beta, i) - at(mean, i) * factor);
  return { input: node.inputs[0] ?? '', scale, shift };
}

/**
 * Add, Sub, Mul and Div with a constant that has one element for each channel. A constant for all channels together is
 * not looked at: it belongs to an activation written out (x + 3 of HardSwish), which must stay recognisable.
 * @param axis - the dimension of channels.
 */
export function perChannelOf(draft: Draft, node: OnnxNode, axis: number): Affine | undefined {
  const { type, domain, inputs } = node;
  if (!['Add', 'Sub', 'Mul', 'Div'].includes(type) || domain !== undefined) return undefined;
  const side = draft.constants.has(inputs[1] ?? '') ? 1 : 0;
  const [input = '', constant = ''] = side === 1 ? inputs : inputs.toReversed();
  const value = draft.constants.get(constant);
  const shape = draft.values.get(input)?.shape ?? [];
  if (value === undefined || value.dtype !== 'float32') return undefined;
  if (!isPerChannel(value, shape, axis)) return undefined;
  const c = Float64Array.from(value.data as Float32Array);
  const ones = new Float64Array(c.length).fill(1);
  const zeros = new Float64Array(c.length);
  switch (type) {
    case 'Add':
      return { input, scale: ones, shift: c };
    case 'Mul':
      return { input, scale: c, shift: zeros };
    case 'Sub':
      return side === 1
        ? { input, scale: ones, shift: c.map((x) => -x) }
        : { input, scale: ones.map((x) => -x), shift: c };
    default:
      return side === 1 ? { input, scale: c.map((x) => 1 / x), shift: zeros } : undefined;
  }
}

/** Whether a constant stretched to `shape` differs along `axis` only and has an element for each place there. */
function isPerChannel(value: TensorData, shape: readonly number[], axis: number): boolean {
  if (value.shape.length > shape.length) return false;
  const missing = shape.length - value.shape.length;
  return shape.every((size, i) => (value.shape[i - missing] ?? 1) === (i === axis ? size : 1));
}

/** Whether folding keeps everything finite in float32. */
export function isSound({ scale, shift }: Affine): boolean {
  return [...scale, ...shift].every((x) => Number.isFinite(Math.fround(x)));
}
