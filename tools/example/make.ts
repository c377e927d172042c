/**
 * Makes the example in public/examples/fruit: renders its pictures, trains the net, puts the problem in and writes the
 * files. With `--check` it writes nothing and fails where a committed file differs from what it made.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeTflite } from '../../src/core/formats/tflite/write.ts';
import { exampleFiles } from './files.ts';
import { fold } from './folded.ts';
import { modelOf } from './model.ts';
import { withProblem } from './problem.ts';
import { train } from './train.ts';

const folder = join(import.meta.dirname, '../../public/examples/fruit');

function makeAll(): ReadonlyMap<string, Uint8Array> {
  const network = train((line) => console.log(line));
  return new Map([...exampleFiles(), ['model.tflite', writeTflite(modelOf(withProblem(fold(network))))]]);
}

function write(files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  console.log(`Wrote ${files.size} files to ${folder}`);
}

function check(files: ReadonlyMap<string, Uint8Array>): void {
  const isCommitted = (path: string, bytes: Uint8Array): boolean =>
    existsSync(join(folder, path)) && readFileSync(join(folder, path)).equals(bytes);
  const differing = [...files].filter(([path, bytes]) => !isCommitted(path, bytes)).map(([path]) => path);
  console.log(
    differing.length === 0
      ? `All ${files.size} files are as committed.`
      : `These differ: ${differing.join(', ')}`,
  );
  if (differing.length > 0) process.exitCode = 1;
}

const files = makeAll();
if (process.argv.includes('--check')) check(files);
else write(files);
