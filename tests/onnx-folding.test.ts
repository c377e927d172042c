import { expect, test } from 'vitest';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import type { TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { floats, integers, modelOf, node, weights } from './support/onnx-graphs.ts';
import { relativeDifference, runOnnx } from './support/onnx-runtime.ts';

const mixed = floats(-2.5, -1, 0, 0.5, 3, 1e9);
const whole = integers(-7, -2, 0, 3, 5, 2 ** 40);
const truth: TensorData = { dtype: 'bool', shape: [6], data: new Uint8Array([1, 0, 1, 1, 0, 0]) };
const cube = weights([2, 3, 4]);
interface Row {
  readonly type: string;
  readonly constants: readonly TensorData[];
  readonly attributes?: Readonly<Record<string, number>>;
}

function row(type: string, constants: readonly TensorData[], attributes: Row['attributes'] = {}): Row {
  return { type, constants, attributes };
}

const rows: readonly Row[] = [
  ...['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual'].flatMap((type) => [
    row(type, [mixed, floats(0.5)]),
    row(type, [whole, integers(3)]),
  ]),
  ...['Add', 'Sub', 'Mul', 'Div'].map((type) => row(type, [whole, integers(-3)])),
  ...['Neg', 'Abs', 'Sign'].flatMap((type) => [row(type, [mixed]), row(type, [whole])]),
  ...['Sin', 'Cos', 'Sigmoid', 'Tanh', 'Relu'].map((type) => row(type, [floats(-2.5, 0, 0.5, 3)])),
  ...['And', 'Or', 'Xor'].map((type) =>
    row(type, [truth, { ...truth, data: new Uint8Array([1, 1, 0, 1, 0, 1]) }]),
  ),
  row('Not', [truth]),
  row('Mod', [whole, integers(-3)]),
  row('Mod', [whole, integers(4)], { fmod: 1 }),
  row('Mod', [floats(-7.5, -1, 0, 5.25), floats(2)], { fmod: 1 }),
  row('Round', [floats(-2.5, -0.5, 0.5, 1.5, 2.4)]),
  row('Where', [truth, mixed, floats(9)]),
  row('Where', [truth, integers(7), whole]),
  row('Cast', [floats(-2.5, -0.5, 0, 1.5, 300)], { to: 7 }),
  row('Cast', [floats(-2.5, 0, 1.5)], { to: 9 }),
  row('Cast', [integers(-5, 0, 2 ** 33)], { to: 6 }),
  row('Cast', [whole], { to: 1 }),
  row(
    'Range',
    [0, 10, 3].map((x) => ({ ...integers(x), shape: [] })),
  ),
  row(
    'Range',
    [5, 1, -1.5].map((x) => ({ ...floats(x), shape: [] })),
  ),
  row('NonZero', [{ dtype: 'int64', shape: [2, 3], data: new BigInt64Array([0n, 4n, 0n, 1n, 0n, 9n]) }]),
  row('Gather', [cube, integers(-1, 0)], { axis: 1 }),
  row('Slice', [cube, integers(10, -1), integers(-9, 0), integers(2, 1), integers(-2, -1)]),
  row('Tile', [cube, integers(2, 1, 3)]),
  row('Expand', [floats(1, 2, 3), integers(2, 3, 3)]),
  row('Concat', [cube, cube], { axis: -2 }),
  row('Size', [cube]),
  row('Pow', [floats(1, 2, 3), integers(2)]),
  ...['ReduceProd', 'ReduceMin', 'ReduceMax'].map((type) => row(type, [cube], { keepdims: 0 })),
];

test.each(rows)(
  '$type of constants is what onnxruntime computes',
  async ({ type, constants, attributes = {} }) => {
    const named = Object.fromEntries(constants.map((value, i) => [`c${i}`, value]));
    const made = node(type, Object.keys(named), ['y'], attributes);
    const model = modelOf({ inputs: {}, constants: named, nodes: [made] });
    const { graph } = normalizeOnnx(model);
    expect(graph.nodes).toEqual([]);
    const value = graph.constants.get('y');
    const outputs = [{ name: 'y', dtype: value?.dtype ?? 'string' }];
    const expected = (await runOnnx(writeOnnx({ ...model.graph, outputs }, model.opset), new Map())).get('y');
    expect({ dtype: value?.dtype, shape: value?.shape }).toEqual({
      dtype: expected?.dtype,
      shape: expected?.shape,
    });
    // Ours are rounded once, onnxruntime's sums and products after each step.
    expect(expected && relativeDifference(value, expected)).toBeLessThanOrEqual(5e-7);
  },
);
