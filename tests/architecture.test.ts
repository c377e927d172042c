import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Which folders of src a folder may import from, and which packages. The whole architecture in one table: data flows
 * down the list of core's folders, and a folder sees only what stands above it (besides itself).
 */
const base = ['core', 'core/model'];
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'core/model': ['core'],
  'core/formats': [...base, 'fflate'],
  'core/formats/tflite': [...base, 'core/formats', 'fflate', 'flatbuffers'],
  'core/formats/onnx': [...base, 'core/formats', '@bufbuild/protobuf'],
  'core/onnx': [...base, 'core/formats/onnx'],
  'core/qdq': [...base, 'core/formats/onnx', 'core/onnx'],
  'core/layout': base,
  'core/translate': [...base, 'core/formats/onnx', 'core/onnx'],
  'core/prepare': base,
  'core/images': base,
  'core/samples': [...base, 'core/formats', 'core/images', 'fflate'],
  'core/execute': base,
  'core/lower': [...base, 'core/formats/onnx', 'core/execute'],
  'core/calibrate': [...base, 'core/execute'],
  'core/ranges': [...base, 'core/calibrate'],
  'core/quantize': [...base, 'core/prepare', 'core/ranges'],
  'core/evaluate': [...base, 'core/images', 'core/execute'],
  'core/targets': [...base, 'core/prepare', 'core/quantize'],
  'core/report': [
    ...base,
    'core/prepare',
    'core/calibrate',
    'core/ranges',
    'core/quantize',
    'core/evaluate',
    'fflate',
  ],
  'core/pipeline': [
    ...base,
    'core/formats',
    'core/formats/tflite',
    'core/formats/onnx',
    'core/onnx',
    'core/translate',
    'core/layout',
    'core/qdq',
    'core/calibrate',
    'core/evaluate',
    'core/execute',
    'core/images',
    'core/prepare',
    'core/quantize',
    'core/ranges',
    'core/report',
  ],
  codecs: [...base, 'core/formats', 'jpeg-js', '@jsquash/jpeg', '@jsquash/webp'],
  kernels: [...base, 'core/execute'],
  float: [...base, 'core/execute', 'core/lower', 'onnxruntime-web'],
  engine: ['core', 'core/*', 'codecs', 'float', 'kernels', '@jsquash/jpeg', '@jsquash/webp'],
  app: ['core', 'core/*', 'engine', 'react', 'zustand'],
  ui: ['core', 'core/*', 'app', 'react', 'react-dom', 'recharts'],
  cli: ['core', 'core/*', 'codecs', 'float', 'kernels', 'node:*'],
};

const root = join(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  // main.tsx puts the parts together, so it may import all of them.
  .filter(
    (file) =>
      file !== 'main.tsx' &&
      /\.tsx?$/.test(file) &&
      !/\.test\.ts$/.test(file) &&
      !file.includes('/generated/'),
  );

/** The longest folder of the table that `path` lies in. */
function folderOf(path: string): string {
  const names = Object.keys(allowed).filter((name) => path.startsWith(`${name}/`));
  return names.sort((a, b) => b.length - a.length)[0] ?? '';
}

function place(file: string, target: string): string {
  if (target.startsWith('.')) return folderOf(posix.join(dirname(file), target));
  if (target.startsWith('node:')) return 'node:*';
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

function mayImport(folder: string, target: string): boolean {
  if (folder === target) return true;
  return (allowed[folder] ?? []).some(
    (entry) => entry === target || (entry.endsWith('/*') && target.startsWith(entry.slice(0, -1))),
  );
}

test('every source file lies in a folder of the table', () => {
  expect(files.filter((file) => folderOf(file) === '')).toEqual([]);
});

test.each(files)('%s imports only what its folder may', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const targets = [...text.matchAll(/(?:from\s+|import\s*\(?\s*)['"]([^'"]+)['"]/g)].map(
    ([, target]) => target ?? '',
  );
  expect(targets.filter((target) => !mayImport(folderOf(file), place(file, target)))).toEqual([]);
});
