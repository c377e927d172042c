/** Values, windows and borders to try. */
import fc from 'fast-check';
import type { Window } from '../../../src/core/execute/int8/kernel-params.ts';
import type { Border } from '../../../src/kernels/image.ts';

export const int8 = fc.integer({ min: -128, max: 127 });
export const seed = fc.integer({ min: 1, max: 2 ** 30 });
export const small = (max: number) => fc.integer({ min: 1, max });

/** Numbers in a range, now and then nothing but its ends. */
export function noise(length: number, start: number, [least, most]: readonly [number, number]): Int8Array {
  let state = start;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 8;
  };
  const kind = next() % 5;
  return Int8Array.from({ length }, () => {
    if (kind === 0) return least;
    if (kind === 1) return next() % 2 ? least : most;
    return least + (next() % (most - least + 1));
  });
}

export interface Geometry {
  readonly batch: number;
  readonly size: readonly number[];
  readonly filter: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly same: boolean;
}
const pair = (max: number) => fc.tuple(small(max), small(max));
const anyGeometry: fc.Arbitrary<Geometry> = fc.record({
  batch: small(2),
  size: pair(11),
  filter: pair(4),
  stride: pair(3),
  dilation: pair(3),
  same: fc.boolean(),
});
/** What the depthwise kernel of its own computes, and pointwise convolutions. */
const usualGeometry: fc.Arbitrary<Geometry> = fc
  .tuple(small(2), pair(13), small(2), fc.constantFrom(1, 3), fc.boolean())
  .map(([batch, size, stride, filter, same]) => ({
    batch,
    size,
    filter: [filter, filter],
    stride: [stride, stride],
    dilation: [1, 1],
    same,
  }));
export const geometry = fc.oneof(anyGeometry, usualGeometry);

/** `undefined` where nothing comes out. */
export function windowOf(
  { batch, size, filter, stride, dilation, same }: Geometry,
  inputC: number,
  outputC: number,
): Window | undefined {
  const axis = (d: 0 | 1) => {
    const [input, step] = [size[d] as number, stride[d] as number];
    const extent = ((filter[d] as number) - 1) * (dilation[d] as number) + 1;
    const output = Math.ceil((same ? input : input - extent + 1) / step);
    const pad = same ? Math.floor(Math.max((output - 1) * step + extent - input, 0) / 2) : 0;
    return { input, step, output, pad, filter: filter[d] as number, dilation: dilation[d] as number };
  };
  const [y, x] = [axis(0), axis(1)];
  if (y.output < 1 || x.output < 1) return undefined;
  return {
    batch,
    inputH: y.input,
    inputW: x.input,
    inputC,
    outputH: y.output,
    outputW: x.output,
    outputC,
    filterH: y.filter,
    filterW: x.filter,
    strideH: y.step,
    strideW: x.step,
    dilationH: y.dilation,
    dilationW: x.dilation,
    padTop: y.pad,
    padLeft: x.pad,
  };
}

export const anyBorder: fc.Arbitrary<Border> = fc.record({
  top: fc.nat(2),
  left: fc.nat(2),
  bottom: fc.nat(2),
  right: fc.nat(2),
});

/** Zero points fill borders and so are among the values that are multiplied. */
export function within(value: number, [least, most]: readonly [number, number]): number {
  return least + ((value + 128) % (most - least + 1));
}
