/** DEPTHWISE_CONV_2D: weights packed for assembly/conv.ts and the depthwise tiles. */

import type { ConvParams, Output, Window } from '../core/execute/int8/kernel-params.ts';
import type { Step } from '../core/execute/int8/kernels.ts';
import {
  type Filters,
  inputDimensions,
  outputDimensions,
  packStage,
  stageFields,
  windowBorder,
} from './convolution.ts';
import type { FastOp } from './fast-op.ts';
import { elementSize, formCode, type StoredImage } from './image.ts';
import type { Form } from './machine.ts';
import type { Workspace } from './memory.ts';
import { BLOCK, PARAM_BYTES, type Recipe, type Requantization } from './requantize.ts';

interface Layer {
  readonly window: Window;
  /** [tap][channel] */
  readonly weights: Int8Array;
  readonly output: Output;
  readonly stage: Requantization;
}

function is3x3({ filterH, filterW, strideH, strideW, dilationH, dilationW }: Window): boolean {
  return (
    filterH === 3 &&
    filterW === 3 &&
    dilationH === 1 &&
    dilationW === 1 &&
    strideH === strideW &&
    strideH <= 2
  );
}

/** Bytes: per block of eight channels and filter column, each channel's three rows and a 0. */
function packColumns({ window, weights }: Layer): Int8Array {
  const channels = window.outputC;
  const packed = new Int8Array(Math.ceil(channels / BLOCK) * 96);
  for (let c = 0; c < channels; c++) {
    const base = Math.floor(c / BLOCK) * 96 + (c % BLOCK) * 4;
    for (let tap = 0; tap < 9; tap++)
      packed[base + (tap % 3) * 32 + Math.floor(tap / 3)] = weights[tap * channels + c] as number;
  }
  return packed;
}

/** Words: per block of four channels and filter column, each channel's rows 0 and 1, then row 2 and a 0. */
function packColumnWords({ window, weights }: Layer): Int16Array {
  const channels = window.outputC;
  const packed = new Int16Array(Math.ceil(channels / 4) * 48);
  for (let c = 0; c < channels; c++) {
    const base = Math.floor(c / 4) * 48 + (c % 4) * 2;
    for (let tap = 0; tap < 9; tap++) {
      const row = Math.floor(tap / 3);
      const at = base + (tap % 3) * 16 + (row === 2 ? 8 : row);
      packed[at] = weights[tap * channels + c] as number;
    }
  }
  return packed;
}

/** Any filter: per block of eight channels and pair of taps, each channel's two weights; an odd tap's partner is 0. */
function packPairs({ window, weights }: Layer): Int16Array {
  const channels = window.outputC;
  const taps = window.filterH * window.filterW;
  const perBlock = Math.ceil(taps / 2) * 2 * BLOCK;
  const packed = new Int16Array(Math.ceil(channels / BLOCK) * perBlock);
  for (let c = 0; c < channels; c++) {
    const base = Math.floor(c / BLOCK) * perBlock;
    for (let tap = 0; tap < taps; tap++)
      packed[base + (tap >> 1) * 2 * BLOCK + (c % BLOCK) * 2 + (tap & 1)] = weights[
        tap * channels + c
      ] as number;
  }
  return packed;
}

function tapOffsets({ filterH, filterW, dilationH, dilationW }: Window, input: StoredImage): Int32Array {
  const taps = filterH * filterW;
  return Int32Array.from({ length: taps + (taps % 2) }, (_, k) => {
    const tap = Math.min(k, taps - 1);
    const [y, x] = [Math.floor(tap / filterW) * dilationH, (tap % filterW) * dilationW];
    return y * input.rowBytes + x * input.pixelBytes;
  });
}

/** Runs `rows` once per image of the batch. */
function perImage(
  workspace: Workspace,
  { window }: Layer,
  [input, target]: readonly [StoredImage, StoredImage],
  rows: (from: number, to: number) => void,
): Step {
  return () => {
    target.drawBorder(workspace);
    for (let n = 0; n < window.batch; n++)
      rows(input.at(n, -window.padTop, -window.padLeft), target.at(n, 0, 0));
  };
}

/** Blocks that follow each other and have one recipe; each recipe has a kernel of its own. */
interface Stretch {
  readonly first: number;
  readonly count: number;
  readonly recipe: Recipe;
}

function stretchesOf(recipes: readonly Recipe[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let first = 0;
  recipes.forEach((recipe, k) => {
    if (recipes[k + 1] === recipe) return;
    stretches.push({ first, count: k + 1 - first, recipe });
    first = k + 1;
  });
  return stretches;
}

function bind3x3(workspace: Workspace, layer: Layer, images: readonly [StoredImage, StoredImage]): Step {
  const [input, target] = images;
  const { window, output, stage } = layer;
  const { form, kernels } = workspace;
  const dots = form === 'i16' ? 0 : 1;
  const pairs = dots === 1 && window.strideH === 1;
  const fields = stageFields(workspace, stage, { ...output, channels: window.outputC });
  const weights = workspace.place(dots ? packColumns(layer) : packColumnWords(layer));
  // Of an odd number of rows the last pair's second has no place; what it reads lies beyond the image.
  const spare = pairs && window.outputH % 2 === 1 ? workspace.reserve(target.rowBytes) : 0;
  workspace.readBeyond(input.rowBytes);
  const stretches = stretchesOf(stage.recipes).map(({ first, count, recipe }) => ({
    offset: first * BLOCK * elementSize(form),
    descriptor: workspace.descriptor('Layer', {
      ...fields,
      blocks: count,
      tail: first + count === stage.recipes.length ? window.outputC % BLOCK : 0,
      recipe,
      params: (fields.params ?? 0) + first * PARAM_BYTES,
      weights: weights + first * (dots ? 96 : 192),
      inPixel: input.pixelBytes,
      outPixel: target.pixelBytes,
      inRow: input.rowBytes,
      outRow: target.rowBytes,
      width: window.outputW,
      spare,
    }),
  }));
  const groups = pairs ? Math.ceil(window.outputH / 2) : window.outputH;
  return perImage(workspace, layer, images, (from, to) => {
    for (const { offset, descriptor } of stretches)
      kernels.depthwise3x3(descriptor, from + offset, to + offset, groups, window.strideH, dots);
  });
}

function bindAny(workspace: Workspace, layer: Layer, images: readonly [StoredImage, StoredImage]): Step {
  const [input, target] = images;
  const { window, output, stage } = layer;
  const { form, kernels } = workspace;
  const descriptor = workspace.descriptor('Layer', {
    ...stageFields(workspace, stage, { ...output, channels: window.outputC }),
    weights: workspace.place(packPairs(layer)),
    pairs: Math.ceil((window.filterH * window.filterW) / 2),
    offsets: workspace.place(tapOffsets(window, input)),
    pixelStep: window.strideW * input.pixelBytes,
    outPixel: target.pixelBytes,
    inRow: window.strideH * input.rowBytes,
    outRow: target.rowBytes,
    width: window.outputW,
  });
  return perImage(workspace, layer, images, (from, to) =>
    kernels.depthwise(descriptor, from, to, window.outputH, formCode(form)),
  );
}

export interface Arrays {
  readonly input: Int8Array;
  readonly output: Int8Array;
}

export function fastOp(layer: Layer, arrays: Arrays, inputZeroPoint: number): FastOp {
  const { window } = layer;
  return {
    inputs: [
      {
        array: arrays.input,
        dimensions: inputDimensions(window),
        border: windowBorder(window),
        zeroPoint: inputZeroPoint,
      },
    ],
    output: { array: arrays.output, dimensions: outputDimensions(window) },
    products: arrays.output.length * window.filterH * window.filterW,
    bind: (workspace, [input], target) =>
      (is3x3(window) ? bind3x3 : bindAny)(workspace, layer, [input as StoredImage, target]),
  };
}

function filtersOf(weights: Int8Array, channels: number): Filters {
  return { channels, size: weights.length / channels, weights, channelStep: 1, step: channels };
}

/**
 * @returns undefined for a form without a kernel: several outputs per input channel, weights with a zero point, or without
 * an exact recipe
 */
export function fastDepthwise(params: ConvParams, arrays: Arrays, form: Form): FastOp | undefined {
  const { window, weights, weightsZeroPoint, output, inputZeroPoint } = params;
  if (window.inputC !== window.outputC || weightsZeroPoint !== 0) return undefined;
  const stage = packStage({ ...params, filters: filtersOf(weights, window.outputC) }, form);
  return stage && fastOp({ window, weights, output, stage }, arrays, inputZeroPoint);
}
