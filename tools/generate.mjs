/**
 * Regenerates the TypeScript of the file formats from the schemas in this project. Needs `flatc` (2.0.8 or newer)
 * on the path; protoc's part comes with the dev dependency `@bufbuild/protoc-gen-es` and needs `protoc`.
 * The output is committed, so users and CI need neither.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

const formats = 'src/core/formats';

for (const name of ['tflite', 'metadata']) {
  const out = `${formats}/${name === 'tflite' ? 'tflite' : 'tflite/metadata'}/generated`;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  // Metadata is only read, so it goes without the object API.
  const api = name === 'tflite' ? ['--gen-object-api'] : [];
  execFileSync('flatc', ['--ts', ...api, '-o', out, `${formats}/tflite/schema/${name}.fbs`], {
    stdio: 'inherit',
  });
}

const out = `${formats}/onnx/generated`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync(
  'protoc',
  [
    '--plugin=node_modules/.bin/protoc-gen-es',
    `--es_out=${out}`,
    '--es_opt=target=ts',
    `--proto_path=${formats}/onnx/schema`,
    'onnx.proto',
  ],
  { stdio: 'inherit' },
);
