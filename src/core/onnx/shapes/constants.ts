import { dtypeOf } from '../../formats/onnx/types.ts';
import type { Dtype, TensorData } from '../../model/types.ts';
import { axisIn } from '../node-attributes.ts';
import type { NodeView } from '../node-view.ts';
import { sizedByValuesProblem } from '../untold.ts';
import { expectSameType, type ShapeRule } from './rule.ts';

/** What a Constant node holds, in whichever attribute. @throws Problem for texts, sparse tensors or nothing */
export function heldValue(view: NodeView): TensorData {
  const tensor = view.tensor('value');
  if (tensor !== undefined) return tensor;
  const float = view.float('value_float');
  const floats = view.floats('value_floats') ?? (float === undefined ? undefined : [float]);
  if (floats !== undefined)
    return {
      dtype: 'float32',
      shape: float === undefined ? [floats.length] : [],
      data: Float32Array.from(floats),
    };
  const int = view.int('value_int');
  const ints = view.ints('value_ints') ?? (int === undefined ? undefined : [int]);
  if (ints === undefined) throw view.problem('holds no numbers');
  return {
    dtype: 'int64',
    shape: int === undefined ? [ints.length] : [],
    data: BigInt64Array.from(ints, BigInt),
  };
}

/** The dimensions that a Shape node tells. */
export function toldShape(view: NodeView): readonly number[] {
  const shape = view.shape(0);
  return shape.slice(view.int('start') ?? 0, view.int('end') ?? shape.length);
}

/** The value that a ConstantOfShape repeats: one element, 0 of float32 where nothing is said. */
export function repeatedValue(view: NodeView): TensorData {
  const value = view.tensor('value') ?? { dtype: 'float32', shape: [1], data: new Float32Array(1) };
  if (value.data.length === 1) return value;
  throw view.problem(`repeats a value of ${value.data.length} elements instead of one`);
}

const constantOfShape: ShapeRule = (view) => {
  const shape = view.neededNumbers(0);
  if (shape.some((size) => size < 0)) throw view.problem(`makes the shape [${shape}]`);
  return [{ dtype: repeatedValue(view).dtype, shape }];
};

const range: ShapeRule = (view) => {
  expectSameType(view, [0, 1, 2]);
  const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((index) => view.neededNumbers(index)[0] ?? 0);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isSafeInteger(count)) throw view.problem(`counts from ${start} to ${limit} by ${delta}`);
  return [{ dtype: view.type(0).dtype, shape: [count] }];
};

/** The element type of integers: that of the zero point, else what newer sets say in an attribute. */
function quantizedType(view: NodeView): Dtype {
  if (view.has(2)) return view.type(2).dtype;
  const code = view.int('output_dtype') ?? 0;
  return code === 0 ? 'uint8' : dtypeOf(code, view.node.outputs[0] ?? '');
}

const oneHot: ShapeRule = (view) => {
  const shape = [...view.shape(0)];
  const axis = axisIn(view, view.int('axis') ?? -1, shape.length + 1);
  shape.splice(axis, 0, view.neededNumbers(1)[0] ?? 0);
  return [{ dtype: view.type(2).dtype, shape }];
};

/** Where a constant is not 0: for each dimension, the positions along it. */
export function nonZeroPositions(view: NodeView): readonly (readonly number[])[] {
  const elements = view.neededNumbers(0);
  const found = elements.flatMap((element, i) => (element !== 0 ? [i] : []));
  let inner = elements.length;
  return view.shape(0).map((size) => {
    inner /= size;
    return found.map((i) => Math.floor(i / inner) % size);
  });
}

const nonZero: ShapeRule = (view) => {
  if (view.constant(0) === undefined) throw sizedByValuesProblem([view.node]);
  const positions = nonZeroPositions(view);
  return [{ dtype: 'int64', shape: [positions.length, positions[0]?.length ?? 0] }];
};

/** What settings or shapes decide alone, and quantization. */
export const constantShapes: Readonly<Record<string, ShapeRule>> = {
  Constant: (view) => [heldValue(view)],
  ConstantOfShape: constantOfShape,
  Shape: (view) => [{ dtype: 'int64', shape: [toldShape(view).length] }],
  Size: () => [{ dtype: 'int64', shape: [] }],
  NonZero: nonZero,
  Range: range,
  OneHot: oneHot,
  QuantizeLinear: (view) => [{ dtype: quantizedType(view), shape: view.shape(0) }],
  DequantizeLinear: (view) => [{ dtype: view.type(1).dtype, shape: view.shape(0) }],
  DynamicQuantizeLinear: (view) => [
    { dtype: 'uint8', shape: view.shape(0) },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ],
};
