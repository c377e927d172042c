import type { Preprocess } from '../../core/images/preprocess.ts';

type Numbers = Pick<Preprocess, 'mean' | 'std'>;

/** Common ways from pixel values x in 0 … 255 to what a model wants, (x − mean) / std. */
export const normalizations = {
  unit: { label: '0 … 1', mean: [0], std: [255] },
  signed: { label: '−1 … 1', mean: [127.5], std: [127.5] },
  raw: { label: '0 … 255', mean: [0], std: [1] },
  imagenet: {
    label: 'ImageNet mean and deviation',
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
  },
} as const satisfies Readonly<Record<string, Numbers & { readonly label: string }>>;

export type NormalizationName = keyof typeof normalizations;

export const normalizationNames = Object.keys(normalizations) as readonly NormalizationName[];

/** One number stands for the same one in all channels. */
function same(a: readonly number[], b: readonly number[]): boolean {
  const count = Math.max(a.length, b.length);
  const at = (values: readonly number[], i: number) => values[i] ?? values[0];
  return Array.from({ length: count }, (_, i) => at(a, i) === at(b, i)).every(Boolean);
}

/** The common way that these numbers are, or `undefined`. */
export function normalizationOf({ mean, std }: Numbers): NormalizationName | undefined {
  return normalizationNames.find((name) => {
    const known = normalizations[name];
    return same(known.mean, mean) && same(known.std, std);
  });
}
