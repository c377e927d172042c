/** CONV_2D and FULLY_CONNECTED: weights packed for assembly/conv.ts. */

import type { ConvParams, DenseParams, Output, Window } from '../core/execute/int8/kernel-params.ts';
import type { Step } from '../core/execute/int8/kernels.ts';
import { type Descriptor, tileHeights } from './descriptors.ts';
import type { FastOp } from './fast-op.ts';
import { type Border, type Dimensions, flipOf, type StoredImage } from './image.ts';
import type { Form } from './machine.ts';
import type { Workspace } from './memory.ts';
import { BLOCK, PARAM_BYTES, type Requantization, requantization } from './requantize.ts';
import { type Channel, channelOf } from './steps.ts';

export function inputDimensions({ batch, inputH, inputW, inputC }: Window): Dimensions {
  return { batch, height: inputH, width: inputW, channels: inputC };
}
export function outputDimensions({ batch, outputH, outputW, outputC }: Window): Dimensions {
  return { batch, height: outputH, width: outputW, channels: outputC };
}

/** Pixels beyond the image that windows reach into. */
export function windowBorder(window: Window): Border {
  const { inputH, inputW, outputH, outputW, filterH, filterW, padTop, padLeft } = window;
  const height = (outputH - 1) * window.strideH + (filterH - 1) * window.dilationH + 1;
  const width = (outputW - 1) * window.strideW + (filterW - 1) * window.dilationW + 1;
  return {
    top: padTop,
    left: padLeft,
    bottom: Math.max(0, height - padTop - inputH),
    right: Math.max(0, width - padLeft - inputW),
  };
}

/** A layer's weights by output channel, whatever their order in memory. */
export interface Filters {
  readonly channels: number;
  /** Weights of one channel. */
  readonly size: number;
  readonly weights: Int8Array;
  /** From a channel's first weight to the next channel's, and from one weight of a channel to the next. */
  readonly channelStep: number;
  readonly step: number;
}

/** Bounds of bias + Σ w · (x − zero point) over all int8 x, and Σ w. */
function reach(filters: Filters, channel: number, zeroPoint: number, bias: number) {
  const { size, weights, channelStep, step } = filters;
  const [low, high] = [-128 - zeroPoint, 127 - zeroPoint];
  let [positive, negative] = [0, 0];
  for (let k = 0, at = channel * channelStep; k < size; k++, at += step) {
    const w = weights[at] as number;
    if (w > 0) positive += w;
    else negative += w;
  }
  return {
    sum: positive + negative,
    least: positive * low + negative * high + bias,
    most: positive * high + negative * low + bias,
  };
}

export interface Stage {
  readonly filters: Filters;
  readonly bias: Int32Array;
  readonly inputZeroPoint: number;
  readonly output: Output;
}

/** Constants that turn sums over the stored form into outputs; undefined where no recipe is exact. */
export function packStage(stage: Stage, form: Form): Requantization | undefined {
  const { filters, bias, inputZeroPoint, output } = stage;
  const start = new Int32Array(filters.channels);
  const channels: Channel[] = [];
  for (let c = 0; c < filters.channels; c++) {
    const { sum, ...bounds } = reach(filters, c, inputZeroPoint, bias[c] as number);
    start[c] = (bias[c] as number) - Math.imul(inputZeroPoint + flipOf(form), sum);
    channels.push(channelOf(output.rescale, c, bounds));
  }
  const { zeroPoint, min, max } = output;
  return requantization(channels, start, { low: min - zeroPoint, high: max - zeroPoint });
}

/** Fields that every layer has. */
export function stageFields(
  workspace: Workspace,
  { params }: Requantization,
  output: Output & { readonly channels: number },
): Descriptor<'Layer'> {
  const { form } = workspace;
  return {
    blocks: Math.ceil(output.channels / BLOCK),
    tail: output.channels % BLOCK,
    params: workspace.place(params),
    paramStep: PARAM_BYTES,
    base: output.min + flipOf(form),
    span: output.max - output.min,
    above: output.zeroPoint - output.min,
  };
}

/** A filter as runs of elements that are neighbours in the input. */
interface Runs {
  /** Elements of a run. */
  readonly length: number;
  /** Pixels (down, right) from the window's first pixel to each run. */
  readonly starts: readonly (readonly [y: number, x: number])[];
}

function runsOf({ filterH, filterW, dilationH, dilationW, inputC }: Window): Runs {
  const perRow = dilationW === 1 ? 1 : filterW;
  const starts = Array.from(
    { length: filterH * perRow },
    (_, k) => [Math.floor(k / perRow) * dilationH, (k % perRow) * dilationW] as const,
  );
  return { length: (filterW / perRow) * inputC, starts };
}

/** Products that a lane sums in one step. */
const lanes = (form: Form): number => (form === 'i16' ? 2 : 4);

/** [block of eight channels][run][step][channel][product of the step], zeros beyond channels and runs. */
function packWeights(filters: Filters, runs: Runs, form: Form): Int8Array {
  const { channels, weights, channelStep, step } = filters;
  const products = lanes(form);
  const steps = Math.ceil(runs.length / products);
  const blocks = Math.ceil(channels / BLOCK);
  const packed = new Int8Array(blocks * runs.starts.length * steps * BLOCK * products);
  const perRun = steps * BLOCK * products;
  for (let c = 0; c < channels; c++) {
    const lane = c % BLOCK;
    const base = ((c - lane) / BLOCK) * runs.starts.length * perRun;
    for (let run = 0, from = c * channelStep; run < runs.starts.length; run++) {
      const to = base + run * perRun + lane * products;
      for (let i = 0; i < runs.length; i++, from += step) {
        const inStep = i % products;
        packed[to + (i - inStep) * BLOCK + inStep] = weights[from] as number;
      }
    }
  }
  return packed;
}

/** `count` pixels in as few tiles as possible, of two heights that differ by one. */
function tiling(count: number, most: number): Descriptor<'Layer'> {
  const tiles = Math.ceil(count / most);
  const tile = Math.ceil(count / tiles);
  const shortTiles = tiles * tile - count;
  return { tile, fullTiles: tiles - shortTiles, shortTiles };
}

interface Bound extends Pick<ConvParams, 'window' | 'output'> {
  readonly requantization: Requantization;
  readonly filters: Filters;
}

function bindConv(
  workspace: Workspace,
  { window, output, filters, requantization: stage }: Bound,
  input: StoredImage,
  target: StoredImage,
): Step {
  const { form, kernels } = workspace;
  const runs = runsOf(window);
  const steps = Math.ceil(runs.length / lanes(form));
  const positions = runs.starts.map(([y, x]) => y * input.rowBytes + x * input.pixelBytes);
  const deltas = positions.map((at, k) => (positions[k + 1] ?? at + 4 * steps) - at - 4 * steps);
  // Where rows follow each other without a gap on both sides, the image is one long row.
  const oneRow =
    window.filterH === 1 &&
    window.strideH === 1 &&
    window.outputW * window.strideW * input.pixelBytes === input.rowBytes &&
    target.rowBytes === window.outputW * target.pixelBytes;
  const rows = oneRow ? 1 : window.outputH;
  const width = oneRow ? window.outputH * window.outputW : window.outputW;
  const layer = workspace.descriptor('Layer', {
    ...stageFields(workspace, stage, { ...output, channels: window.outputC }),
    ...tiling(width, tileHeights[form === 'i16' ? 'i16' : 'dot']),
    pixelStep: window.strideW * input.pixelBytes,
    outPixel: target.pixelBytes,
    steps,
    segments: runs.starts.length,
    deltas: workspace.place(Int32Array.from(deltas)),
    weights: workspace.place(packWeights(filters, runs, form)),
    inRow: window.strideH * input.rowBytes,
    outRow: target.rowBytes,
  });
  const dots = form === 'i16' ? 0 : 1;
  const single = rows * width === 1 && runs.starts.length === 1;
  return () => {
    target.drawBorder(workspace);
    for (let n = 0; n < window.batch; n++) {
      const from = input.at(n, -window.padTop, -window.padLeft);
      if (single) kernels.dense(layer, from, target.at(n, 0, 0), dots);
      else kernels.conv(layer, from, target.at(n, 0, 0), rows, dots);
    }
  };
}

/** @returns undefined for a form without a kernel: grouped, weights with a zero point, or without an exact recipe */
export function fastConv(
  params: ConvParams,
  { input, output }: { readonly input: Int8Array; readonly output: Int8Array },
  form: Form,
): FastOp | undefined {
  const { window, weights, weightsZeroPoint, inputZeroPoint } = params;
  const size = window.filterH * window.filterW * window.inputC;
  if (weights.length !== size * window.outputC || weightsZeroPoint !== 0) return undefined;
  const filters: Filters = {
    channels: window.outputC,
    size,
    weights,
    channelStep: size,
    step: 1,
  };
  const stage = packStage({ ...params, filters }, form);
  if (stage === undefined) return undefined;
  return {
    inputs: [
      {
        array: input,
        dimensions: inputDimensions(window),
        border: windowBorder(window),
        zeroPoint: inputZeroPoint,
      },
    ],
    output: { array: output, dimensions: outputDimensions(window) },
    products: output.length * size,
    bind: (workspace, [image], target) =>
      bindConv(
        workspace,
        { window, output: params.output, filters, requantization: stage },
        image as StoredImage,
        target,
      ),
  };
}

/** A 1×1 convolution over an image of one row, a pixel per batch element. */
export function fastDense(
  params: DenseParams,
  arrays: { readonly input: Int8Array; readonly output: Int8Array },
  form: Form,
): FastOp | undefined {
  if (params.weightsZeroPoint !== 0) return undefined;
  const { batch, inputs, outputs } = params;
  const window: Window = {
    batch: 1,
    inputH: 1,
    inputW: batch,
    inputC: inputs,
    outputH: 1,
    outputW: batch,
    outputC: outputs,
    filterH: 1,
    filterW: 1,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    padTop: 0,
    padLeft: 0,
  };
  const op = fastConv({ ...params, window }, arrays, form);
  return op && onFlat(op, window);
}

/** An op on images for activations of any shape, which it sees as images of `window`; they must have no border. */
export function onFlat(op: FastOp, window: Window): FastOp {
  return {
    ...op,
    inputs: op.inputs.map(({ array }) => ({ array, border: 'none' })),
    output: { array: op.output.array, border: 'none' },
    bind: (workspace, inputs, target) =>
      op.bind(
        workspace,
        inputs.map((image) => image.reshaped(inputDimensions(window))),
        target.reshaped(outputDimensions(window)),
      ),
  };
}
