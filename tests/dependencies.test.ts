import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Every package the project names, with its exact version and what it is for. Nothing enters without a line here. */
const production: Readonly<Record<string, readonly [version: string, reason: string]>> = {
  '@bufbuild/protobuf': ['2.17.0', 'ONNX is protobuf: runtime of the generated code'],
  '@jsquash/jpeg': [
    '1.6.0',
    'decodes JPEG to the bytes that Pillow and TensorFlow give (libjpeg as WebAssembly)',
  ],
  '@jsquash/webp': ['1.5.0', 'decodes WebP (libwebp as WebAssembly)'],
  fflate: ['0.8.3', 'inflates zip, npz and PNG; gzip sizes for reports'],
  flatbuffers: ['25.9.23', '.tflite is a flatbuffer: runtime of the generated code'],
  'jpeg-js': ['0.4.4', 'decodes CMYK JPEG, which that build of libjpeg cannot turn into RGB'],
  'onnxruntime-web': ['1.30.0', 'runs the float model, the reference'],
  react: ['19.3.1', 'draws the studio'],
  'react-dom': ['19.3.1', 'React in a browser'],
  recharts: ['3.10.1', 'histograms, loaded when one is first looked at'],
  zustand: ['5.1.0', 'the state of the page, in one store'],
};
const development: typeof production = {
  '@axe-core/playwright': ['4.13.0', 'accessibility of every screen'],
  '@biomejs/biome': ['2.6.8', 'format and lint'],
  '@bufbuild/protoc-gen-es': ['2.17.0', 'generates the ONNX code'],
  '@litertjs/core': ['2.5.3', 'LiteRT as an oracle in tests'],
  '@litertjs/wasm-utils': ['2.5.3', 'named by @litertjs/core'],
  '@playwright/test': ['1.65.1', 'the studio in a real browser'],
  '@types/node': ['20.19.43', 'types of the oldest Node we support'],
  '@types/react': ['19.3.0', 'types of React'],
  '@types/react-dom': ['19.3.0', 'types of React in a browser'],
  '@vitejs/plugin-react': ['6.3.0', 'React for the development server: changes without losing state'],
  assemblyscript: ['0.28.20', 'compiles the int8 kernels to WebAssembly'],
  'fast-check': ['4.10.2', 'property tests'],
  tsx: ['4.23.15', 'runs the command line from the sources'],
  typescript: ['7.0.2', 'compiler'],
  vite: ['8.3.8', 'bundler of the studio, and under Vitest'],
  vitest: ['4.1.10', 'test runner'],
};

/** Licences that let the project be Apache-2.0 and ask for no more than a notice. */
const licences = [
  'MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'ISC',
  '(Apache-2.0 AND BSD-3-Clause)',
  // victory-vendor, which holds d3 for recharts.
  'MIT AND ISC AND BSD-3-Clause',
];

const root = join(import.meta.dirname, '..');

function json<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function versions(list: typeof production): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(list).map(([name, [version]]) => [name, version]));
}

test('package.json names exactly these packages, in exact versions', () => {
  const manifest = json<Manifest>('package.json');
  expect(manifest.dependencies).toEqual(versions(production));
  expect(manifest.devDependencies).toEqual(versions(development));
});

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
}

test('everything that ships, indirect packages included, is licensed MIT, BSD, Apache-2.0 or alike', () => {
  const { packages } = json<{ packages: Readonly<Record<string, Locked>> }>('package-lock.json');
  const shipped = Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true);
  expect(shipped.length).toBeGreaterThanOrEqual(Object.keys(production).length);
  const licence = (path: string) => json<{ license?: string }>(`${path}/package.json`).license ?? 'none';
  expect(
    shipped.filter((path) => !licences.includes(licence(path))).map((path) => `${path}: ${licence(path)}`),
  ).toEqual([]);
});
