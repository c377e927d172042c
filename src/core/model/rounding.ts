/** Nearest integer, ties away from zero: C's `round`, TensorFlow Lite's TfLiteRound. `Math.round` takes −0.5 to 0. */
export function roundHalfAway(x: number): number {
  const magnitude = Math.abs(x);
  const whole = Math.floor(magnitude);
  // `floor(magnitude + 0.5)` would be 1 for the double just below 0.5.
  return Math.sign(x) * (magnitude - whole >= 0.5 ? whole + 1 : whole);
}

/** Nearest integer, ties to the even one: C's `rint`. */
export function roundHalfEven(x: number): number {
  const whole = Math.floor(x);
  const rest = x - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? whole + 1 : whole;
}

/** Without branches: after a RELU half of all values clamp. */
export function clamp(x: number, min: number, max: number): number {
  return Math.min(Math.max(x, min), max);
}
