import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';
import { readOnnx } from './read.ts';
import { rewriteOnnx } from './rewrite.ts';

const float = TensorProto_DataType.FLOAT;

function info(name: string, elemType: TensorProto_DataType = float) {
  const dim = [{ value: { case: 'dimParam' as const, value: 'n' }, denotation: 'DATA_BATCH' }];
  const type = create(TypeProtoSchema, {
    value: { case: 'tensorType', value: { elemType, shape: { dim } } },
    denotation: 'IMAGE',
  });
  return create(ValueInfoProtoSchema, { name, docString: `what ${name} is`, type });
}

const external = [
  create(StringStringEntryProtoSchema, { key: 'location', value: 'weights' }),
  create(StringStringEntryProtoSchema, { key: 'length', value: '4' }),
];

const model: ModelProto = create(ModelProtoSchema, {
  irVersion: 6n,
  producerName: 'somebody',
  producerVersion: '1',
  domain: 'org.example',
  modelVersion: 7n,
  docString: 'a model',
  metadataProps: [create(StringStringEntryProtoSchema, { key: 'labels', value: 'cat,dog' })],
  functions: [create(FunctionProtoSchema, { name: 'f', domain: 'org.example' })],
  opsetImport: [
    create(OperatorSetIdProtoSchema, { domain: '', version: 11n }),
    create(OperatorSetIdProtoSchema, { domain: 'org.example', version: 3n }),
  ],
  graph: create(GraphProtoSchema, {
    name: 'net',
    docString: 'a graph',
    input: [info('x')],
    output: [info('y')],
    valueInfo: [info('h'), info('gone'), info('half', TensorProto_DataType.FLOAT16)],
    initializer: [
      create(TensorProtoSchema, {
        name: 'w',
        dataType: float,
        dims: [1n],
        floatData: [3],
        docString: 'weights',
      }),
      create(TensorProtoSchema, {
        name: 'far',
        dataType: float,
        dims: [1n],
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: external,
      }),
    ],
    node: [
      create(NodeProtoSchema, {
        name: 'a',
        opType: 'Mul',
        docString: 'first',
        input: ['x', 'w'],
        output: ['h'],
      }),
      create(NodeProtoSchema, {
        name: 'b',
        opType: 'F',
        domain: 'org.example',
        docString: 'second',
        input: ['h', 'far'],
        output: ['y'],
        attribute: [
          create(AttributeProtoSchema, {
            name: 'k',
            type: AttributeProto_AttributeType.INT,
            i: 1n,
            docString: 'k',
          }),
          create(AttributeProtoSchema, {
            name: 'm',
            type: AttributeProto_AttributeType.INT,
            i: 2n,
            docString: 'm',
          }),
        ],
      }),
      create(NodeProtoSchema, { name: 'c', opType: 'Cast', input: ['h'], output: ['half'] }),
    ],
  }),
});

const beside = new Uint8Array(Float32Array.of(9).buffer);
const file = readOnnx(toBinary(ModelProtoSchema, model), () => beside);

/** `half` became float32. */
const types = new Map(['x', 'h', 'y', 'half'].map((name) => [name, { dtype: 'float32' as const }]));

test('what does not change is written as it was read, weights of a second file apart', () => {
  const { proto } = readOnnx(rewriteOnnx(file, { graph: file.graph, opset: 13, types }));
  const expected = structuredClone({ ...file.proto, graph: undefined, opsetImport: [] });
  expect({ ...proto, graph: undefined, opsetImport: [] }).toEqual({ ...expected, irVersion: 7n });
  expect(proto.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ['', 13n],
    ['org.example', 3n],
  ]);
  const { node, input, output, initializer, docString, name } = proto.graph ?? create(GraphProtoSchema);
  expect({ node, input, output, docString, name }).toEqual({
    node: file.proto.graph?.node,
    input: file.proto.graph?.input,
    output: file.proto.graph?.output,
    docString: 'a graph',
    name: 'net',
  });
  expect(initializer[0]).toEqual(file.proto.graph?.initializer[0]);
  expect(initializer[1]).toMatchObject({ name: 'far', rawData: beside, externalData: [] });
  expect(initializer[1]?.dataLocation).not.toBe(TensorProto_DataLocation.EXTERNAL);
});

test('of a node that changes, texts and the other attributes stay', () => {
  const nodes = file.graph.nodes.map((node) =>
    node.name === 'b'
      ? { ...node, inputs: ['g', 'far'], attributes: { ...node.attributes, k: { int: 5 } } }
      : { ...node, outputs: node.outputs.map((name) => (name === 'h' ? 'g' : name)) },
  );
  const { proto } = readOnnx(rewriteOnnx(file, { graph: { ...file.graph, nodes }, opset: 11, types }));
  const [a, b] = proto.graph?.node ?? [];
  expect(a).toMatchObject({ docString: 'first', output: ['g'] });
  expect(b).toMatchObject({ docString: 'second', domain: 'org.example', input: ['g', 'far'] });
  expect(b?.attribute.map(({ name, i, docString }) => [name, i, docString])).toEqual([
    ['k', 5n, ''],
    ['m', 2n, 'm'],
  ]);
});

test('what is said of values that are gone or of another type now goes', () => {
  const { proto } = readOnnx(rewriteOnnx(file, { graph: file.graph, opset: 13, types }));
  expect(proto.graph?.valueInfo.map(({ name }) => name)).toEqual(['h']);
});

test('an input of another size keeps its text', () => {
  const inputs = [{ name: 'x', dtype: 'float32' as const, shape: [1] }];
  const { proto, graph } = readOnnx(
    rewriteOnnx(file, { graph: { ...file.graph, inputs }, opset: 13, types }),
  );
  expect(graph.inputs).toEqual(inputs);
  expect(proto.graph?.input[0]?.docString).toBe('what x is');
});
