import { DETECT_LENGTH, detect, type FileKind } from '../core/formats/detect.ts';
import type { GivenFile } from '../engine/api.ts';

const modelKinds: readonly FileKind[] = ['tflite', 'onnx'];

const sampleKinds: readonly FileKind[] = [
  'png',
  'jpeg',
  'webp',
  'bmp',
  'gif',
  'zip',
  'npy',
  'npz',
  'idx',
  'gzip',
];

async function kindOf({ file }: GivenFile): Promise<FileKind> {
  return detect(new Uint8Array(await file.slice(0, DETECT_LENGTH).arrayBuffer())).kind;
}

/** Endings that save looking into thousands of pictures. */
const noModel = /\.(png|jpe?g|webp|bmp|gif|csv|txt|npy|npz)$/i;

/** Whether a file may be the model, or belong to it. */
export function mayBeOfModel({ path }: GivenFile): boolean {
  return !noModel.test(path);
}

/** The model among files, by its content. */
export async function findModel(files: readonly GivenFile[]): Promise<GivenFile | undefined> {
  for (const file of files) if (mayBeOfModel(file) && modelKinds.includes(await kindOf(file))) return file;
  // A lone file that holds no samples was meant as a model: opening it says what it is.
  const [only] = files;
  if (files.length !== 1 || only === undefined || !mayBeOfModel(only)) return undefined;
  return sampleKinds.includes(await kindOf(only)) ? undefined : only;
}
