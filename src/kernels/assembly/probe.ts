/** The relaxed dot alone, so that the host can see what the machine computes. Never called in the baseline build. */
export function dot(left: usize, right: usize, sum: usize, out: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    v128.store(out, i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(left), v128.load(right), v128.load(sum)));
  }
}
