import { type Call, quietCall } from '../call.ts';
import { Problem } from '../problem.ts';
import type { NamedSample, SampleSource, SkippedSample } from './samples.ts';

export interface Seen {
  /** Samples that were used. */
  readonly samples: number;
  readonly skipped: readonly SkippedSample[];
}

/**
 * Hands every usable sample to `use`, with progress and a chance to cancel before each.
 * @param options.limit - stops after that many.
 * @throws Problem `images/none` when there was none.
 */
export async function eachSample(
  source: SampleSource,
  use: (sample: NamedSample, index: number) => Promise<unknown>,
  {
    limit = Number.POSITIVE_INFINITY,
    call = quietCall,
  }: { readonly limit?: number; readonly call?: Call | undefined },
): Promise<Seen> {
  const skipped: SkippedSample[] = [];
  const total = Math.min(limit, source.count);
  let samples = 0;
  for await (const sample of source.open((name, problem) => skipped.push({ name, problem }))) {
    if (samples >= limit) break;
    await call.checkpoint();
    const seen = Math.min(samples + skipped.length, total - 1);
    call.progress(seen / total, `Sample ${seen + 1} of ${total}`);
    await use(sample, samples);
    samples++;
  }
  if (samples > 0) return { samples, skipped };
  const [first] = skipped;
  const reason =
    first === undefined ? '' : ` ${skipped.length} were skipped; “${first.name}”: ${first.problem.message}`;
  throw new Problem('images/none', `There is no sample to work with.${reason}`, {
    skipped: skipped.map(({ name, problem }) => ({ name, code: problem.code })),
  });
}
