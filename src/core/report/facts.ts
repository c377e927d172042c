import type { ErrorFigures } from '../evaluate/metrics.ts';
import type { ErrorFacts } from './report.ts';

/** JSON has no infinities, so a ratio that is one is left out. */
export function errorFacts({
  sqnr,
  cosine,
  maxError,
  meanError,
  meanSquaredError,
}: ErrorFigures): ErrorFacts {
  return {
    ...(Number.isFinite(sqnr) && { sqnr }),
    cosine,
    maxError,
    meanError,
    rmse: Math.sqrt(meanSquaredError),
  };
}
