import type { Comparison } from '../evaluate/compare.ts';
import { worstFirst } from '../evaluate/outputs.ts';
import type { Proportion } from '../evaluate/proportion.ts';
import type { ModelFigures } from '../evaluate/tally.ts';
import { mainGraph, tensorAt } from '../model/graph.ts';
import type { Model } from '../model/types.ts';
import { errorFacts } from './facts.ts';
import type { ErrorFacts } from './report.ts';

/** Two models on the same samples, as plain JSON. */
export interface ComparisonFacts {
  readonly samples: number;
  readonly reference: ModelFigures;
  readonly candidate: ModelFigures;
  readonly agreement?: Proportion;
  readonly outputs: readonly ErrorFacts[];
  /** Tensors that both have, in execution order. */
  readonly tensors: readonly {
    readonly name: string;
    readonly reference: number;
    readonly candidate: number;
    readonly error: ErrorFacts;
  }[];
  /** Worst first. */
  readonly worst: readonly {
    readonly name: string;
    readonly reference?: number;
    readonly candidate?: number;
    readonly error: ErrorFacts;
  }[];
}

const worstCount = 10;

export function comparisonFacts({ outputs, layers }: Comparison, reference: Model): ComparisonFacts {
  const graph = mainGraph(reference);
  return {
    samples: outputs.samples,
    reference: outputs.reference,
    candidate: outputs.candidate,
    ...(outputs.agreement && { agreement: outputs.agreement }),
    outputs: outputs.outputs.flatMap((figures) => (figures === undefined ? [] : [errorFacts(figures)])),
    tensors: layers.tensors.map((error) => ({
      name: tensorAt(graph, error.reference).name,
      reference: error.reference,
      candidate: error.candidate,
      error: errorFacts(error.accumulated),
    })),
    worst: worstFirst(outputs.results)
      .slice(0, worstCount)
      .map(({ name, answers, error }) => ({
        name,
        ...(answers && { reference: answers.reference.class, candidate: answers.candidate.class }),
        error: errorFacts(error),
      })),
  };
}
