import { bytesOf, constantOf } from '../../model/data.ts';
import { isPresent } from '../../model/graph.ts';
import type { KnownKind, Op, OpId, OpOf, Tensor, TensorId } from '../../model/types.ts';
import type { Draft } from '../draft.ts';

/** Where layers have their weights and bias, and which dimension of the weights the output's channels are (−1: the last). */
const layers: Readonly<Partial<Record<KnownKind, { weights: number; bias: number; axis: 0 | -1 }>>> = {
  CONV_2D: { weights: 1, bias: 2, axis: 0 },
  DEPTHWISE_CONV_2D: { weights: 1, bias: 2, axis: -1 },
  FULLY_CONNECTED: { weights: 1, bias: 2, axis: 0 },
  TRANSPOSE_CONV: { weights: 1, bias: 3, axis: 0 },
};

/** y · scale + shift, a number for each channel. */
interface Affine {
  readonly input: TensorId;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** A constant that has one value, or one for each of the last dimension's `channels`. */
function perChannel(tensor: Tensor, channels: number, rank: number): Float32Array | undefined {
  const { data, shape, dtype } = tensor;
  if (data === undefined || dtype !== 'float32' || shape.length > rank) return undefined;
  const values = constantOf(tensor)?.data as Float32Array;
  if (values.length === 1) return new Float32Array(channels).fill(values[0] as number);
  return values.length === channels && shape.at(-1) === channels ? values : undefined;
}

/** What an ADD, SUB or MUL with a constant does to each channel. */
function affineOf(op: OpOf<'ADD' | 'SUB' | 'MUL'>, draft: Draft): Affine | undefined {
  const [a, b] = op.inputs as readonly [TensorId, TensorId];
  const constant = draft.tensor(b).data === undefined ? a : b;
  const input = constant === b ? a : b;
  // A constant less the layer would negate its weights; nothing writes that.
  if (op.kind === 'SUB' && constant === a) return undefined;
  const { shape } = draft.tensor(op.outputs[0] as TensorId);
  const channels = shape.at(-1);
  if (channels === undefined || draft.tensor(input).shape.at(-1) !== channels) return undefined;
  const values = perChannel(draft.tensor(constant), channels, draft.tensor(input).shape.length);
  if (values === undefined) return undefined;
  const none = new Float32Array(channels);
  if (op.kind === 'MUL') return { input, scale: values, shift: none };
  const shift = op.kind === 'ADD' ? values : values.map((value) => -value);
  return { input, scale: none.map(() => 1), shift };
}

/** Weights times the scale of the channel that they belong to. */
function scaled(weights: Tensor, scale: Float32Array, axis: 0 | -1): Tensor {
  const values = constantOf(weights)?.data as Float32Array;
  const inner = axis === 0 ? values.length / scale.length : 1;
  const data = values.map((value, i) => value * (scale[Math.floor(i / inner) % scale.length] as number));
  const { origin: _, grid: __, ...rest } = weights;
  return { ...rest, data: bytesOf(data) };
}

function shifted(bias: Tensor | undefined, { scale, shift }: Affine, name: string): Tensor {
  const before = bias === undefined ? undefined : (constantOf(bias)?.data as Float32Array);
  const data = shift.map((value, i) => (before?.[i] ?? 0) * (scale[i] as number) + value);
  return { name: bias?.name ?? `${name}/bias`, shape: [data.length], dtype: 'float32', data: bytesOf(data) };
}

const isReal = (tensor: Tensor | undefined) => tensor?.data !== undefined && tensor.dtype === 'float32';

/**
 * ADD, SUB and MUL of constants behind a layer that feeds them alone become part of its bias and weights, as a batch
 * normalization does: equal but for one rounding less.
 */
export function foldAffine(draft: Draft): void {
  for (const [id, op] of draft.ops()) {
    if (op.kind !== 'ADD' && op.kind !== 'SUB' && op.kind !== 'MUL') continue;
    const affine = affineOf(op, draft);
    if (affine !== undefined && draft.isPrivate(affine.input)) foldInto(draft, id, affine);
  }
}

function foldInto(draft: Draft, id: OpId, affine: Affine): void {
  const { outputs, options } = draft.op(id) as OpOf<'ADD' | 'SUB' | 'MUL'>;
  const [layerId, layer] = draft.producer(affine.input) ?? [];
  const place = layer === undefined || layer.kind === 'OPAQUE' ? undefined : layers[layer.kind];
  if (layerId === undefined || layer === undefined || place === undefined) return;
  if (!('activation' in layer.options) || layer.options.activation !== 'NONE') return;
  const weights = draft.operand(layer, place.weights);
  const bias = draft.operand(layer, place.bias);
  const channels = weights?.shape.at(place.axis);
  if (weights === undefined || !isReal(weights) || channels !== affine.scale.length) return;
  const isScaled = affine.scale.some((value) => value !== 1);
  // Weights that were trained on a grid stay on it.
  if (isScaled && weights.grid !== undefined) return;
  if (isPresent(layer.inputs[place.bias]) && !isReal(bias)) return;
  const inputs = [...layer.inputs];
  if (isScaled) inputs[place.weights] = draft.add(scaled(weights, affine.scale, place.axis));
  inputs[place.bias] = draft.add(shifted(bias, affine, draft.tensor(outputs[0] as TensorId).name));
  draft.remove(id);
  const fused = { ...layer.options, activation: options.activation };
  draft.replace(layerId, { ...layer, inputs, outputs, options: fused } as Op);
}
