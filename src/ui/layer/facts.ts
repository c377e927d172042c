import type { LayerRow } from '../../core/report/report.ts';
import * as numbers from '../parts/numbers.ts';

/** Bounds of the types that activations are quantized to. */
const bounds: Readonly<Partial<Record<LayerRow['dtype'], readonly [min: number, max: number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
};

/** The interval of real values that a quantized tensor's grid holds; `undefined` for one that is not quantized. */
export function gridOf({
  scale,
  zeroPoint,
  dtype,
}: LayerRow): { readonly min: number; readonly max: number } | undefined {
  const [min, max] = bounds[dtype] ?? [];
  if (scale === undefined || zeroPoint === undefined || min === undefined || max === undefined)
    return undefined;
  return { min: (min - zeroPoint) * scale, max: (max - zeroPoint) * scale };
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
      `${row.dtype} holds ${numbers.real(grid.min)} to ${numbers.real(grid.max)} in steps of ${numbers.real(scale)}; its zero point is ${numbers.real(zeroPoint ?? 0)}.`,
    );
  if (clipped !== undefined) sentences.push(`Clipped: ${numbers.share(clipped)} of the values.`);
  return sentences.join(' ');
}
