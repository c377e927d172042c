import type { LayerRow } from '../../core/report/report.ts';
import * as numbers from '../parts/numbers.ts';

/** The interval of real values that an int8 grid holds, from −128 to 127. */
export function gridOf({
  scale,
  zeroPoint,
  dtype,
}: LayerRow): { readonly min: number; readonly max: number } | undefined {
  if (scale === undefined || zeroPoint === undefined || dtype !== 'int8') return undefined;
  return { min: (-128 - zeroPoint) * scale, max: (127 - zeroPoint) * scale };
}

/** What the histogram of a layer's output shows, in sentences of figures. */
export function histogramFacts(row: LayerRow, samples: number): string {
  const { observed, scale, zeroPoint, clipped } = row;
  const grid = gridOf(row);
  const sentences: string[] = [];
  if (observed)
    sentences.push(
      `Values from ${numbers.real(observed.min)} to ${numbers.real(observed.max)} in ${numbers.counted(samples, 'picture')}.`,
    );
  if (grid && scale !== undefined)
    sentences.push(
      `int8 holds ${numbers.real(grid.min)} to ${numbers.real(grid.max)} in steps of ${numbers.real(scale)}; its zero point is ${numbers.real(zeroPoint ?? 0)}.`,
    );
  if (clipped !== undefined) sentences.push(`Clipped: ${numbers.share(clipped)} of the values.`);
  return sentences.join(' ');
}
