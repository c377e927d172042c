import { axisOf, cutsOf } from '../../onnx/node-attributes.ts';
import { refusal, sliced, type Translate, withNumber } from '../emit.ts';
import { outputShape } from './shape.ts';

const noMasks = {
  beginMask: 0,
  ellipsisMask: 0,
  newAxisMask: 0,
  shrinkAxisMask: 0,
  offset: false,
} as const;

/** A negative end would count from the back, so an end before the first element is masked. */
export const slice: Translate = (view, to) => {
  const [x, cuts, size] = [to.input(view, 0), cutsOf(view), outputShape(view)];
  const by = new Map(cuts.map((cut) => [cut.axis, cut]));
  const begin = size.map((_, axis) => by.get(axis)?.start ?? 0);
  if (cuts.every(({ step }) => step === 1)) return to.define(view, sliced(to, x, { begin, size }));
  const steps = size.map((_, axis) => by.get(axis)?.step ?? 1);
  const ends = size.map(
    (count, axis) => (begin[axis] ?? 0) + (count - 1) * (steps[axis] ?? 1) + Math.sign(steps[axis] ?? 1),
  );
  const endMask = ends.reduce((mask, end, axis) => (end < 0 ? mask | (1 << axis) : mask), 0);
  const inputs = [x, to.vector(begin), to.vector(ends), to.vector(steps)];
  to.define(view, to.emit('STRIDED_SLICE', inputs, { shape: size, options: { ...noMasks, endMask } }));
};

/** Negative indices count from the end: constant ones are turned here, others by FLOOR_MOD. */
export const gather: Translate = (view, to) => {
  const [x, indices, axis] = [to.input(view, 0), to.input(view, 1), axisOf(view, 0)];
  const size = view.shape(0)[axis] ?? 1;
  const known = view.constant(1);
  const positive =
    known === undefined
      ? withNumber(to, 'FLOOR_MOD', [indices, size])
      : to.constant({
          shape: known.shape,
          dtype: 'int32',
          data: Int32Array.from(known.data as Iterable<number | bigint>, (i) =>
            Number(i) < 0 ? Number(i) + size : Number(i),
          ),
        });
  const options = { axis, batchDims: 0 };
  to.define(view, to.emit('GATHER', [x, positive], { shape: outputShape(view), options }));
};

export const gatherNd: Translate = (view, to) => {
  if (view.flag('batch_dims')) throw refusal(view, 'gathers with batch dimensions');
  if (view.numbers(1)?.some((index) => index < 0)) throw refusal(view, 'counts indices from the end');
  const inputs = [to.input(view, 0), to.input(view, 1)];
  to.define(view, to.emit('GATHER_ND', inputs, { shape: outputShape(view), options: {} }));
};
