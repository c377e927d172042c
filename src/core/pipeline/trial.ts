import { realsOf, refit } from '../evaluate/reals.ts';
import type { Executor } from '../execute/executor.ts';
import { mainGraph, tensorAt } from '../model/graph.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Model, Sample } from '../model/types.ts';

/** Samples that a file is run on before it is handed over. */
const trialSamples = 3;

/** A model's outputs for samples of `float`, one after the other, as real numbers. The executor is used up. */
export async function answersTo(
  samples: readonly Sample[],
  { executor, model, float }: { readonly executor: Executor; readonly model: Model; readonly float: Model },
): Promise<readonly (readonly number[])[]> {
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

/** The first samples. */
export async function samplesToTry(source: SampleSource): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const { sample } of source.open()) {
    samples.push(sample);
    if (samples.length === trialSamples) break;
  }
  return samples;
}
