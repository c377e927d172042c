import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { openModel } from './open-model.ts';

const text = (value: string) => new TextEncoder().encode(value);
/** Fields of protobuf messages: number, wire type 2. */
const field = (number: number, content: Uint8Array) =>
  Uint8Array.of((number << 3) | 2, content.length, ...content);
const bytes = (...parts: (Uint8Array | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));

/** GraphDef: a NodeDef with its name and op. */
const frozenGraph = field(1, bytes(field(1, text('input')), field(2, text('Placeholder'))));
/** SavedModel: schema version 1, then a MetaGraphDef. */
const savedModel = bytes(0x08, 0x01, field(2, field(1, text('serve'))));
const hdf5 = bytes(0x89, text('HDF\r\n'), 0x1a, 0x0a, new Uint8Array(64));

test.each([
  ['net.h5', hdf5, 'an HDF5 file, as Keras saves models', "load_model('net.h5')"],
  ['graph.pb', frozenGraph, 'a frozen TensorFlow 1 graph', "--graph_def_file='graph.pb'"],
  ['saved_model.pb', savedModel, 'the graph of a TensorFlow SavedModel', "--saved_model_dir='.'"],
  ['my nets/one/saved_model.pb', savedModel, 'SavedModel', "--saved_model_dir='my nets/one'"],
  ['/saved_model.pb', savedModel, 'SavedModel', "--saved_model_dir='/'"],
  ['renamed.pb', savedModel, 'SavedModel', '--saved_model_dir=FOLDER'],
  [
    'net.zip',
    zipSync({ net: { 'saved_model.pb': savedModel } }),
    'a zipped TensorFlow SavedModel',
    "unzip -q 'net.zip' -d unpacked && tflite_convert --saved_model_dir=",
  ],
  [
    'graph.pbtxt',
    text('node {\n  name: "x"\n  op: "Placeholder"\n}\n'),
    'as text',
    "--graph_def_file='graph.pbtxt'",
  ],
  ['net.pt2', zipSync({ 'net/archive_format': text('pt2') }), 'torch.export', "torch.export.load('net.pt2')"],
  [
    'model.json',
    text('{"format": "layers-model", "modelTopology": {}}'),
    'a TensorFlow.js layers model',
    "--output_format=keras 'model.json' model.h5 && python",
  ],
])('%s is named, with the line that converts it', (name, file, description, command) => {
  try {
    openModel(name, file);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    const { code, message, details } = error as Problem;
    expect(code).toBe('file/other-kind');
    expect(message).toContain(description);
    expect(message).toContain(command);
    expect(details.command).toContain(command);
  }
});
