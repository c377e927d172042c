import { constantOf, elementCount } from '../../model/data.ts';
import type { Padding } from '../../model/options.ts';
import type { Shape, TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { transposedWindowsOf } from '../../onnx/windows.ts';
import { refusal, sliced, type Translate, transposed } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { planarWeights } from './conv.ts';
import { asPicture, definePicture, type Pair, type Window2d, window2d } from './window.ts';

/** Weights [I, O, H, W] → OHWI. */
const outputFirst: readonly number[] = [1, 2, 3, 0];

/**
 * A transposed convolution writes into `reach` elements, of which ONNX keeps `output` from `before` on. TFLite's SAME keeps
 * the middle; where that is something else, all is kept and the rest sliced away.
 */
export const convTranspose: Translate = (view, to) => {
  const window = window2d(view, transposedWindowsOf(view, view.shape(1).slice(2)));
  const picture = asPicture(view, to);
  const [, height = 1, width = 1] = to.shape(picture);
  const groups = view.int('group') ?? 1;
  const weights = dilatedWeights(view, to, window);
  const { padding, size } = placement([height, width], window);
  const parts = groupParts(to, { picture, weights, groups });
  const bias = view.has(2) ? rows(to, to.input(view, 2), groups) : undefined;
  const made = parts.map((part, group) => {
    const extra = bias?.[group];
    return transposedConv(to, { ...part, bias: extra, window, padding, size });
  });
  const whole = joined(to, made);
  const [batch = 1, , , channels = 1] = to.shape(whole);
  const begin = padding === 'SAME' ? [0, 0, 0, 0] : [0, ...window.before, 0];
  definePicture(view, to, sliced(to, whole, { begin, size: [batch, ...window.output, channels] }));
};

/** How TFLite pads, and which height and width it makes. */
function placement(input: Pair, window: Window2d): { readonly padding: Padding; readonly size: Pair } {
  const sides = ([0, 1] as const).map((i) => {
    const [stride, before, output] = [window.stride[i], window.before[i], window.output[i]];
    const reach = (input[i] - 1) * stride + (window.kernel[i] - 1) * window.dilation[i] + 1;
    const isSame =
      input[i] === Math.ceil(output / stride) &&
      reach >= output &&
      before === Math.floor((reach - output) / 2);
    return { isSame, isValid: before === 0 && output >= reach, size: Math.max(reach, before + output) };
  });
  const [rows = 1, columns = 1] = sides.map(({ size }) => size);
  if (sides.every(({ isSame }) => isSame) && !sides.every(({ isValid }) => isValid))
    return { padding: 'SAME', size: window.output };
  return { padding: 'VALID', size: [rows, columns] };
}

interface Layer {
  readonly x: TensorId;
  /** [I, O, H, W]. */
  readonly weights: TensorId;
  readonly bias: TensorId | undefined;
  readonly window: Window2d;
  readonly padding: Padding;
  readonly size: Pair;
}

function transposedConv(to: Translation, { x, weights, bias, window, padding, size }: Layer): TensorId {
  const [batch = 1] = to.shape(x);
  const shape = [batch, ...size, to.shape(weights)[1] ?? 1];
  const inputs = [to.vector(shape), transposed(to, weights, outputFirst), x];
  const options = {
    padding,
    strideH: window.stride[0],
    strideW: window.stride[1],
    activation: 'NONE',
  } as const;
  const dtype = to.tensor(x).dtype;
  return to.emit('TRANSPOSE_CONV', bias === undefined ? inputs : [...inputs, bias], {
    shape,
    dtype,
    options,
  });
}

/** Each group's channels and weights. */
function groupParts(
  to: Translation,
  {
    picture,
    weights,
    groups,
  }: { readonly picture: TensorId; readonly weights: TensorId; readonly groups: number },
): readonly { readonly x: TensorId; readonly weights: TensorId }[] {
  if (groups === 1) return [{ x: picture, weights }];
  const [batch = 1, height = 1, width = 1, depth = 1] = to.shape(picture);
  const axis = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of(3) });
  const { dtype } = to.tensor(picture);
  const made = Array.from({ length: groups }, () => ({
    shape: [batch, height, width, depth / groups],
    dtype,
  }));
  const parts = to.emitAll('SPLIT', [axis, picture], { made, options: { count: groups } });
  const filters = rows(to, weights, groups);
  return parts.map((x, group) => ({ x, weights: filters[group] ?? weights }));
}

function joined(to: Translation, parts: readonly TensorId[]): TensorId {
  const [first] = parts;
  if (first === undefined) throw new Error('a convolution of no groups');
  if (parts.length === 1) return first;
  const [batch = 1, height = 1, width = 1, depth = 1] = to.shape(first);
  const shape = [batch, height, width, depth * parts.length];
  return to.emit('CONCATENATION', parts, { shape, options: { axis: 3, activation: 'NONE' } });
}

/** `count` equal parts along the first dimension. */
function rows(to: Translation, x: TensorId, count: number): readonly TensorId[] {
  const value = constantOf(to.tensor(x));
  const [first = 1, ...others] = to.shape(x);
  const shape: Shape = [first / count, ...others];
  if (count === 1) return [x];
  if (value === undefined) {
    const axis = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of(0) });
    const made = Array.from({ length: count }, () => ({ shape, dtype: to.tensor(x).dtype }));
    return to.emitAll('SPLIT', [axis, x], { made, options: { count } });
  }
  const length = elementCount(shape);
  return Array.from({ length: count }, (_, part) =>
    to.constant({ ...value, shape, data: value.data.slice(part * length, (part + 1) * length) }),
  );
}

/** TFLite's op has no dilation: zeros stand between the weights. */
function dilatedWeights(view: NodeView, to: Translation, { dilation }: Window2d): TensorId {
  const weights = planarWeights(to, to.input(view, 1));
  if (dilation.every((distance) => distance === 1)) return weights;
  const value = constantOf(to.tensor(weights));
  if (value === undefined) throw refusal(view, 'dilates weights that are computed');
  const [inputs = 1, outputs = 1, height = 1, width = 1] = to.shape(weights);
  const [tall, wide] = [(height - 1) * dilation[0] + 1, (width - 1) * dilation[1] + 1];
  const data = new Float32Array(inputs * outputs * tall * wide);
  value.data.forEach((weight: number | bigint, i: number) => {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    const filter = Math.floor(i / (width * height));
    data[(filter * tall + row * dilation[0]) * wide + column * dilation[1]] = Number(weight);
  });
  return to.constant({ dtype: 'float32', shape: [inputs, outputs, tall, wide], data });
}
