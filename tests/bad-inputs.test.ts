import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { openExecutor, runnable } from '../src/cli/executors.ts';
import { readModel } from '../src/cli/model-file.ts';
import { allocate, elementCount } from '../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Sample } from '../src/core/model/types.ts';
import { Problem } from '../src/core/problem.ts';
import { inspectModel } from '../src/core/report/inspect.ts';
import { noShared, shared, skipNote } from './support/shared.ts';

/**
 * Every damaged, foreign or odd model file ends in a typed problem or works, never in a hang or a bare exception. Pictures have the same test beside the decoders.
 */
const folder = noShared ? '' : shared('bad-inputs/models');
/** One name stands for them all where they are absent, so that the skipped test is seen. */
const files = noShared ? ['(every file)'] : readdirSync(folder).sort();

/** What must happen, where index.csv leaves no choice. */
const expected: Readonly<Record<string, string>> = {
  'audio-ad01-autoencoder.tflite': 'works',
  'buffer-index-out-of-range.tflite': 'model/invalid',
  'contrib-ops-superres.onnx': 'model/unsupported-op',
  'control-flow-silero-vad.onnx': 'model/unsupported-op',
  'custom-domain-op.onnx': 'model/unsupported-op',
  'cycle.onnx': 'model/invalid',
  'external-data-missing.onnx': 'model/external-data',
  'float64.onnx': 'works',
  'huge-dims.onnx': 'model/invalid',
  'inf-weight.onnx': 'model/not-finite',
  'missing-input.onnx': 'model/invalid',
  'nan-weight.onnx': 'model/not-finite',
  'no-nodes.onnx': 'model/invalid',
  'ok-dead-channel.onnx': 'works',
  'ok-float16-resnet8.onnx': 'works',
  'ok-hostile-names.onnx': 'works',
  'ok-outlier-weight.onnx': 'works',
  'ok-unnamed-nodes.onnx': 'works',
  'opset-99.onnx': 'model/unsupported-op',
  'scalar-rank0.onnx': 'works',
  'string-input.onnx': 'model/invalid',
  'tree-ensemble.onnx': 'works',
  'truncated-half.onnx': 'file/truncated',
  'truncated-tail.onnx': 'file/truncated',
  'weight-length-lies.onnx': 'model/invalid',
  'zero-size-weight.onnx': 'model/invalid',
  'custom-ops-hair-segmentation.tflite': 'model/unsupported-op',
  'dynamic-range-shape-ops.tflite': 'works',
  'edgetpu-compiled.tflite': 'model/unsupported-op',
  'empty.onnx': 'file/empty',
  'empty.tflite': 'file/empty',
  'git-lfs-pointer.onnx': 'file/other-kind',
  'html-page.tflite': 'file/other-kind',
  'int8-float-io-vww.tflite': 'works',
  'keras.h5': 'file/other-kind',
  'lstm-mnist.tflite': 'works',
  'mediapipe.task': 'file/other-kind',
  'nan-weight.tflite': 'model/not-finite',
  'negative-dims.tflite': 'model/dynamic-shape',
  'ok-dynamic-batch-signature.tflite': 'works',
  'onnx-named.tflite': 'works',
  'partly-quantised-kws.tflite': 'works',
  'pytorch.pth': 'file/other-kind',
  'random-64k.onnx': 'file/unknown',
  'random-64k.tflite': 'file/unknown',
  'tensor-index-out-of-range.tflite': 'model/invalid',
  'tflite-named.onnx': 'works',
  'tfjs-model.json': 'file/other-kind',
  'truncated-16.tflite': 'file/truncated',
  'truncated-half.tflite': 'file/truncated',
  'two-inputs-style-transfer-f16.tflite': 'works',
  'two-signatures.tflite': 'works',
  'unknown-builtin-250.tflite': 'model/unsupported-op',
  'wrong-magic.tflite': 'file/other-kind',
};
const rows: string[] = [];

/** Opens, describes and runs a model on zeros; what went wrong, if anything. */
async function outcomeOf(path: string): Promise<{ code: string; message: string }> {
  try {
    const { model } = await readModel(path);
    inspectModel(model);
    const executable = runnable(model);
    const graph = mainGraph(executable);
    const executor = await openExecutor(executable, { taps: [], arithmetic: 'tflm' });
    const zeros: Sample = graph.inputs.map((id) => {
      const { shape, dtype } = tensorAt(graph, id);
      return { shape, dtype, data: allocate(dtype, elementCount(shape)) };
    });
    const outputs = await executor.execute(zeros);
    executor.dispose();
    return { code: 'works', message: outputs.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(', ') };
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, message: error.message };
    throw error;
  }
}

describe(`bad model files${skipNote}`, () => {
  test.skipIf(noShared).each(files)(
    '%s',
    async (file) => {
      const { code, message } = await outcomeOf(`${folder}/${file}`);
      rows.push(`${file.padEnd(40)}${code.padEnd(24)}${message.replaceAll(folder, '').slice(0, 140)}`);
      expect(message).not.toBe('');
      if (expected[file] !== undefined) expect(code).toBe(expected[file]);
      else expect(file).toMatch(/^fuzz-/);
    },
    20_000,
  );
});

afterAll(() => console.log(rows.join('\n')));
