import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { mainGraph, tensorAt } from '../../src/core/model/graph.ts';
import type { Model, Sample, TensorId } from '../../src/core/model/types.ts';
import type { Bounds } from '../../src/core/quantize/assign.ts';

type Ranges = ReadonlyMap<TensorId, Bounds>;

/** A file and what TensorFlow's interpreter answered to the inputs, one after the other without a reset. */
export interface Answered {
  readonly model: Model;
  /** For each run the bytes of each output. */
  readonly outputs: readonly (readonly Uint8Array[])[];
}

/** int8, int16x8: of the older quantizer. float_variables: of the newer one, int8 around variables in float. */
export type QuantizedFile = 'int8' | 'int16x8' | 'float_variables';

/** A model with resource variables, and what TensorFlow made of it. */
export interface VariablesGolden {
  readonly name: string;
  readonly float: Answered;
  readonly quantized: Readonly<Partial<Record<QuantizedFile, Answered>>>;
  readonly inputs: readonly Sample[];
  readonly calibration: readonly Sample[];
  /** What its calibrator saw: in all of the calibration, variables going on from sample to sample, and in the first sample. */
  readonly ranges: Ranges;
  readonly firstRanges: Ranges;
}

/** A line of the file; models and values in base64. */
interface Line {
  readonly name: string;
  readonly float: string;
  readonly outputs: readonly (readonly string[])[];
  readonly quantized: Readonly<
    Partial<Record<QuantizedFile, { readonly file: string; readonly outputs: Line['outputs'] }>>
  >;
  readonly inputs: readonly string[];
  readonly calibration: readonly string[];
  readonly ranges: readonly { readonly i: number; readonly min: number; readonly max: number }[];
  readonly firstRanges: Line['ranges'];
}

const bytesOfText = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

function answered(file: string, outputs: Line['outputs']): Answered {
  return { model: readTflite(bytesOfText(file)), outputs: outputs.map((run) => run.map(bytesOfText)) };
}

function goldenOf(line: Line): VariablesGolden {
  const float = answered(line.float, line.outputs);
  const graph = mainGraph(float.model);
  const { shape } = tensorAt(graph, graph.inputs[0] as TensorId);
  const sampleOf = (text: string): Sample => [
    { shape, dtype: 'float32', data: new Float32Array(bytesOfText(text).buffer) },
  ];
  const rangesOf = (list: Line['ranges']): Ranges =>
    new Map(list.map(({ i, min, max }) => [i as TensorId, { min, max }]));
  const files = Object.entries(line.quantized).map(([kind, { file, outputs }]) => [
    kind,
    answered(file, outputs),
  ]);
  return {
    name: line.name,
    float,
    quantized: Object.fromEntries(files),
    inputs: line.inputs.map(sampleOf),
    calibration: line.calibration.map(sampleOf),
    ranges: rangesOf(line.ranges),
    firstRanges: rangesOf(line.firstRanges),
  };
}

/** All cases of tests/golden/variables.jsonl.gz. */
export function readVariablesGolden(): readonly VariablesGolden[] {
  const file = readFileSync(join(import.meta.dirname, '../golden/variables.jsonl.gz'));
  const lines = gunzipSync(file).toString().trim().split('\n');
  return lines.map((line) => goldenOf(JSON.parse(line) as Line));
}
