import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { mainGraph, withMainGraph } from '../src/core/model/graph.ts';
import type { Model, Op } from '../src/core/model/types.ts';
import { goldenFolder } from './support/golden-index.ts';
import { readKernelForms } from './support/kernel-forms.ts';
import { loadLiteRt } from './support/litert.ts';
import { noShared, readShared, sharedFolder, skipNote } from './support/shared.ts';

/** Every .tflite below a folder that is an intact model. */
function models(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tflite') && !file.includes('bad-inputs'))
    .map((file) => join(folder, file));
}

/** Kinds with an option for hybrid kernels. */
const hybrid: ReadonlySet<Op['kind']> = new Set<Op['kind']>([
  'FULLY_CONNECTED',
  'BATCH_MATMUL',
  'SVDF',
  'LSTM',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
]);

/** Distinct buffers, in order of first use: tensors that shared one must share one again. */
function buffers(model: Model): readonly number[] {
  const seen = new Map<Uint8Array, number>();
  return model.graphs.flatMap((graph) =>
    graph.tensors.map(({ data }) => {
      if (data === undefined) return -1;
      const index = seen.get(data) ?? seen.size;
      seen.set(data, index);
      return index;
    }),
  );
}

describe('read, write, read gives the same model', () => {
  const folders =
    sharedFolder === undefined ? [goldenFolder()] : [goldenFolder(), join(sharedFolder, 'models')];
  test.each(folders.flatMap(models).map((file) => [relative(process.cwd(), file), file]))('%s', (_, file) => {
    const bytes = new Uint8Array(readFileSync(file));
    const model = readTflite(bytes);
    const written = writeTflite(model);
    const again = readTflite(written);
    // Node's comparison: Vitest's visits a million weights one by one.
    expect(isDeepStrictEqual(again, model)).toBe(true);
    expect(buffers(again)).toEqual(buffers(model));
    expect(Buffer.compare(writeTflite(again), written)).toBe(0);
  });
});

test('options are written whole, without the table that they were read from', () => {
  const forms = [...readKernelForms('kernels'), ...readKernelForms('mixed-kernels')];
  const different: string[] = [];
  for (const { name, model } of forms) {
    const graph = mainGraph(model);
    const ops = graph.ops.map(({ passthrough: _, ...op }): Op => {
      const options = { ...op.options, ...(hybrid.has(op.kind) && { asymmetricQuantizeInputs: true }) };
      return { ...op, options } as Op;
    });
    const again = mainGraph(readTflite(writeTflite(withMainGraph(model, { ...graph, ops }))));
    if (!isDeepStrictEqual(again.ops[0]?.options, ops[0]?.options)) different.push(name);
  }
  expect(different).toEqual([]);
});

test('constants of a written file start at multiples of 16 bytes', () => {
  const [file = ''] = models(goldenFolder());
  const bytes = writeTflite(readTflite(new Uint8Array(readFileSync(file))));
  const { tensors } = mainGraph(readTflite(bytes));
  const offsets = tensors.flatMap(({ data }) =>
    data === undefined ? [] : [data.byteOffset - bytes.byteOffset],
  );
  expect(offsets.length).toBeGreaterThan(0);
  expect(offsets.filter((offset) => offset % 16 !== 0)).toEqual([]);
});

describe(`appended label files${skipNote}`, () => {
  test.skipIf(noShared)('stay readable behind a model of another size', () => {
    const model = readTflite(readShared('models/mobilenet_v1_025_224_f32_metadata.tflite'));
    expect(model.appended?.length).toBeGreaterThan(0);
    const longer = writeTflite({ ...model, description: 'x'.repeat(1000) });
    expect(readTflite(longer).appended).toEqual(model.appended);
  });
});

describe(`a rewritten model runs alike in LiteRT${skipNote}`, () => {
  test.skipIf(noShared).each(['models/resnet8_cifar10_f32.tflite', 'models/resnet8_cifar10_int8_ref.tflite'])(
    '%s',
    async (name) => {
      const bytes = readShared(name);
      const litert = await loadLiteRt();
      const model = readTflite(bytes);
      const [id] = mainGraph(model).inputs;
      const input = mainGraph(model).tensors[id ?? 0];
      if (input === undefined) throw new Error('no input');
      const pixels = Array.from({ length: 3072 }, (_, i) => (i * 37) % 256);
      const data =
        input.dtype === 'int8' ? Int8Array.from(pixels, (p) => p - 128) : Float32Array.from(pixels);
      const answers = [bytes, writeTflite(model)].map((file) => {
        const run = litert.load(file);
        const outputs = run.execute([{ shape: input.shape, dtype: input.dtype, data }]);
        run.dispose();
        return outputs;
      });
      expect(answers[1]).toEqual(answers[0]);
    },
  );
});
