import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { elementCount, elementsOf } from '../../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../../src/core/model/graph.ts';
import type { Model, Sample, TensorData, TensorId } from '../../src/core/model/types.ts';

/** One operator in one form, with what TensorFlow's kernels answered. */
export interface KernelForm {
  /** `int8_conv_a`: type, operator, what is tried. */
  readonly name: string;
  /** Which of TensorFlow's kernel sets answered. */
  readonly runtime: string;
  readonly model: Model;
  readonly cases: readonly { readonly inputs: Sample; readonly outputs: Sample }[];
}

/** A line of such a file; file and values in base64. */
interface Line {
  readonly name: string;
  readonly runtime: string;
  readonly model: string;
  readonly cases: readonly { readonly inputs: readonly string[]; readonly outputs: readonly string[] }[];
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function formOf({ name, runtime, model: file, cases }: Line): KernelForm {
  const model = readTflite(bytes(file));
  const graph = mainGraph(model);
  const values = (ids: readonly TensorId[], given: readonly string[]): Sample =>
    ids.map((id, k): TensorData => {
      const { shape, dtype } = tensorAt(graph, id);
      return { shape, dtype, data: elementsOf(bytes(given[k] ?? ''), dtype, elementCount(shape)) };
    });
  return {
    name,
    runtime,
    model,
    cases: cases.map(({ inputs, outputs }) => ({
      inputs: values(graph.inputs, inputs),
      outputs: values(graph.outputs, outputs),
    })),
  };
}

/** Every form of a file in tests/golden. */
export function readKernelForms(name: 'kernels' | 'mixed-kernels'): readonly KernelForm[] {
  const file = readFileSync(join(import.meta.dirname, `../golden/${name}.jsonl.gz`));
  const lines = gunzipSync(file).toString('utf8').split('\n');
  return lines.map((line) => formOf(JSON.parse(line) as Line));
}
