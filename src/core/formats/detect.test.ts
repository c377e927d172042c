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
  ['tfjs-graph', strToU8('{"format": "graph-model", "modelTopology": {}}')],
  ['tfjs-graph', strToU8('{"modelTopology": {"node": []}}')],
  ['tfjs-layers', strToU8('{"format": "layers-model", "modelTopology": {}}')],
  ['tfjs-layers', strToU8('{"modelTopology": {"keras_version": "2.2"}}')],
  ['coreml', strToU8('{"fileFormatVersion": "1.0.0", "itemInfoEntries": {}, "rootModelIdentifier": "x"}')],
  ['caffe', strToU8('name: "net"\nlayer {\n  name: "conv"\n  type: "Convolution"\n  bottom: "data"\n}\n')],
  ['text', strToU8('layer {\n  of: paint\n}\n')],
  ['openvino', strToU8('<?xml version="1.0"?>\n<net name="n" version="11">\n\t<layers>\n')],
  ['text', strToU8('<?xml version="1.0"?>\n<annotation><folder>x</folder></annotation>')],
  ['ncnn', strToU8('7767517\n75 83\nInput data 0 1 data\n')],
  ['ncnn', Uint8Array.of(0x1d, 0x85, 0x76, 0, 75, 0, 0, 0)],
  ['saved-model', strToU8('saved_model_schema_version: 1\nmeta_graphs {\n')],
  ['graph-text', strToU8('node {\n  name: "x"\n  op: "Placeholder"\n}\n')],
  ['checkpoint', strToU8('model_checkpoint_path: "model.ckpt-0"\n')],
  // A table of one block: the empty key with the header of the bundle (one shard), and the magic number at the end.
  [
    'checkpoint',
    Uint8Array.of(0, 0, 2, 8, 1, ...new Uint8Array(48), 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb),
  ],
  ['safetensors', Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0, ...strToU8('{"__metadata__":'))],
  ['html', strToU8('\n\n<!DOCTYPE html><html>')],
  ['git-lfs', strToU8('version https://git-lfs.github.com/spec/v1\noid sha256:0\n')],
  ['svg', strToU8('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['tflite', strToU8('\x1c\0\0\0TFL3', true)],
  ['tflite-other-version', strToU8('\x1c\0\0\0TFL2', true)],
  ['ort', strToU8('\x1c\0\0\0ORTM', true)],
  ['hdf5', strToU8('\x89HDF\r\n\x1a\n', true)],
  ['pytorch', zipSync({ 'archive/data.pkl': strToU8('x'), 'archive/version': strToU8('3') })],
  ['keras', zipSync({ 'metadata.json': strToU8('{}'), 'config.json': strToU8('{}') })],
  ['task-bundle', zipSync({ 'hand_detector.tflite': strToU8('x') })],
  [
    'exported-program',
    zipSync({ 'net/archive_format': strToU8('pt2'), 'net/models/model.json': strToU8('{}') }),
  ],
  ['exported-program', zipSync({ 'serialized_exported_program.json': strToU8('{}') })],
  ['saved-model-zip', zipSync({ net: { 'saved_model.pb': strToU8('x') } })],
  ['saved-model-zip', zipSync({ 'net/variables/': {}, 'net/saved_model.pb': strToU8('x') })],
  ['coreml', zipSync({ 'net.mlpackage/Data/com.apple.CoreML/model.mlmodel': strToU8('x') })],
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
  // serializedModel (field 3000) {}.
  ['coreml', Uint8Array.from([0x08, 4, 0xc2, 0xbb, 1, 0])],
  // ModelDescription: output (10) {}.
  ['coreml', Uint8Array.from([0x08, 1, 0x12, 2, 0x52, 0])],
  // NetParameter: name = "n", layer (100) { name = "c", type = "ReLU" }.
  ['caffe', Uint8Array.from([0x0a, 1, 0x6e, 0xa2, 6, 9, 0x0a, 1, 0x63, 0x12, 4, ...strToU8('ReLU')])],
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
  'tfjs-model.json': 'tfjs-layers',
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
