import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import type { Model, TensorId } from '../../src/core/model/types.ts';
import type { Bounds } from '../../src/core/quantize/assign.ts';

/** A recurrent operator, and what TensorFlow made of it from one sample. */
export interface RecurrentGolden {
  readonly name: string;
  readonly float: Model;
  readonly int8: Model;
  readonly input: Float32Array;
  /** Of the float and of the int8 model for `input`. */
  readonly output: Float32Array;
  readonly int8Output: Float32Array;
  /** What its calibrator saw in that run, by the float file's tensors. */
  readonly ranges: ReadonlyMap<TensorId, Bounds>;
}

/** A line of the file; models and values in base64. */
type Line = { readonly [K in 'name' | 'float' | 'int8' | 'input' | 'output' | 'int8Output']: string } & {
  readonly ranges: readonly { readonly i: number; readonly min: number; readonly max: number }[];
};

function goldenOf(line: Line): RecurrentGolden {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  const floats = (text: string) => new Float32Array(bytes(text).buffer);
  return {
    name: line.name,
    float: readTflite(bytes(line.float)),
    int8: readTflite(bytes(line.int8)),
    input: floats(line.input),
    output: floats(line.output),
    int8Output: floats(line.int8Output),
    ranges: new Map(line.ranges.map(({ i, min, max }) => [i as TensorId, { min, max }])),
  };
}

/** All cases of tests/golden/recurrent.jsonl.gz. */
export function readRecurrentGolden(): readonly RecurrentGolden[] {
  const file = readFileSync(join(import.meta.dirname, '../golden/recurrent.jsonl.gz'));
  const lines = gunzipSync(file).toString().trim().split('\n');
  return lines.map((line) => goldenOf(JSON.parse(line) as Line));
}
