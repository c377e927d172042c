import type { Attributes } from '../formats/onnx/graph.ts';
import type { Padding } from '../model/options.ts';
import { paddingOf } from '../model/padding.ts';
import type { Shape } from '../model/types.ts';

/** Height, then width. */
export type Pair = readonly [number, number];

/** A two-dimensional sliding window. */
export interface Window2d {
  readonly padding: Padding;
  readonly size: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

/** Height and width of an NHWC tensor or of OHWI weights. */
export function spatial(shape: Shape): Pair {
  return [shape[1] ?? 1, shape[2] ?? 1];
}

/** The last dimension: channels of an NHWC tensor. */
export function channels(shape: Shape): number {
  return shape.at(-1) ?? 1;
}

/** A window as ONNX describes it, with the padding that TFLite computes spelled out: auto_pad differs where a stride exceeds the window. */
export function windowAttributes(input: Shape, window: Window2d): Attributes {
  const [height, width] = spatial(input);
  const vertical = paddingOf(window.padding, height, along(window, 0));
  const horizontal = paddingOf(window.padding, width, along(window, 1));
  return {
    kernel_shape: { ints: window.size },
    strides: { ints: window.stride },
    dilations: { ints: window.dilation },
    pads: { ints: [vertical.before, horizontal.before, vertical.after, horizontal.after] },
  };
}

function along(window: Window2d, axis: 0 | 1): { size: number; stride: number; dilation: number } {
  return { size: window.size[axis], stride: window.stride[axis], dilation: window.dilation[axis] };
}
