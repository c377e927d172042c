import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { activation, constant, floats, modelOf, type OpSketch } from '../../../tests/support/models.ts';
import { ModelProtoSchema } from '../formats/onnx/generated/onnx_pb.ts';
import { mainGraph, withMainGraph } from '../model/graph.ts';
import type { Model, OpaqueOp, TensorId } from '../model/types.ts';
import { lowerModel } from './lower.ts';

const picture = [1, 4, 4, 2];
const filter = constant(floats([2, 1, 1, 2], [1, 2, 3, 4]));
const conv = (input: number, output: number): OpSketch => ({
  kind: 'CONV_2D',
  inputs: [input, 1, -1],
  outputs: [output],
  options: { padding: 'SAME', strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, activation: 'RELU' },
});
const tensors = [activation(picture), filter, ...Array.from({ length: 4 }, () => activation(picture))];
/** 0 → conv 2 → conv 3 → + 2 → 4 → conv 5. */
const residual = modelOf(
  tensors,
  [
    conv(0, 2),
    conv(2, 3),
    { kind: 'ADD', inputs: [3, 2], outputs: [4], options: { activation: 'NONE' } },
    conv(4, 5),
  ],
  [[0], [5]],
);

function nodeTypes(model: Model, taps: readonly number[]): readonly string[] {
  const { bytes } = lowerModel(model, taps as readonly TensorId[]);
  return fromBinary(ModelProtoSchema, bytes).graph?.node.map(({ opType }) => opType) ?? [];
}

const count = (list: readonly string[], type: string) => list.filter((item) => item === type).length;

test('a chain of convolutions is transposed at its ends only', () => {
  expect(count(nodeTypes(residual, []), 'Transpose')).toBe(2);
});

test('a tap costs one more transposition', () => {
  expect(count(nodeTypes(residual, [3]), 'Transpose')).toBe(3);
});

test('every tapped tensor has an output of its own, whatever the tensors are called', () => {
  const { outputs } = lowerModel(residual, [0, 2, 3, 4, 5] as TensorId[]);
  expect([...outputs.keys()].sort()).toEqual([0, 2, 3, 4, 5]);
  expect(new Set(outputs.values()).size).toBe(5);
});

test('operators outside the table are refused together', () => {
  const graph = mainGraph(residual);
  const opaque = (name: string): OpaqueOp => ({
    kind: 'OPAQUE',
    name,
    inputs: [0 as TensorId],
    outputs: [2 as TensorId],
    version: 1,
    options: {},
  });
  const model = withMainGraph(residual, {
    ...graph,
    ops: [opaque('LSTM'), ...graph.ops, opaque('CUSTOM:Mine')],
  });
  expect(() => lowerModel(model, [])).toThrow(
    expect.objectContaining({
      code: 'model/unsupported-op',
      details: {
        ops: [
          { index: 0, name: 'LSTM' },
          { index: 5, name: 'CUSTOM:Mine' },
        ],
      },
    }),
  );
});

test('an operator used in a way that is not lowered is refused with its position', () => {
  const gather: OpSketch = {
    kind: 'GATHER',
    inputs: [0, 0],
    outputs: [1],
    options: { axis: 1, batchDims: 1 },
  };
  const model = modelOf([activation([1, 2]), activation([1, 2])], [gather], [[0], [1]]);
  expect(() => lowerModel(model, [])).toThrow(/^Op 0 \(GATHER\) gathers with batch dimensions/);
});

test.each([
  ['a stride of 0', { ...conv(0, 2), options: { ...conv(0, 2).options, strideH: 0 } } as OpSketch],
  ['channels that the groups do not divide', conv(6, 2)],
])('%s is a problem', (_, op) => {
  const model = modelOf([...tensors, activation([1, 4, 4, 3])], [op], [[0, 6], [2]]);
  expect(() => lowerModel(model, [])).toThrow(
    expect.objectContaining({ code: 'model/invalid', details: { op: 0 } }),
  );
});
