import { afterAll, describe, expect, test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import type { Sample, TensorData } from '../src/core/model/types.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import type { QdqOptions } from '../src/core/qdq/options.ts';
import { writeDynamic } from '../src/core/qdq/write-dynamic.ts';
import { writeQdq } from '../src/core/qdq/write-qdq.ts';
import { AnswersBeside } from './support/answers-beside.ts';
import { onnxCases } from './support/onnx-cases.ts';
import { type OnnxFigures, onnxGolden } from './support/onnx-golden.ts';
import { rangesOf } from './support/onnx-ranges.ts';
import { OnnxSession, type Values } from './support/onnx-runtime.ts';
import type { Labelled } from './support/onnx-samples.ts';
import { noShared, readShared, skipNote } from './support/shared.ts';
import { everyForm, everyRange } from './support/small-onnx.ts';

const schemes: Readonly<Record<string, QdqOptions>> = {
  int8: {},
  uint8: { activations: 'uint8' },
  'int8 symmetric': { symmetric: true },
  'uint8 symmetric': { activations: 'uint8', symmetric: true },
  'int8 per tensor': { perChannel: false },
};

test.each(Object.keys(schemes))('%s: every constant of the file is onnxruntime’s own', (name) => {
  const { bytes } = writeQdq(normalizeOnnx(everyForm()), everyRange, schemes[name]);
  const constants = Object.fromEntries(
    [...readOnnx(bytes).graph.constants].map(([key, { dtype, data }]) => [
      key,
      { dtype, values: Array.from(data as Iterable<number | bigint>, Number) },
    ]),
  );
  expect(constants).toEqual(onnxGolden.parameters[name]);
});

const row = (name: string, how: string, { sqnr, accuracy, agreement }: OnnxFigures): string =>
  [
    name,
    how,
    Object.values(sqnr)
      .map((value) => value.toFixed(1))
      .join(' '),
    accuracy?.toFixed(3) ?? '',
    agreement?.toFixed(3) ?? '',
  ].join(' | ');

describe.skipIf(noShared)(`models with real weights${skipNote}`, () => {
  const table = ['model | file | SQNR of its outputs in dB | accuracy | agreement'];
  afterAll(() => console.log(table.join('\n')));

  test.each(onnxCases)(
    '$file: QDQ and dynamic files run in onnxruntime-web, as near to float as onnxruntime’s own',
    async ({ file, sizes = new Map(), classes, samples }) => {
      const original = readShared('models', file);
      const onnx = normalizeOnnx(readOnnx(original), { sizes });
      const input = onnx.graph.inputs[0]?.name ?? '';
      const feed = (value: TensorData): Values => new Map([[input, value]]);
      const { calibration, test: items } = await samples();
      const ranges = await rangesOf(
        onnx,
        calibration.map(({ value }) => feed(value)),
      );
      const float = await OnnxSession.of(original);
      const names = onnx.graph.outputs.map(({ name }) => name);
      const outputsOf = (values: Values): Sample => names.flatMap((name) => values.get(name) ?? []);
      const compare = async (bytes: Uint8Array, all: readonly Labelled[]): Promise<OnnxFigures> => {
        const session = await OnnxSession.of(bytes);
        const beside = new AnswersBeside();
        for (const { value, label } of all) {
          const [theirs, ours] = [await float.run(feed(value)), await session.run(feed(value))];
          const about = { ...(classes !== undefined && { classes: names.indexOf(classes) }), label };
          beside.add(outputsOf(theirs), outputsOf(ours), about);
        }
        await session.release();
        return {
          sqnr: Object.fromEntries(names.map((name, k) => [name, beside.sqnr[k] ?? 0])),
          ...beside.shares,
        };
      };
      const own = onnxGolden.models[file];
      if (own === undefined) throw new Error(`no figures of ${file}`);
      const quantized = await compare(writeQdq(onnx, ranges).bytes, items);
      // Answers to single pictures lie far apart where there are only a few, so none of those is left out.
      const few = items.slice(0, 50);
      const dynamic = await compare(writeDynamic(onnx).bytes, few);
      const stored = await compare(writeDynamic(onnx, { compute: 'float' }).bytes, few);
      table.push(
        row(file, 'onnxruntime’s own, static', own),
        row(file, 'ours, static', quantized),
        row(file, 'ours, dynamic', dynamic),
        row(file, 'ours, weights only', stored),
      );
      // onnxruntime leaves more BatchNormalizations beside convolutions, calibrates with other kernels (which round
      // otherwise), and integers of one step apart are a matter of luck: 1.5 dB and 2 % of the answers.
      for (const [name, decibels] of Object.entries(own.sqnr))
        for (const figures of [quantized, dynamic, stored])
          expect(figures.sqnr[name], name).toBeGreaterThanOrEqual(decibels - 1.5);
      // A file that onnxruntime itself cannot keep apart from guessing says nothing about answers.
      if (own.agreement !== undefined && own.agreement > 0.5) {
        expect(quantized.agreement).toBeGreaterThanOrEqual(own.agreement - 0.02);
        expect(quantized.accuracy).toBeGreaterThanOrEqual((own.accuracy ?? 1) - 0.02);
      }
      await float.release();
    },
  );
});
