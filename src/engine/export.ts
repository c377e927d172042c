import { realsOf, refit } from '../core/evaluate/reals.ts';
import { createInt8Executor } from '../core/execute/int8/executor.ts';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { writeTflite } from '../core/formats/tflite/write.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { Model, Sample } from '../core/model/types.ts';
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

/** Samples that the file is run on before it is handed over. */
const checkedSamples = 3;

/** A model's outputs for samples of `float`, as real numbers. */
async function answersOf(
  model: Model,
  float: Model,
  { samples, kernels }: { readonly samples: readonly Sample[]; readonly kernels: KernelFactory },
): Promise<readonly number[][]> {
  const executor = createInt8Executor(model, { arithmetic: 'tflm', kernels });
  const [own, given] = [mainGraph(model), mainGraph(float)];
  const answers: number[][] = [];
  for (const sample of samples) {
    const outputs = await executor.execute(refit(sample, given, own));
    answers.push(
      outputs.flatMap((value, i) => {
        const id = own.outputs[i];
        return id === undefined ? [] : [...realsOf(value, tensorAt(own, id))];
      }),
    );
  }
  executor.dispose();
  return answers;
}

async function firstSamples(source: OpenedSamples): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const { sample } of source.open()) {
    samples.push(sample);
    if (samples.length === checkedSamples) break;
  }
  return samples;
}

/** What was checked of the answers, or why they could not be: some ops have no kernel here, and run elsewhere all the same. */
async function checkAnswers(file: Model, { shown, float, samples: source, kernels }: Job): Promise<string> {
  if (source === undefined) return 'Not run: there are no samples';
  const samples = await firstSamples(source);
  let read: readonly number[][];
  try {
    read = await answersOf(file, float, { samples, kernels });
  } catch (error) {
    if (error instanceof Problem && error.code === 'model/unsupported-op')
      return `Not run here: ${error.message}`;
    throw error;
  }
  const page = await answersOf(shown, float, { samples, kernels });
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
  return { name: `${name.replace(/\.[^.]*$/, '')}_${suffixes[recipe.mode]}.tflite`, bytes, checks };
}
