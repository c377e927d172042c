import type { Shape } from '../model/types.ts';
import type { NodeView } from './node-view.ts';

/** A sliding window of a convolution or pooling, one entry per spatial dimension. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after, with auto_pad already worked out. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Spatial sizes of the output. */
  readonly output: Shape;
}

/** Of ConvTranspose, which cuts `before` and `after` off its output and adds `outputPadding` at its end. */
export interface TransposedWindows extends Windows {
  readonly outputPadding: readonly number[];
}

interface Settings extends Omit<Windows, 'output'> {
  readonly autoPad: string;
  readonly spatial: Shape;
}

/**
 * The window of Conv or of a pooling op.
 * @param kernel - spatial sizes of the weights; of pooling, which has none, the attribute's.
 */
export function windowsOf(view: NodeView, kernel?: readonly number[]): Windows {
  const settings = settingsOf(view, kernel);
  const ceil = view.flag('ceil_mode');
  const sides = settings.spatial.map((size, i) => {
    const side = sideOf(settings, i);
    if (settings.autoPad.startsWith('SAME')) return same(size, side, settings.autoPad === 'SAME_UPPER');
    const output = positions(size, side, ceil);
    if (output > 0) return { ...side, output };
    throw view.problem(`slides a window of ${side.reach} over ${size} elements, where it does not fit`);
  });
  return { ...settings, ...columns(sides) };
}

/** @param kernel - spatial sizes of the weights. */
export function transposedWindowsOf(view: NodeView, kernel: readonly number[]): TransposedWindows {
  const settings = settingsOf(view, kernel);
  const rank = settings.spatial.length;
  const extra = listOf(view, 'output_padding', rank, 0);
  const asked = view.ints('output_shape')?.slice(-rank);
  const sides = settings.spatial.map((size, i) => {
    const side = sideOf(settings, i);
    const whole = side.stride * (size - 1) + (extra[i] ?? 0) + side.reach;
    const same = settings.autoPad.startsWith('SAME') ? Math.min(whole, size * side.stride) : undefined;
    const output = asked?.[i] ?? same ?? whole - side.before - side.after;
    // Elements that no input reaches are possible up to one stride.
    if (output <= 0 || output - whole >= side.stride)
      throw view.problem(`cannot make ${output} elements of ${size}`);
    const outputPadding = (extra[i] ?? 0) + Math.max(0, output - whole);
    if (asked === undefined && same === undefined) return { ...side, output, outputPadding };
    const total = Math.max(0, whole - output);
    const less = Math.floor(total / 2);
    const before = settings.autoPad === 'SAME_UPPER' ? less : total - less;
    return { before, after: total - before, output, outputPadding };
  });
  return {
    ...settings,
    ...columns(sides),
    outputPadding: sides.map(({ outputPadding }) => outputPadding),
  };
}

function columns(
  sides: readonly { readonly before: number; readonly after: number; readonly output: number }[],
) {
  return {
    before: sides.map(({ before }) => before),
    after: sides.map(({ after }) => after),
    output: sides.map(({ output }) => output),
  };
}

interface Side {
  readonly stride: number;
  /** Elements from the window's first tap to its last. */
  readonly reach: number;
  readonly before: number;
  readonly after: number;
}

function sideOf({ kernel, strides, dilations, before, after }: Settings, i: number): Side {
  const reach = ((kernel[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
  return { stride: strides[i] ?? 1, reach, before: before[i] ?? 0, after: after[i] ?? 0 };
}

function settingsOf(view: NodeView, weights: readonly number[] | undefined): Settings {
  const spatial = view.shape(0).slice(2);
  const kernel = weights ?? view.ints('kernel_shape');
  if (kernel === undefined) throw view.problem('lacks the attribute “kernel_shape”');
  if (view.shape(0).length < 3)
    throw view.problem(`needs an input with spatial dimensions, not [${view.shape(0)}]`);
  const rank = spatial.length;
  if (kernel.length !== rank || kernel.some((size) => size < 1))
    throw view.problem(`has a window of [${kernel}] over the spatial dimensions [${spatial}]`);
  const autoPad = view.text('auto_pad') ?? 'NOTSET';
  if (!['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID', ''].includes(autoPad))
    throw view.problem(`has the unknown auto_pad “${autoPad}”`);
  const explicit = autoPad === 'NOTSET' || autoPad === '';
  const pads = explicit ? listOf(view, 'pads', 2 * rank, 0) : new Array<number>(2 * rank).fill(0);
  return {
    spatial,
    kernel,
    autoPad,
    strides: listOf(view, 'strides', rank, 1),
    dilations: listOf(view, 'dilations', rank, 1),
    before: pads.slice(0, rank),
    after: pads.slice(rank),
  };
}

/** An attribute with `count` integers of at least `least`, which they all are where it is absent. */
function listOf(view: NodeView, name: string, count: number, least: number): readonly number[] {
  const list = view.ints(name) ?? new Array<number>(count).fill(least);
  if (list.length === count && list.every((value) => value >= least)) return list;
  throw view.problem(`has ${name} [${list}]; ${count} integers of at least ${least} are expected`);
}

/** How often the window fits. With `ceil` a last one may reach over the end, if it begins before it. */
function positions(size: number, { stride, reach, before, after }: Side, ceil: boolean): number {
  const steps = (size + before + after - reach) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + before ? count - 1 : count;
}

function same(size: number, { stride, reach }: Side, upper: boolean) {
  const output = Math.ceil(size / stride);
  const total = Math.max(0, (output - 1) * stride + reach - size);
  const before = upper ? Math.floor(total / 2) : Math.ceil(total / 2);
  return { before, after: total - before, output };
}
