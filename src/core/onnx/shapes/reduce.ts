import { axisOf, type Reduction, reductionOf, softmaxOf, topKOf } from '../node-attributes.ts';
import { likeFirst, type ShapeRule } from './rule.ts';

/** A shape without the dimensions that were reduced, or with 1 in their place. */
export function reducedShape(shape: readonly number[], { axes, keepDims }: Reduction): readonly number[] {
  const gone = new Set(axes);
  return shape.flatMap((size, axis) => (gone.has(axis) ? (keepDims ? [1] : []) : [size]));
}

const reduction: ShapeRule = (view) => likeFirst(view, reducedShape(view.shape(0), reductionOf(view)));

const argument: ShapeRule = (view) => {
  const keepDims = (view.int('keepdims') ?? 1) !== 0;
  return [{ dtype: 'int64', shape: reducedShape(view.shape(0), { axes: [axisOf(view, 0)], keepDims }) }];
};

const softmax: ShapeRule = (view) => {
  softmaxOf(view);
  return [view.type(0)];
};

const topK: ShapeRule = (view) => {
  const { k, axis } = topKOf(view);
  const shape = view.shape(0).with(axis, k);
  return [
    { dtype: view.type(0).dtype, shape },
    { dtype: 'int64', shape },
  ];
};

const reductions = 'Mean Sum Max Min Prod L1 L2 LogSum LogSumExp SumSquare'.split(' ');

/** What runs over one or several dimensions. */
export const reduceShapes: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(reductions.map((name) => [`Reduce${name}`, reduction])),
  ArgMax: argument,
  ArgMin: argument,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
  TopK: topK,
};
