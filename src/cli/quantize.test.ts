import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { exampleOnnx, onnxWith } from '../../tests/support/onnx-example.ts';
import { readOnnx } from '../core/formats/onnx/read.ts';
import { quantizeCommand } from './quantize.ts';

const folder = mkdtempSync(join(tmpdir(), 'zeropoint-quantize-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

/** There are no pictures: a recipe that needs them is refused as well, but later. */
function quantized(model: string, output: string, recipe: string): Promise<void> {
  const values = { output: join(folder, output), recipe };
  return quantizeCommand({ positionals: [model], values });
}

test('a .tflite of an operator that TensorFlow Lite lacks is refused at once, with the way out', async () => {
  const model = put('odd.onnx', onnxWith('Einsum'));
  await expect(quantized(model, 'out.tflite', 'int8')).rejects.toMatchObject({
    code: 'export/refused',
    message: expect.stringMatching(/Einsum node “odd”.*MatMul and Transpose.*-o \S*out\.onnx$/),
  });
  expect(readdirSync(folder)).not.toContain('out.tflite');
});

test('the way out is one', async () => {
  const model = put('odd.onnx', onnxWith('Einsum'));
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  );
  await quantized(model, 'out.onnx', 'weights-only').finally(() => {
    for (const stream of streams) stream.mockRestore();
  });
  const { graph } = readOnnx(readFileSync(join(folder, 'out.onnx')));
  const types = graph.nodes.map(({ type }) => type);
  expect(types).toContain('Einsum');
  expect(types).toContain('DequantizeLinear');
});

test('an .onnx by a recipe that ONNX has no counterpart of is refused at once', async () => {
  const model = put('net.onnx', exampleOnnx());
  await expect(quantized(model, 'out16.onnx', 'int16x8')).rejects.toMatchObject({
    code: 'quantize/unsupported',
    message: expect.stringContaining('int16x8'),
  });
});
