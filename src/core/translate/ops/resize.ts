import type { ResizeOptions } from '../../model/options.ts';
import { nearestPositions, resizeScale } from '../../model/resize.ts';
import { clamp } from '../../model/rounding.ts';
import type { TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { type ResizeSettings, resizeOf } from '../../onnx/resize-settings.ts';
import { binary, floats, picked, refusal, type Translate, toNhwc, transposed } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { coordinates, type Side, type Tap, tapsAt } from './resize-taps.ts';
import { definePicture } from './window.ts';

/** A dimension with what a Resize does along it. */
interface Plan extends Side {
  readonly axis: number;
  readonly at: readonly number[];
  readonly taps: readonly (readonly Tap[])[];
}

/** TFLite's forms, those first that all its kernels have. */
const forms: readonly ResizeOptions[] = [
  { alignCorners: false, halfPixelCenters: false },
  { alignCorners: false, halfPixelCenters: true },
  { alignCorners: true, halfPixelCenters: false },
];

/**
 * One op where TFLite has a form that looks at the same coordinates of height and width; else dimension by dimension,
 * elements picked by GATHER, weighed and added up.
 */
export const resize: Translate = (view, to) => {
  const settings = resizeOf(view);
  const plans = plansOf(view, settings);
  const form = formOf(view, settings, plans);
  const x = to.input(view, 0);
  if (form === undefined)
    return to.define(view, extrapolated(to, resampled(to, x, plans), { settings, plans }));
  const nhwc = transposed(to, x, toNhwc);
  const [batch = 1, depth = 1, height = 1, width = 1] = settings.outputShape;
  const size = to.vector([height, width]);
  const kind = settings.mode === 'nearest' ? 'RESIZE_NEAREST_NEIGHBOR' : 'RESIZE_BILINEAR';
  const shape = [batch, height, width, depth];
  definePicture(view, to, to.emit(kind, [nhwc, size], { shape, options: form }));
};

/**
 * Of every dimension that changes. onnxruntime copies where all sizes stay, and along dimensions whose scale is 1,
 * whatever region is cropped.
 */
function plansOf(view: NodeView, settings: ResizeSettings): readonly Plan[] {
  const shape = view.shape(0);
  if (shape.every((size, axis) => size === settings.outputShape[axis])) return [];
  return shape.flatMap((input, axis) => {
    const output = settings.outputShape[axis] ?? input;
    const region = [settings.region[axis] ?? 0, settings.region[shape.length + axis] ?? 1] as const;
    const side: Side = { input, output, scale: Math.fround(settings.scales[axis] ?? 1), region };
    if (input === output && side.scale === 1) return [];
    const at = coordinates(settings.coordinates, side);
    const taps = at && tapsAt(settings, at, side);
    if (at === undefined || taps === undefined)
      throw refusal(view, `has the unknown modes “${settings.coordinates}” and “${settings.nearest}”`);
    return [{ ...side, axis, at, taps }];
  });
}

/** TFLite's form of the same meaning for an NCHW picture. */
function formOf(view: NodeView, settings: ResizeSettings, plans: readonly Plan[]): ResizeOptions | undefined {
  const picture = view.shape(0).length === 4 && plans.every(({ axis }) => axis >= 2);
  const plain = settings.mode !== 'cubic' && !settings.antialias && !plans.some(outside);
  if (!picture || !plain || plans.length === 0) return undefined;
  return forms.find((form) =>
    plans.every((plan) => (settings.mode === 'nearest' ? isNearest(plan, form) : isLinear(plan, form))),
  );
}

function isNearest({ input, output, taps }: Plan, form: ResizeOptions): boolean {
  const positions = nearestPositions(input, output, form);
  return taps.every(([tap], i) => tap?.index === positions[i]);
}

/** Coordinates that differ by less than float32 resolves are the same. */
function isLinear({ input, output, at }: Plan, { alignCorners, halfPixelCenters }: ResizeOptions): boolean {
  const scale = resizeScale(input, output, alignCorners);
  const tolerance = input * 2 ** -21;
  return at.every((x, i) => {
    const own = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
    return Math.abs(clamp(own, 0, input - 1) - clamp(x, 0, input - 1)) <= tolerance;
  });
}

/** Whether the region that is cropped reaches beyond the input. */
function outside({ region, at, input }: Plan): boolean {
  return (region[0] !== 0 || region[1] !== 1) && at.some((x) => x < 0 || x > input - 1);
}

function resampled(to: Translation, x: TensorId, plans: readonly Plan[]): TensorId {
  return plans.reduce<TensorId>((y, plan) => along(to, y, plan), x);
}

/** Σ over taps of weight · the elements picked by that tap. */
function along(to: Translation, x: TensorId, { axis, taps }: Plan): TensorId {
  const columns = Array.from({ length: taps[0]?.length ?? 0 }, (_, k) => taps.map((list) => list[k] as Tap));
  const parts = columns
    .filter((column) => column.some(({ weight }) => weight !== 0))
    .map((column) => {
      const elements = picked(to, x, { axis, indices: column.map(({ index }) => index) });
      if (column.every(({ weight }) => weight === 1)) return elements;
      const shape = to.shape(x).map((_, i) => (i === axis ? column.length : 1));
      const weights = floats(
        to,
        shape,
        column.map(({ weight }) => weight),
      );
      return binary(to, 'MUL', [elements, weights]);
    });
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('a resize that takes nothing');
  return others.reduce((sum, part) => binary(to, 'ADD', [sum, part]), first);
}

/** Positions outside the input have a value of their own when a region is cropped. */
function extrapolated(
  to: Translation,
  x: TensorId,
  { settings, plans }: { readonly settings: ResizeSettings; readonly plans: readonly Plan[] },
): TensorId {
  const cropped = plans.filter(outside);
  return cropped.reduce<TensorId>((y, { axis, at, input }) => {
    const shape = to.shape(y).map((_, i) => (i === axis ? at.length : 1));
    const data = Uint8Array.from(at, (coordinate) => (coordinate < 0 || coordinate > input - 1 ? 1 : 0));
    const isOutside = to.constant({ shape, dtype: 'bool', data });
    const value = to.scalar(settings.extrapolation, y);
    return to.emit('SELECT_V2', [isOutside, value, y], {
      shape: to.shape(y),
      dtype: to.tensor(y).dtype,
      options: {},
    });
  }, x);
}
