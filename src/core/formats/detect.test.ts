import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { gzipSync, strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { noShared, readShared, shared, skipNote } from '../../../tests/support/shared.ts';
import { detect } from './detect.ts';
import { writeNpy } from './npy.ts';

const array = writeNpy({ dtype: 'uint8', shape: [1], data: new Uint8Array(1) });

test.each([
  ['empty', new Uint8Array(0)],
  ['text', strToU8('file,class_index\na.png,0\n')],
  ['json', strToU8('{"a": 1}')],
  ['tfjs', strToU8('{"format": "graph-model", "modelTopology": {}}')],
  ['html', strToU8('\n\n<!DOCTYPE html><html>')],
  ['git-lfs', strToU8('version https://git-lfs.github.com/spec/v1\noid sha256:0\n')],
  ['svg', strToU8('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['tflite', strToU8('\x1c\0\0\0TFL3', true)],
  ['tflite-other-version', strToU8('\x1c\0\0\0TFL2', true)],
  ['hdf5', strToU8('\x89HDF\r\n\x1a\n', true)],
  ['pytorch', zipSync({ 'archive/data.pkl': strToU8('x'), 'archive/version': strToU8('3') })],
  ['keras', zipSync({ 'metadata.json': strToU8('{}'), 'config.json': strToU8('{}') })],
  ['task-bundle', zipSync({ 'hand_detector.tflite': strToU8('x') })],
  ['npz', zipSync({ 'x.npy': array })],
  ['zip', zipSync({ 'a/b.png': strToU8('x') })],
  ['npy', array],
  ['gzip', gzipSync(strToU8('x'))],
  ['idx', Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 0])],
  // ModelProto: ir_version = 8, graph { name = "g" }.
  ['onnx', Uint8Array.from([0x08, 8, 0x3a, 3, 0x12, 1, 0x67])],
  // SavedModel: saved_model_schema_version = 1, meta_graphs { meta_info_def {} }.
  ['saved-model', Uint8Array.from([0x08, 1, 0x12, 2, 0x0a, 0])],
  // GraphDef: node { name = "x", op = "Add" }.
  ['frozen-graph', Uint8Array.from([0x0a, 8, 0x0a, 1, 0x78, 0x12, 3, 0x41, 0x64, 0x64])],
  // Core ML's Model: specificationVersion = 4, neuralNetwork (field 500) {}.
  ['coreml', Uint8Array.from([0x08, 4, 0xa2, 0x1f, 0])],
  ['unknown', Uint8Array.from([200, 1, 2, 0])],
])('%s', (kind, bytes) => expect(detect(bytes).kind).toBe(kind));

test('any bytes have a kind and a description', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => detect(bytes).description.length > 0));
});

/** What a file is whose ending lies. */
const truth: Readonly<Record<string, string>> = {
  'empty.tflite': 'empty',
  'empty.onnx': 'empty',
  'wrong-magic.tflite': 'tflite-other-version',
  'random-64k.tflite': 'unknown',
  'random-64k.onnx': 'unknown',
  'html-page.tflite': 'html',
  'git-lfs-pointer.onnx': 'git-lfs',
  'onnx-named.tflite': 'onnx',
  'tflite-named.onnx': 'tflite',
  'keras.h5': 'hdf5',
  'tfjs-model.json': 'tfjs',
  'pytorch.pth': 'pytorch',
  'mediapipe.task': 'task-bundle',
};

test.skipIf(noShared)(`files found in the wild are called what they are${skipNote}`, () => {
  const names = readdirSync(shared('bad-inputs/models'));
  const found = Object.fromEntries(
    names.map((name) => [name, detect(readShared('bad-inputs/models', name)).kind]),
  );
  expect(found).toEqual(
    Object.fromEntries(names.map((name) => [name, truth[name] ?? name.slice(name.lastIndexOf('.') + 1)])),
  );
});
