import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clone, create, toBinary } from '@bufbuild/protobuf';
import { afterAll, describe, expect, test } from 'vitest';
import { ModelProtoSchema, ValueInfoProtoSchema } from '../src/core/formats/onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import type { NormalizedOnnx } from '../src/core/onnx/normalized.ts';
import { propagate } from '../src/core/onnx/propagate.ts';
import { noiseOf, relativeDifference, runOnnx } from './support/onnx-runtime.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';

/** Models with real weights. */
const models: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'mnist_cntk_opset8.onnx': {},
  'mobilenet_v2_035_128_flowers.onnx': {},
  'ppocr_mobile_v2_cls.onnx': { 'x[2]': 48, 'x[3]': 192 },
  'resnet8_cifar10_bn.onnx': {},
  'resnet8_cifar10_unbalanced.onnx': {},
  'selfie_segmentation_landscape.onnx': {},
  'st_ssd_mobilenet_v1_025_256.onnx': {},
  'super_resolution_x3.onnx': {},
  'ultraface_rfb320.onnx': {},
  'ultraface_rfb320_simplified.onnx': {},
  'vww_mobilenetv1_025_96_bn.onnx': {},
  'yunet_n_320.onnx': {},
};

/** The file with every value among its outputs. */
function everyValue({ proto, graph }: OnnxModel): Uint8Array {
  const copy = clone(ModelProtoSchema, proto);
  const names = new Set(graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== ''));
  if (copy.graph !== undefined)
    copy.graph.output = [...names].map((name) => create(ValueInfoProtoSchema, { name }));
  return toBinary(ModelProtoSchema, copy);
}

/** The normalized graph with every value that a node makes among its outputs. */
function everyNormalizedValue({ graph, values, opset }: NormalizedOnnx): Uint8Array {
  const outputs = graph.nodes.flatMap((node) =>
    node.outputs.flatMap((name) => {
      const type = values.get(name);
      return type === undefined ? [] : [{ name, ...type }];
    }),
  );
  return writeOnnx({ ...graph, outputs }, opset);
}

/** File → shapes of what its nodes make, by ONNX's own inference. */
const lightShapes: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/onnx-light-shapes.json'), 'utf8'),
);

describe.skipIf(noShared)(`architectures with made-up weights${skipNote}`, () => {
  test.each(Object.keys(lightShapes))('%s: shapes are those of ONNX’s own inference', (name) => {
    const file = readOnnx(readShared('models', 'onnx-light', name));
    const inputs = new Map(
      file.graph.inputs.map(({ name: input, dtype, shape = [] }) => [
        input,
        { dtype, shape: shape.map(Number) },
      ]),
    );
    const { values } = propagate(file.graph, { opset: file.opset, inputs, told: () => undefined });
    const shapes = file.graph.nodes
      .filter(({ type }) => type !== 'Constant' && type !== 'ConstantOfShape')
      .map(({ outputs: [output = ''] }) => values.get(output)?.shape.join('x'));
    expect(shapes.join(' ')).toBe(lightShapes[name]);

    const { graph } = normalizeOnnx(file);
    expect(graph.outputs.map(({ name: output }) => output)).toEqual(file.graph.outputs.map((o) => o.name));
    expect(graph.nodes.filter(({ type }) => type === 'Dropout' || type.startsWith('Constant'))).toEqual([]);
  });
});

describe.skipIf(noShared)(`models with real weights${skipNote}`, () => {
  const table = ['model | nodes before → after | values compared | max |difference| / max |reference|'];
  afterAll(() => console.log(table.join('\n')));

  test.each(Object.keys(models))(
    '%s: shapes, and values that keep their names, are onnxruntime’s',
    async (name) => {
      const file = readOnnx(readShared('models', name));
      const normalized = normalizeOnnx(file, { sizes: new Map(Object.entries(models[name] ?? {})) });
      const inputs = new Map(
        normalized.graph.inputs.map(({ name: input }) => [input, typeIn(normalized, input)]),
      );
      const feeds = new Map([...inputs].map(([input, type]) => [input, noiseOf(type)]));
      const reference = await runOnnx(everyValue(file), feeds);
      const { values } = propagate(file.graph, { opset: file.opset, inputs, told: () => undefined });
      for (const [value, { shape, dtype }] of reference)
        expect({ value, ...values.get(value) }).toEqual({ value, shape, dtype });

      const own = await runOnnx(everyNormalizedValue(normalized), feeds);
      const differences = [...own].flatMap(([value, data]) => {
        const expected = reference.get(value);
        return expected === undefined ? [] : [relativeDifference(data, expected)];
      });
      for (const { name: output } of normalized.graph.outputs)
        expect(own.has(output) || normalized.graph.constants.has(output)).toBe(true);
      const count = `${file.graph.nodes.length} → ${normalized.graph.nodes.length}`;
      table.push(`${name} | ${count} | ${differences.length} | ${Math.max(...differences).toExponential(1)}`);
      expect(Math.max(...differences)).toBeLessThanOrEqual(1e-5);
    },
  );

  test('sizes that a file leaves open are listed with sizes that fit', () => {
    const file = readOnnx(readShared('models', 'ppocr_mobile_v2_cls.onnx'));
    const sizes = [2, 3].map((dimension) => ({
      key: `x[${dimension}]`,
      input: 'x',
      dimension,
      suggestion: 224,
    }));
    const problem = { code: 'model/dynamic-shape', details: { sizes } };
    expect(() => normalizeOnnx(file)).toThrow(expect.objectContaining(problem));
    expect(
      normalizeOnnx(file, { sizes: new Map(sizes.map((one) => [one.key, one.suggestion])) }).notes,
    ).toEqual(['The batch, whose size the file leaves open, is 1.']);
  });

  test('constants among the outputs are onnxruntime’s', async () => {
    const file = readOnnx(readShared('models', 'st_ssd_mobilenet_v1_025_256.onnx'));
    const { graph } = normalizeOnnx(file);
    const anchors = graph.constants.get('anchors_concat');
    const feeds = new Map(
      graph.inputs.map(({ name, dtype }) => [name, noiseOf({ dtype, shape: [1, 3, 256, 256] })]),
    );
    const expected = (await runOnnx(everyValue(file), feeds)).get('anchors_concat');
    expect(expected && relativeDifference(anchors, expected)).toBe(0);
  });
});

function typeIn({ values }: NormalizedOnnx, name: string) {
  const type = values.get(name);
  if (type === undefined) throw new Error(`${name} has no type`);
  return type;
}
