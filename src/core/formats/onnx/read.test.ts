import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { Problem } from '../../problem.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorProto_DataType as Type,
} from './generated/onnx_pb.ts';
import type { OnnxGraph } from './graph.ts';
import { readOnnx } from './read.ts';
import { type ExternalFiles, readTensor } from './tensor.ts';
import { writeOnnx } from './write.ts';

const graph: OnnxGraph = {
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 2] }],
  constants: new Map([
    ['w', { dtype: 'float32', shape: [3, 2], data: new Float32Array([1, 2, 3, 4, 5, 6]) }],
    ['axes', { dtype: 'int64', shape: [1], data: new BigInt64Array([-1n]) }],
  ]),
  nodes: [
    {
      name: 'n',
      type: 'Anything',
      domain: 'org.example',
      inputs: ['x', '', 'w'],
      outputs: ['y'],
      attributes: {
        mode: 'linear',
        axis: { int: -1 },
        pads: { ints: [0, 1] },
        alpha: { float: 0.5 },
        scales: { floats: [1, 2] },
        names: { strings: ['a', 'b'] },
        value: { tensor: { dtype: 'int8', shape: [2], data: new Int8Array([-1, 1]) } },
      },
    },
  ],
};

test('a written graph is read as it was', () => {
  const { graph: read, opset } = readOnnx(writeOnnx(graph));
  expect(read).toEqual(graph);
  expect(opset).toBe(20);
});

function modelWith(version: bigint, initializer: readonly TensorProto[] = []): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { version })],
      graph: create(GraphProtoSchema, { initializer: [...initializer] }),
    }),
  );
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
  return 'nothing was thrown';
}

const noFiles: ExternalFiles = () => undefined;

test.each([
  ['float32 list', { dataType: Type.FLOAT, dims: [2n], floatData: [1.5, -2] }, [1.5, -2]],
  ['float64 list', { dataType: Type.DOUBLE, dims: [1n], doubleData: [0.1] }, [0.1]],
  ['int64 list', { dataType: Type.INT64, dims: [2n], int64Data: [-5n, 7n] }, [-5n, 7n]],
  ['uint64 list', { dataType: Type.UINT64, dims: [1n], uint64Data: [9n] }, [9n]],
  ['uint32 list', { dataType: Type.UINT32, dims: [1n], uint64Data: [4294967295n] }, [4294967295]],
  ['int8 list', { dataType: Type.INT8, dims: [2n], int32Data: [-128, 127] }, [-128, 127]],
  ['bool list', { dataType: Type.BOOL, dims: [2n], int32Data: [1, 0] }, [1, 0]],
  ['half list', { dataType: Type.FLOAT16, dims: [2n], int32Data: [0x3c00, 0xc000] }, [1, -2]],
  ['bfloat list', { dataType: Type.BFLOAT16, dims: [1n], int32Data: [0x3f80] }, [1]],
  ['int4 list', { dataType: Type.INT4, dims: [3n], int32Data: [0x7f, 0x08] }, [-1, 7, -8]],
  ['half bytes', { dataType: Type.FLOAT16, dims: [1n], rawData: new Uint8Array([0, 0x3c]) }, [1]],
  ['scalar', { dataType: Type.FLOAT, floatData: [3] }, [3]],
  ['nothing', { dataType: Type.FLOAT, dims: [0n] }, []],
] as const)('constant: %s', (_, init, values) => {
  const { data } = readTensor(
    create(TensorProtoSchema, { ...init, dims: 'dims' in init ? [...init.dims] : [] } as never),
    noFiles,
  );
  expect([...(data as Iterable<number | bigint>)]).toEqual(values);
});

test('weights in a second file: found, missing, too short', () => {
  const proto = create(TensorProtoSchema, {
    name: 'w',
    dataType: Type.FLOAT,
    dims: [1n],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'w.bin' },
      { $typeName: 'onnx.StringStringEntryProto', key: 'offset', value: '4' },
      { $typeName: 'onnx.StringStringEntryProto', key: 'length', value: '4' },
    ],
  });
  const file = new Uint8Array(new Float32Array([1, 2]).buffer);
  expect(readTensor(proto, (name) => (name === 'w.bin' ? file : undefined)).data).toEqual(
    new Float32Array([2]),
  );
  expect(codeOf(() => readTensor(proto, noFiles))).toBe('model/external-data');
  expect(codeOf(() => readTensor(proto, () => file.subarray(0, 6)))).toBe('model/external-data');
});

test('what is not a readable model is refused by what is wrong with it', () => {
  const bytes = writeOnnx(graph);
  expect(codeOf(() => readOnnx(bytes.subarray(0, bytes.length - 3)))).toBe('file/truncated');
  expect(codeOf(() => readOnnx(modelWith(5n)))).toBe('model/unsupported-op');
  expect(codeOf(() => readOnnx(modelWith(99n)))).toBe('model/unsupported-op');
  const short = create(TensorProtoSchema, { name: 'w', dataType: Type.FLOAT, dims: [4n], floatData: [1] });
  expect(codeOf(() => readOnnx(modelWith(13n, [short])))).toBe('model/invalid');
  const raw = create(TensorProtoSchema, { dataType: Type.FLOAT, dims: [4n], rawData: new Uint8Array(8) });
  expect(codeOf(() => readOnnx(modelWith(13n, [raw])))).toBe('model/invalid');
  const huge = create(TensorProtoSchema, { dataType: Type.FLOAT, dims: [1n << 40n, 1n << 40n] });
  expect(codeOf(() => readOnnx(modelWith(13n, [huge])))).toBe('model/invalid');
});
