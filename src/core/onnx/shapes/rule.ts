import type { Dtype, Shape } from '../../model/types.ts';
import type { NodeView } from '../node-view.ts';
import type { ValueType } from '../normalized.ts';

/**
 * Types and shapes of a node's outputs, in their order; there may be more than the node names.
 * @throws Problem `model/invalid` where inputs or attributes contradict each other.
 */
export type ShapeRule = (view: NodeView) => readonly ValueType[];

/** One output of the first input's element type. */
export function likeFirst(view: NodeView, shape: Shape): readonly ValueType[] {
  return [{ dtype: view.type(0).dtype, shape }];
}

/** The output is as the first input in type and shape. */
export const unchanged: ShapeRule = (view) => [view.type(0)];

/** Output of the same shape and another element type. */
export function retyped(dtype: Dtype): ShapeRule {
  return (view) => [{ dtype, shape: view.shape(0) }];
}

/** What shapes become together (ONNX's Broadcasting.md, as NumPy). @throws Problem `model/invalid` */
export function broadcast(view: NodeView, shapes: readonly Shape[]): Shape {
  const rank = shapes.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (sizes.every((one) => one === 1 || one === size)) return size;
    throw view.problem(
      `combines the shapes ${shapes.map((shape) => `[${shape}]`).join(' and ')}, which do not fit`,
    );
  });
}

/** @throws Problem `model/invalid` where the input has another number of dimensions. */
export function expectRank(view: NodeView, index: number, rank: number): Shape {
  const shape = view.shape(index);
  if (shape.length === rank) return shape;
  throw view.problem(`needs ${rank} dimensions in its input ${index}, not [${shape}]`);
}

/** @throws Problem `model/invalid` where two of the inputs that are given have other element types. */
export function expectSameType(view: NodeView, inputs: readonly number[]): void {
  const given = inputs.filter((index) => view.has(index)).map((index) => view.type(index).dtype);
  const other = given.find((dtype) => dtype !== given[0]);
  if (other !== undefined) throw view.problem(`combines values of ${given[0]} and of ${other}`);
}
