/** A share with the counts it comes from and the interval that the true share likely lies in. */
export interface Proportion {
  readonly hits: number;
  readonly total: number;
  /** 95 % confidence, 0 to 1. */
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

/**
 * Wilson's score interval (E. B. Wilson, 1927), which holds for few samples and for shares near 0 and 1, where the
 * textbook interval p ± z·√(p(1−p)/n) claims certainty.
 * @param total - greater than 0.
 */
export function proportion(hits: number, total: number): Proportion {
  const p = hits / total;
  const center = p + (z * z) / (2 * total);
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const norm = 1 + (z * z) / total;
  return {
    hits,
    total,
    low: Math.max(0, (center - spread) / norm),
    high: Math.min(1, (center + spread) / norm),
  };
}
