/** Sliding windows over NHWC tensors: what convolutions and pooling share. */
import type { Padding } from '../../model/options.ts';
import { outputSize, paddingOf } from '../../model/padding.ts';
import type { Shape, TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import type { Windows } from '../../onnx/windows.ts';
import { type Borders, refusal, reshaped, toNchw, toNhwc, transposed } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { outputShape } from './shape.ts';

/** A window over height and width. */
export interface Window2d {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** What the windows reach beyond the input, negative where they end before it. */
  readonly before: Pair;
  readonly after: Pair;
  readonly output: Pair;
}
export type Pair = readonly [number, number];

/** One dimension is a picture of height 1. @throws Problem `model/unsupported-op` for three */
export function window2d(view: NodeView, windows: Windows): Window2d {
  const rank = windows.kernel.length;
  if (rank > 2)
    throw refusal(view, `slides over ${rank} dimensions; TensorFlow Lite's int8 ops do so over two`);
  const pair = (list: readonly number[], filler: number): Pair =>
    rank === 1 ? [filler, list[0] ?? filler] : [list[0] ?? filler, list[1] ?? filler];
  const window = {
    kernel: pair(windows.kernel, 1),
    stride: pair(windows.strides, 1),
    // A single tap has no distance to another.
    dilation: pair(
      windows.dilations.map((distance, i) => (windows.kernel[i] === 1 ? 1 : distance)),
      1,
    ),
    before: pair(windows.before, 0),
    output: pair(windows.output, 1),
  };
  const [height = 1, width = 1] =
    view.shape(0).slice(2).length === 1 ? [1, view.shape(0)[2]] : view.shape(0).slice(2);
  const reached = (i: 0 | 1, size: number) =>
    (window.output[i] - 1) * window.stride[i] +
    (window.kernel[i] - 1) * window.dilation[i] +
    1 -
    size -
    window.before[i];
  return { ...window, after: [reached(0, height), reached(1, width)] };
}

/** The node's first input as NHWC; [N, C, L] as [N, 1, L, C]. */
export function asPicture(view: NodeView, to: Translation, x = to.input(view, 0)): TensorId {
  const [batch = 1, channels = 1, length = 1] = to.shape(x);
  const picture = to.shape(x).length === 3 ? reshaped(to, x, [batch, channels, 1, length]) : x;
  return transposed(to, picture, toNhwc);
}

/** Says that the NHWC tensor `y` is the node's first output, which is NCHW. */
export function definePicture(view: NodeView, to: Translation, y: TensorId): void {
  const nchw = transposed(to, y, toNchw);
  const shape = outputShape(view);
  to.define(view, reshaped(to, nchw, shape));
  if (shape.length === 4) to.reordered(y, nchw, toNhwc);
}

/** What TFLite pads by itself where that is what is asked for; else what has to be added before the window runs. */
export type PaddingPlan =
  | { readonly padding: Padding; readonly borders?: undefined }
  | { readonly padding: 'VALID'; readonly borders: Borders };

export function paddingPlan(picture: Shape, window: Window2d): PaddingPlan {
  const { kernel, stride, dilation, before, after, output } = window;
  const none = ([0, 1] as const).every((i) => before[i] === 0 && after[i] <= 0);
  if (none) return { padding: 'VALID' };
  // Windows that begin at the same element and are as many see the same elements.
  const isSame = ([0, 1] as const).every((i) => {
    const [size, side] = [picture[i + 1] ?? 1, { size: kernel[i], stride: stride[i], dilation: dilation[i] }];
    return outputSize('SAME', size, side) === output[i] && paddingOf('SAME', size, side).before === before[i];
  });
  return isSame ? { padding: 'SAME' } : { padding: 'VALID', borders: bordersOf(window) };
}

/** All padding of a window, to be added before it. */
export function bordersOf({ before, after }: Window2d): Borders {
  return { before: [0, ...before, 0], after: [0, Math.max(0, after[0]), Math.max(0, after[1]), 0] };
}
