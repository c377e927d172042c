import type { Shape } from '../model/types.ts';
import { axisIn } from './node-attributes.ts';
import type { NodeView } from './node-view.ts';

/** What a Resize or Upsample does, whichever operator set it is from. */
export interface ResizeSettings {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** coordinate_transformation_mode; `asymmetric` before set 11, which did not have it. */
  readonly coordinates: string;
  /** nearest_mode. `simple` before set 11: downwards when enlarging, upwards when reducing. */
  readonly nearest: string;
  readonly outputShape: Shape;
  /** Output size over input size, as written or as follows from the sizes; one per dimension. */
  readonly scales: readonly number[];
  /** Starts, then ends, per dimension, in mode `tf_crop_and_resize`. */
  readonly region: readonly number[];
  readonly cubicCoefficient: number;
  readonly excludeOutside: boolean;
  readonly extrapolation: number;
  readonly antialias: boolean;
}

/** @throws Problem `model/invalid`, or `model/unsupported-op` where sizes or scales are computed */
export function resizeOf(view: NodeView): ResizeSettings {
  const mode = view.text('mode') ?? 'nearest';
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'cubic')
    throw view.problem(`has the unknown mode “${mode}”`);
  const older = view.node.type === 'Upsample' || view.opset < 11;
  return {
    mode,
    coordinates: view.text('coordinate_transformation_mode') ?? (older ? 'asymmetric' : 'half_pixel'),
    nearest: view.text('nearest_mode') ?? (older ? 'simple' : 'round_prefer_floor'),
    ...(older ? olderSizes(view) : sizesOf(view)),
    cubicCoefficient: view.float('cubic_coeff_a') ?? -0.75,
    excludeOutside: view.flag('exclude_outside'),
    extrapolation: view.float('extrapolation_value') ?? 0,
    antialias: view.flag('antialias'),
  };
}

type Sizes = Pick<ResizeSettings, 'outputShape' | 'scales' | 'region'>;

function wholeRegion(rank: number): readonly number[] {
  return Array.from({ length: 2 * rank }, (_, i) => (i < rank ? 0 : 1));
}

/** Upsample's scales are an attribute until set 9, then an input, as those of Resize 10. */
function olderSizes(view: NodeView): Sizes {
  const shape = view.shape(0);
  const scales = checked(view, view.floats('scales') ?? view.neededNumbers(1), shape.length);
  const outputShape = shape.map((size, i) => scaled(size, scales[i] ?? 1));
  return { scales, outputShape, region: wholeRegion(shape.length) };
}

function sizesOf(view: NodeView): Sizes {
  const shape = view.shape(0);
  const axes = view.ints('axes')?.map((axis) => axisIn(view, axis, shape.length)) ?? [...shape.keys()];
  const region = regionOf(view, axes);
  const scaleList = view.numbers(2) ?? [];
  if (scaleList.length === 0) return { ...fromSizes(view, axes), region };
  const scales = onAxes(checked(view, scaleList, axes.length), axes, shape);
  // A cropped region is stretched to the size that the scales give to the whole: onnxruntime does not look at it here.
  return { scales, outputShape: shape.map((size, i) => scaled(size, scales[i] ?? 1)), region };
}

/** onnxruntime multiplies in float32 and cuts off. */
function scaled(size: number, scale: number): number {
  return Math.floor(Math.fround(size * Math.fround(scale)));
}

function checked(view: NodeView, scales: readonly number[], count: number): readonly number[] {
  if (scales.length === count && scales.every((scale) => scale > 0 && Number.isFinite(scale))) return scales;
  throw view.problem(`has the scales [${scales}] for ${count} dimensions`);
}

function onAxes(numbers: readonly number[], axes: readonly number[], shape: Shape): readonly number[] {
  return shape.map((_, axis) => {
    const at = axes.indexOf(axis);
    return at === -1 ? 1 : (numbers[at] ?? 1);
  });
}

function fromSizes(view: NodeView, axes: readonly number[]): Omit<Sizes, 'region'> {
  const shape = view.shape(0);
  const sizes = view.numbers(3) ?? [];
  if (sizes.length !== axes.length || sizes.some((size) => size < 0))
    throw view.problem(`has the sizes [${sizes}] for ${axes.length} dimensions`);
  const own = axes.map((axis, i) => (sizes[i] ?? 0) / (shape[axis] ?? 1));
  const policy = view.text('keep_aspect_ratio_policy') ?? 'stretch';
  if (policy !== 'stretch') {
    const common = policy === 'not_larger' ? Math.min(...own) : Math.max(...own);
    const scales = onAxes(
      axes.map(() => common),
      axes,
      shape,
    );
    return { scales, outputShape: shape.map((size, i) => Math.round(size * (scales[i] ?? 1))) };
  }
  const outputShape = shape.map((size, axis) => {
    const at = axes.indexOf(axis);
    return at === -1 ? size : (sizes[at] ?? size);
  });
  return { scales: onAxes(own, axes, shape), outputShape };
}

function regionOf(view: NodeView, axes: readonly number[]): readonly number[] {
  const rank = view.shape(0).length;
  if (view.text('coordinate_transformation_mode') !== 'tf_crop_and_resize') return wholeRegion(rank);
  const written = view.neededNumbers(1);
  const region = [...wholeRegion(rank)];
  axes.forEach((axis, i) => {
    region[axis] = written[i] ?? 0;
    region[rank + axis] = written[axes.length + i] ?? 1;
  });
  return region;
}
