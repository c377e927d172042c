/** Round numbers in [low, high], about `count` of them: multiples of 1, 2 or 5 times a power of ten. */
export function roundTicks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  // Multiplying whole numbers keeps 0 exactly 0; rounding drops what the product adds behind.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Counts that a logarithmic axis up to `most` is marked with: 0 and powers of ten, at most five of them. */
export function powerTicks(most: number): readonly number[] {
  const powers = Math.max(1, Math.floor(Math.log10(Math.max(1, most))));
  const every = Math.ceil(powers / 4);
  return [0, ...Array.from({ length: Math.floor(powers / every) }, (_, i) => 10 ** ((i + 1) * every))];
}
