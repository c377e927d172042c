import { isIdx } from './idx.ts';
import { isGzip } from './inflate.ts';
import { isNpy } from './npy.ts';
import { latin1, type PictureKind, pictureKind } from './picture-kind.ts';
import { type ProtobufKind, protobufKind } from './protobuf-kind.ts';
import { type TextKind, textKind } from './text-kind.ts';
import { localNames } from './zip-local-names.ts';

export type FileKind =
  | 'empty'
  | 'unknown'
  | TextKind
  | 'tflite'
  | 'tflite-other-version'
  | ProtobufKind
  | 'hdf5'
  | 'keras'
  | 'pytorch'
  | 'pickle'
  | 'saved-model-zip'
  | 'exported-program'
  | 'ort'
  | 'safetensors'
  | 'task-bundle'
  | 'gguf'
  | 'npy'
  | 'npz'
  | 'idx'
  | 'gzip'
  | 'zip'
  | PictureKind;

/** What a file is by its content. `description` completes the sentence "This is …". */
export interface Detected {
  readonly kind: FileKind;
  readonly description: string;
}

/** Bytes from the beginning of a file that are enough to tell its kind. */
export const DETECT_LENGTH = 1 << 16;

const descriptions: Readonly<Record<FileKind, string>> = {
  empty: 'an empty file',
  unknown: 'a file of a kind that is not known here',
  text: 'a text file',
  json: 'a JSON file',
  html: 'a web page: the link probably led to a page about the file, not to the file',
  'git-lfs': 'a Git LFS pointer, not the file itself: fetch it with "git lfs pull"',
  tflite: 'a TensorFlow Lite model',
  'tflite-other-version': 'a FlatBuffers file whose identifier is not that of TensorFlow Lite ("TFL3")',
  onnx: 'an ONNX model',
  'saved-model': 'the graph of a TensorFlow SavedModel',
  'frozen-graph': 'a frozen TensorFlow 1 graph',
  'saved-model-zip': 'a zipped TensorFlow SavedModel',
  'graph-text': 'a TensorFlow graph as text (.pbtxt), which is to be frozen first if it has variables',
  checkpoint:
    'a part of a TensorFlow checkpoint, weights without a graph: save the model that they belong to as a SavedModel',
  coreml: 'a Core ML model, for which there is no way back: quantize the model that it was made from',
  caffe: 'a Caffe model',
  openvino: 'the graph of an OpenVINO model (its weights are in the .bin beside it)',
  ncnn: 'the graph of an ncnn model: quantize the model that it was made from',
  ort: 'a model in ONNX Runtime’s own format (.ort): quantize the .onnx file that it was made from',
  safetensors:
    'safetensors, weights without a graph: load them in the program that they belong to and export to .onnx',
  hdf5: 'an HDF5 file, as Keras saves models (.h5)',
  keras: 'a Keras model (.keras)',
  pytorch: 'a PyTorch checkpoint: if it holds the whole model, not its weights alone, export it to .onnx',
  'exported-program': 'a program of torch.export (.pt2)',
  pickle: 'a Python pickle',
  'tfjs-layers': 'a TensorFlow.js layers model',
  'tfjs-graph':
    'a TensorFlow.js graph model, for which there is no way back: quantize the model that it was made from',
  'task-bundle': 'a MediaPipe bundle, a zip of .tflite files: unpack it and take one of them',
  gguf: 'a GGUF language model',
  npy: 'a NumPy array',
  npz: 'an archive of NumPy arrays',
  idx: 'an IDX array, as MNIST comes',
  gzip: 'a gzip file',
  zip: 'a zip file',
  png: 'a PNG picture',
  jpeg: 'a JPEG picture',
  webp: 'a WebP picture',
  bmp: 'a BMP picture',
  gif: 'a GIF picture',
  svg: 'an SVG drawing',
  tiff: 'a TIFF picture',
  avif: 'an AVIF picture',
  heic: 'a HEIC picture',
  ico: 'an icon',
};

/**
 * Tells what a file is by its content, never by its name, so that a wrong one is refused by what it truly is.
 * @param bytes - the file, or its first `DETECT_LENGTH` bytes.
 */
export function detect(bytes: Uint8Array): Detected {
  const kind = kindOf(bytes);
  return { kind, description: descriptions[kind] };
}

function kindOf(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return 'empty';
  return (
    binaryKind(bytes) ??
    pictureKind(bytes) ??
    textKind(latin1(bytes, 0, 4096)) ??
    protobufKind(bytes) ??
    'unknown'
  );
}

function binaryKind(bytes: Uint8Array): FileKind | undefined {
  if (/^TFL\d$/.test(latin1(bytes, 4, 4)))
    return latin1(bytes, 4, 4) === 'TFL3' ? 'tflite' : 'tflite-other-version';
  if (latin1(bytes, 4, 4) === 'ORTM') return 'ort';
  const start = latin1(bytes, 0, 14);
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return zipKind(bytes);
  if (start.startsWith('\x89HDF\r\n\x1a\n')) return 'hdf5';
  if (start.startsWith('GGUF')) return 'gguf';
  if (isSafetensors(bytes)) return 'safetensors';
  if (isCheckpointIndex(bytes)) return 'checkpoint';
  // ncnn's parameters in binary form begin with 7767517, too.
  if (start.startsWith('\x1d\x85\x76\0')) return 'ncnn';
  if (isNpy(bytes)) return 'npy';
  if (isGzip(bytes)) return 'gzip';
  if (isIdx(bytes)) return 'idx';
  // torch.save before version 1.6: a pickle (protocol 2) of the magic number 0x1950a86a20f9469cfc6c.
  if (start.startsWith('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19')) return 'pytorch';
  // Python's pickle since protocol 2: the opcode PROTO and the protocol, then an opcode of the first value.
  const [proto = 0, protocol = 0] = bytes;
  if (proto === 0x80 && protocol >= 2 && protocol <= 5 && /[}\]()\x8a\x95c]/.test(start.charAt(2)))
    return 'pickle';
  return undefined;
}

/** The length of a JSON header (64 bits), and the header. */
function isSafetensors(bytes: Uint8Array): boolean {
  return /^.{5}\0{3}\{\s*"/s.test(latin1(bytes, 0, 32)) && latin1(bytes, 0, 5) !== '\0'.repeat(5);
}

/**
 * The .index of a checkpoint (tensor_bundle.cc): a table whose first key is empty and holds the number of shards, and
 * that ends with the magic number of tables.
 */
function isCheckpointIndex(bytes: Uint8Array): boolean {
  const isHeader = bytes[0] === 0 && bytes[1] === 0 && bytes[3] === 8;
  return isHeader && latin1(bytes, bytes.length - 8, 8) === '\x57\xfb\x80\x8b\x24\x75\x47\xdb';
}

function zipKind(bytes: Uint8Array): FileKind {
  const names = localNames(bytes);
  if (names.some((name) => /(^|\/)(archive_format|serialized_exported_program\.json)$/.test(name)))
    return 'exported-program';
  if (names.some((name) => /(^|\/)saved_model\.pb(txt)?$/.test(name))) return 'saved-model-zip';
  if (names.some((name) => name.includes('Data/com.apple.CoreML/'))) return 'coreml';
  if (names.some((name) => name.endsWith('/data.pkl') || name === 'data.pkl')) return 'pytorch';
  if (names.some((name) => name === 'model.weights.h5' || name === 'metadata.json')) return 'keras';
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'npz';
  return names.some((name) => /\.(tflite|task)$/.test(name)) ? 'task-bundle' : 'zip';
}
