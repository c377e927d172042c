import { type SampleResult, worstFirst } from '../core/evaluate/outputs.ts';
import type { Answer } from '../core/evaluate/tally.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import type { ClassAnswer, OpenedSamplesInfo, SampleAnswers } from './api.ts';

function classAnswer({ class: index, score }: Answer): ClassAnswer {
  return { class: index, score };
}

/** Worst first, each with its position among all that was given: results count only what could be used. */
export function answersOf(
  results: readonly SampleResult[],
  samples: OpenedSamples | undefined,
): readonly SampleAnswers[] {
  const positions = new Map(samples?.items?.map(({ name }, position) => [name, position]));
  return worstFirst(results).map(({ index, name, label, answers, error }) => ({
    index: positions.get(name) ?? index,
    name,
    ...(label !== undefined && { label }),
    ...(answers && { float: classAnswer(answers.reference), quantized: classAnswer(answers.candidate) }),
    ...(Number.isFinite(error.sqnr) && { sqnr: error.sqnr }),
  }));
}

/** What the page lists of samples. */
export function samplesInfo({ kind, items, classNames, count }: OpenedSamples): OpenedSamplesInfo {
  return {
    kind,
    samples:
      items?.map(({ name, label }) => ({ name, ...(label !== undefined && { label }) })) ??
      Array.from({ length: count }, (_, i) => ({ name: `sample ${i}` })),
    ...(classNames && { classNames }),
  };
}
