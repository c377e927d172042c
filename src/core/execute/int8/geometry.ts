import type { Padding } from '../../model/options.ts';
import { type Window as AxisWindow, outputSize, paddingOf } from '../../model/padding.ts';
import type { Shape } from '../../model/types.ts';
import { type OpContext, size } from './context.ts';
import type { Window } from './kernel-params.ts';

export interface Filter {
  readonly h: number;
  readonly w: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly padding: Padding;
}

/** Elements that a padded copy of an image may have; larger ones come from broken files. */
const MAX_IMAGE = 2 ** 28;

/** Output size and padding before the first element along one axis. */
function along(
  padding: Padding,
  input: number,
  window: AxisWindow,
): { readonly output: number; readonly before: number } {
  return { output: outputSize(padding, input, window), before: paddingOf(padding, input, window).before };
}

/**
 * The window of a convolution or pool with `filter` from an NHWC input to `output`, whose height and width must be what
 * the filter makes.
 */
export function slidingWindow(
  context: OpContext,
  filter: Filter,
  { input, output }: { input: Shape; output: Shape },
): Window {
  const { h, w, strideH, strideW, dilationH, dilationW, padding } = filter;
  if ([h, w, strideH, strideW, dilationH, dilationW].some((value) => !(value >= 1))) {
    throw context.invalid(
      `filter ${h}×${w}, stride ${strideH}×${strideW} and dilation ${dilationH}×${dilationW} must be 1 or more`,
    );
  }
  const vertical = along(padding, size(input, 1), { size: h, stride: strideH, dilation: dilationH });
  const horizontal = along(padding, size(input, 2), { size: w, stride: strideW, dilation: dilationW });
  if (vertical.output !== output[1] || horizontal.output !== output[2] || output[0] !== input[0]) {
    const made = [input[0], vertical.output, horizontal.output, output[3]];
    throw context.invalid(`its output has shape [${output}] where it makes [${made}]`);
  }
  const rows = (vertical.output - 1) * strideH + (h - 1) * dilationH + 1;
  const columns = horizontal.output * strideW + (w - 1) * dilationW + 1;
  if (rows * columns * Math.max(size(input, 3), size(output, 3)) > MAX_IMAGE)
    throw context.unsupported('with so large a window');
  return {
    batch: size(input, 0),
    inputH: size(input, 1),
    inputW: size(input, 2),
    inputC: size(input, 3),
    outputH: size(output, 1),
    outputW: size(output, 2),
    outputC: size(output, 3),
    filterH: h,
    filterW: w,
    strideH,
    strideW,
    dilationH,
    dilationW,
    padTop: vertical.before,
    padLeft: horizontal.before,
  };
}
