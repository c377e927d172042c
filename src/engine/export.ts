import { createInt8Executor } from '../core/execute/int8/executor.ts';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { writeTflite } from '../core/formats/tflite/write.ts';
import type { Model } from '../core/model/types.ts';
import { answersTo, samplesToTry } from '../core/pipeline/trial.ts';
import { Problem } from '../core/problem.ts';
import { quantize } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { Scheme } from '../core/quantize/scheme.ts';
import type { Ranges } from '../core/ranges/choose.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import type { ExportedFile } from './api.ts';

interface Job {
  /** Of the float model's file. */
  readonly name: string;
  readonly recipe: Recipe;
  readonly float: Model;
  readonly ranges: Ranges;
  /** The quantized model whose answers the page shows. */
  readonly shown: Model;
  /** Absent where there are none: the file is then only read back. */
  readonly samples?: OpenedSamples;
  readonly kernels: KernelFactory;
}

/** What a file's name ends with. */
const suffixes: Readonly<Record<Scheme, string>> = {
  int8: 'int8',
  int16x8: 'int16x8',
  uint8: 'uint8',
  'dynamic-range': 'dynamic_range',
  'weights-only': 'weights_only',
  float16: 'float16',
  float: 'quantized',
};

/** What the file that a recipe makes of `name` is called. */
export function exportName(name: string, { mode }: Recipe, ending: 'tflite' | 'onnx'): string {
  return `${name.replace(/\.[^.]*$/, '')}_${suffixes[mode]}.${ending}`;
}

/** What was checked of the answers, or why they could not be: some ops have no kernel here, and run elsewhere all the same. */
async function checkAnswers(file: Model, { shown, float, samples: source, kernels }: Job): Promise<string> {
  if (source === undefined) return 'Not run: there are no samples';
  const samples = await samplesToTry(source);
  const answersOf = (model: Model) =>
    answersTo(samples, {
      executor: createInt8Executor(model, { arithmetic: 'tflm', kernels }),
      model,
      float,
    });
  let read: Awaited<ReturnType<typeof answersTo>>;
  try {
    read = await answersOf(file);
  } catch (error) {
    if (error instanceof Problem && error.code === 'model/unsupported-op')
      return `Not run here: ${error.message}`;
    throw error;
  }
  const page = await answersOf(shown);
  const sample = read.findIndex((answer, i) => answer.some((value, k) => value !== page[i]?.[k]));
  if (sample >= 0) {
    const text = `Read back, the file answers otherwise than shown on sample ${sample}.`;
    throw new Problem('export/refused', text, { sample });
  }
  return `The same answers as shown here on ${samples.length} samples`;
}

/**
 * Makes the file, reads it back and runs it, so that nothing is handed over that does not answer as the page shows.
 * @throws Problem `export/refused` when it answers otherwise.
 */
export async function exportChecked(job: Job): Promise<ExportedFile> {
  const { name, recipe, float, ranges } = job;
  const written = writeTflite(quantize(float, ranges, recipe).model);
  const bytes = new Uint8Array(written.length);
  bytes.set(written);
  const checks = ['Read back without a problem', await checkAnswers(readTflite(bytes), job)];
  return { name: exportName(name, recipe, 'tflite'), bytes, checks };
}
