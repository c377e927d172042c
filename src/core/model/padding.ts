import type { Padding } from './options.ts';

/** A sliding window along one dimension, in elements. */
export interface Window {
  readonly size: number;
  readonly stride: number;
  /** Distance between the window's taps; 1 for pooling. */
  readonly dilation: number;
}

/** How many positions a window takes along `input` elements (TFLite `kernels/padding.h` ComputeOutSize). */
export function outputSize(padding: Padding, input: number, window: Window): number {
  const reach = (window.size - 1) * window.dilation + 1;
  const room = padding === 'SAME' ? input + window.stride - 1 : input + window.stride - reach;
  return Math.floor(room / window.stride);
}

/**
 * Elements added before and after `input`; where the total is odd, the greater part comes after
 * (TFLite `kernels/padding.h` ComputePaddingWithOffset).
 */
export function paddingOf(
  padding: Padding,
  input: number,
  window: Window,
): { readonly before: number; readonly after: number } {
  const reach = (window.size - 1) * window.dilation + 1;
  const covered = (outputSize(padding, input, window) - 1) * window.stride + reach;
  const total = Math.max(0, covered - input);
  const before = Math.floor(total / 2);
  return { before, after: total - before };
}
