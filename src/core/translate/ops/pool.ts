import type { Shape, TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { type Windows, windowsOf } from '../../onnx/windows.ts';
import { binary, cast, floats, padded, picked, reduced, refusal, type Translate } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { edgePadded } from './pad.ts';
import {
  asPicture,
  bordersOf,
  definePicture,
  type PaddingPlan,
  type Pair,
  paddingPlan,
  type Window2d,
  window2d,
} from './window.ts';

/** A pooling op that TFLite has, padding aside. */
interface Pooling {
  readonly x: TensorId;
  readonly window: Window2d;
  readonly padding: PaddingPlan['padding'];
}

function pooled(
  to: Translation,
  kind: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D',
  { x, window, padding }: Pooling,
): TensorId {
  const [batch = 1, , , depth = 1] = to.shape(x);
  const options = {
    padding,
    strideH: window.stride[0],
    strideW: window.stride[1],
    filterH: window.kernel[0],
    filterW: window.kernel[1],
    activation: 'NONE',
  } as const;
  return to.emit(kind, [x], { shape: [batch, ...window.output, depth], options });
}

/**
 * What TFLite does not pad by itself repeats the edge, which is an element of every window that reaches there; smallest
 * numbers would ruin the range that calibration sees.
 */
export const maxPool: Translate = (view, to) => {
  if ((view.node.outputs[1] ?? '') !== '')
    throw refusal(view, 'also gives the positions of the maxima, which TensorFlow Lite has no op for');
  const window = window2d(view, windowsOf(view));
  const { dtype, quant } = to.tensor(to.input(view, 0));
  const stored = dtype !== 'float32' && quant === undefined;
  const picture = asPicture(view, to, stored ? cast(to, to.input(view, 0), 'float32') : to.input(view, 0));
  const y = dilated(window) ? maxOfTaps(view, to, picture, window) : maxOfWindows(to, picture, window);
  definePicture(view, to, stored ? cast(to, y, dtype) : y);
};

function maxOfWindows(to: Translation, picture: TensorId, window: Window2d): TensorId {
  const { padding, borders } = paddingPlan(to.shape(picture), window);
  const x = borders === undefined ? picture : edgePadded(to, picture, borders);
  return pooled(to, 'MAX_POOL_2D', { x, window, padding });
}

function dilated({ dilation }: Window2d): boolean {
  return dilation.some((distance) => distance !== 1);
}

/**
 * TFLite's pooling has no dilation: the largest of what each tap picks, first along height, then along width. A tap outside
 * the input picks what another tap of its window does.
 */
function maxOfTaps(view: NodeView, to: Translation, x: TensorId, window: Window2d): TensorId {
  return ([0, 1] as const).reduce<TensorId>((y, i) => {
    const size = to.shape(y)[i + 1] ?? 1;
    const windows = Array.from({ length: window.output[i] }, (_, step) => {
      const start = step * window.stride[i] - window.before[i];
      return Array.from({ length: window.kernel[i] }, (_, tap) => start + tap * window.dilation[i]);
    });
    const filled = windows.map((taps) => {
      const other = taps.find((at) => at >= 0 && at < size);
      if (other === undefined) throw refusal(view, 'has windows that lie wholly in its padding');
      return taps.map((at) => (at >= 0 && at < size ? at : other));
    });
    return Array.from({ length: window.kernel[i] }, (_, tap) =>
      picked(to, y, { axis: i + 1, indices: filled.map((taps) => taps[tap] ?? 0) }),
    ).reduce((largest, part) => binary(to, 'MAXIMUM', [largest, part]));
  }, x);
}

/**
 * TFLite counts only what lies inside the input. Where more is asked for, zeros are added beforehand, and sums of fewer
 * elements than the window has are corrected by a factor for each position.
 */
export const averagePool: Translate = (view, to) => {
  const windows = windowsOf(view);
  const window = window2d(view, windows);
  const picture = asPicture(view, to);
  const countPadding = view.flag('count_include_pad');
  // Padding that is written down may count; what rounding up reaches beyond it never does.
  const limits = countPadding ? paddedEnd(to.shape(picture), windows) : undefined;
  const plan = paddingPlan(to.shape(picture), window);
  const builtIn = plan.padding === 'VALID' || !countPadding;
  if (!dilated(window) && plan.borders === undefined && builtIn)
    return definePicture(
      view,
      to,
      pooled(to, 'AVERAGE_POOL_2D', { x: picture, window, padding: plan.padding }),
    );
  const x = padded(to, picture, bordersOf(window));
  const whole = dilated(window)
    ? averageByWeights(to, x, window)
    : pooled(to, 'AVERAGE_POOL_2D', { x, window, padding: 'VALID' });
  const counts = countFactors(to, to.shape(picture), { window, limits });
  definePicture(view, to, counts === undefined ? whole : binary(to, 'MUL', [whole, counts]));
};

/** Where the padding after height and width ends. */
function paddedEnd([, height = 1, width = 1]: Shape, { after }: Windows): Pair {
  const [bottom = 0, right = 0] = after.length === 1 ? [0, after[0]] : after;
  return [height + bottom, width + right];
}

/** An average with dilation: a depthwise convolution with equal weights. */
function averageByWeights(to: Translation, x: TensorId, window: Window2d): TensorId {
  const [batch = 1, , , depth = 1] = to.shape(x);
  const taps = window.kernel[0] * window.kernel[1];
  const weights = floats(to, [1, ...window.kernel, depth], new Float32Array(taps * depth).fill(1 / taps));
  const options = {
    padding: 'VALID',
    strideH: window.stride[0],
    strideW: window.stride[1],
    dilationH: window.dilation[0],
    dilationW: window.dilation[1],
    depthMultiplier: 1,
    activation: 'NONE',
  } as const;
  const inputs = [x, weights, floats(to, [depth], new Float32Array(depth))];
  return to.emit('DEPTHWISE_CONV_2D', inputs, { shape: [batch, ...window.output, depth], options });
}

/** Elements of the window over those that count, [1, H, W, 1]; `undefined` where all count everywhere. */
function countFactors(
  to: Translation,
  picture: Shape,
  { window, limits }: { readonly window: Window2d; readonly limits: Pair | undefined },
): TensorId | undefined {
  const sides = ([0, 1] as const).map((i) => {
    const [first, end] = limits === undefined ? [0, picture[i + 1] ?? 1] : [-window.before[i], limits[i]];
    return Array.from({ length: window.output[i] }, (_, step) => {
      const start = step * window.stride[i] - window.before[i];
      const taps = Array.from({ length: window.kernel[i] }, (_, tap) => start + tap * window.dilation[i]);
      return window.kernel[i] / taps.filter((at) => at >= first && at < end).length;
    });
  });
  const [rows = [], columns = []] = sides;
  const factors = rows.flatMap((row) => columns.map((column) => row * column));
  return factors.every((factor) => factor === 1)
    ? undefined
    : floats(to, [1, rows.length, columns.length, 1], factors);
}

/** Over all spatial dimensions, as they stand. */
function globally(kind: 'MEAN' | 'REDUCE_MAX'): Translate {
  return (view, to) => {
    const x = to.input(view, 0);
    const axes = to.shape(x).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
    to.define(view, reduced(to, kind, { x, axes, keepDims: true }));
  };
}
export const globalAveragePool: Translate = globally('MEAN');
export const globalMaxPool: Translate = globally('REDUCE_MAX');
