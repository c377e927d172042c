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
  readonly samples: OpenedSamples;
  readonly kernels: KernelFactory;
}

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

/**
 * Makes the file, reads it back and runs it, so that nothing is handed over that does not answer as the page shows.
 * @throws Problem `export/refused` when it answers otherwise.
 */
export async function exportChecked({
  name,
  recipe,
  float,
  ranges,
  shown,
  samples,
  kernels,
}: Job): Promise<ExportedFile> {
  const written = writeTflite(quantize(float, ranges, recipe).model);
  const bytes = new Uint8Array(written.length);
  bytes.set(written);
  const first = await firstSamples(samples);
  const [file, page] = [
    await answersOf(readTflite(bytes), float, { samples: first, kernels }),
    await answersOf(shown, float, { samples: first, kernels }),
  ];
  const different = file.findIndex((answer, i) => answer.some((value, k) => value !== page[i]?.[k]));
  if (different >= 0) {
    throw new Problem(
      'export/refused',
      `Read back, the file answers otherwise than shown on sample ${different}.`,
      {
        sample: different,
      },
    );
  }
  const checks = ['Read back without a problem', `The same answers as shown here on ${first.length} samples`];
  return { name: `${name.replace(/\.[^.]*$/, '')}_int8.tflite`, bytes, checks };
}
