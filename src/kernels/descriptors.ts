/**
 * What a kernel is told about a layer: records of int32 in WebAssembly memory. The AssemblyScript classes are generated
 * from these lists, so that both sides agree. Addresses and distances are bytes.
 */
export const descriptors = {
  /** Convolutions, dense layers and depthwise convolutions. */
  Layer: [
    /** From an output pixel's window to the next one's, in the input. */
    'pixelStep',
    'outPixel',
    /** A filter is `segments` runs of `steps` groups of elements; `deltas` leads from one run's end to the next run. */
    'steps',
    'segments',
    'deltas',
    /** Blocks of eight output channels; the last has `tail` channels where that is not 0. */
    'blocks',
    'tail',
    /** Of 3×3 depthwise: what all its blocks have in common. Other kernels look into each block. */
    'recipe',
    'params',
    'paramStep',
    'weights',
    /** The lower bound in the stored form, the upper less the lower, the zero point less the lower. */
    'base',
    'span',
    'above',
    /** Pixels of a row: `fullTiles` tiles of `tile`, then `shortTiles` of one less. */
    'tile',
    'fullTiles',
    'shortTiles',
    'inRow',
    'outRow',
    /** Depthwise: pixels in an output row, input bytes of a pixel, where a row that is not wanted may be written. */
    'width',
    'inPixel',
    'spare',
    /** Depthwise of any filter: pairs of taps, int32 offsets of each. */
    'pairs',
    'offsets',
  ],
  Sum: [
    'rowElements',
    'leftRow',
    'rightRow',
    'outRow',
    'wide',
    'flip',
    'sign',
    'leftZero',
    'leftMultiplier',
    'leftShift',
    'rightZero',
    'rightMultiplier',
    'rightShift',
    'multiplier',
    'shift',
    'zero',
    'low',
    'high',
  ],
  WeightedSum: [
    'rowElements',
    'leftRow',
    'rightRow',
    'outRow',
    'wide',
    'flip',
    'leftMultiplier',
    'rightMultiplier',
    'bias',
    'shift',
    'zero',
    'low',
    'high',
  ],
  Product: [
    'rowElements',
    'leftRow',
    'rightRow',
    'outRow',
    'wide',
    'flip',
    'leftZero',
    'rightZero',
    'params',
    'base',
    'span',
    'above',
  ],
  Pool: [
    'channels',
    'inRow',
    'outRow',
    'inputH',
    'inputW',
    'outputW',
    'filterH',
    'filterW',
    'strideH',
    'strideW',
    'padTop',
    'padLeft',
    'low',
    'high',
  ],
} as const;

/** Pixels that share a load of weights: as many as 16 vector registers hold the sums of, beside weights and input. */
export const tileHeights = { dot: 6, i16: 5 } as const;

export type DescriptorName = keyof typeof descriptors;
/** A record by names; what is left out is 0. */
export type Descriptor<N extends DescriptorName> = Readonly<
  Partial<Record<(typeof descriptors)[N][number], number>>
>;

export function encodeDescriptor<N extends DescriptorName>(name: N, values: Descriptor<N>): Int32Array {
  const fields: readonly string[] = descriptors[name];
  const given: Readonly<Record<string, number | undefined>> = values;
  return Int32Array.from(fields, (field) => given[field] ?? 0);
}
