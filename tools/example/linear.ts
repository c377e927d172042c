import { addProduct, type Matrix } from './matrix.ts';

/** Activations of a batch: [count, size, size, channels], channels last. */
export interface Batch {
  readonly data: Float64Array;
  readonly count: number;
  /** Height and width in elements. */
  readonly size: number;
  readonly channels: number;
}

/**
 * A layer without its bias and activation. Weights lie as TensorFlow Lite keeps them: [out, 3, 3, in] for `conv`,
 * [1, 3, 3, out] for `depthwise`, [out, 1, 1, in] for `pointwise`. Padding is SAME.
 */
export interface LinearSpec {
  readonly kind: 'conv' | 'depthwise' | 'pointwise';
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly stride: 1 | 2;
}

/** Height and width of the windows of `conv` and `depthwise`. */
export const kernelSize = 3;
const taps = kernelSize * kernelSize;

/** Elements that one output is the sum of, which is also how many weights an output channel has. */
export function fanIn({ kind, inputChannels }: LinearSpec): number {
  if (kind === 'pointwise') return inputChannels;
  return kind === 'conv' ? taps * inputChannels : taps;
}

/** The output channel that the weight at `index` belongs to. */
export function outputChannelOf(spec: LinearSpec, index: number): number {
  return spec.kind === 'depthwise' ? index % spec.outputChannels : Math.floor(index / fanIn(spec));
}

export const zeros = (count: number, size: number, channels: number): Batch => ({
  data: new Float64Array(count * size * size * channels),
  count,
  size,
  channels,
});

/**
 * Calls `visit(source, target, tap)` for every window element that is inside the picture: `source` and `target` are
 * positions (of `size`² and `size`² / stride² per picture), `tap` counts the window's elements row by row.
 */
function eachTap(
  { count, size }: Batch,
  stride: number,
  visit: (source: number, target: number, tap: number) => void,
): void {
  const outSize = size / stride;
  const before = Math.floor(((outSize - 1) * stride + kernelSize - size) / 2);
  for (let target = 0; target < count * outSize * outSize; target++) {
    const left = (target % outSize) * stride - before;
    const top = (Math.floor(target / outSize) % outSize) * stride - before;
    const picture = Math.floor(target / (outSize * outSize)) * size * size;
    for (let tap = 0; tap < taps; tap++) {
      const row = top + Math.floor(tap / kernelSize);
      const column = left + (tap % kernelSize);
      if (row >= 0 && row < size && column >= 0 && column < size)
        visit(picture + row * size + column, target, tap);
    }
  }
}

/** Windows laid out as channels, zero where they hang over the edge: a convolution of them is pointwise. */
export function patches(input: Batch, stride: number): Batch {
  const { count, size, channels } = input;
  const out = zeros(count, size / stride, taps * channels);
  eachTap(input, stride, (source, target, tap) => {
    const window = input.data.subarray(source * channels, (source + 1) * channels);
    out.data.set(window, (target * taps + tap) * channels);
  });
  return out;
}

const rowsOf = (data: Float64Array, columns: number, firstRow = 0): Matrix => ({
  data,
  offset: firstRow * columns,
  rowStep: columns,
  columnStep: 1,
});
const transposed = (matrix: Matrix): Matrix => ({
  ...matrix,
  rowStep: matrix.columnStep,
  columnStep: matrix.rowStep,
});

/** @param weights - [outputChannels, channels of `input`] */
export function pointwise(input: Batch, weights: Float64Array, outputChannels: number): Batch {
  const out = zeros(input.count, input.size, outputChannels);
  const rows = input.count * input.size * input.size;
  const size = { rows, inner: input.channels, columns: outputChannels };
  addProduct(
    rowsOf(out.data, outputChannels),
    rowsOf(input.data, input.channels),
    transposed(rowsOf(weights, input.channels)),
    size,
  );
  return out;
}

/** @param weights - [3, 3, channels] */
export function depthwise(input: Batch, weights: Float64Array, stride: number): Batch {
  const { channels } = input;
  const out = zeros(input.count, input.size / stride, channels);
  eachTap(input, stride, (source, target, tap) => {
    for (let c = 0; c < channels; c++) {
      const product = (input.data[source * channels + c] as number) * (weights[tap * channels + c] as number);
      out.data[target * channels + c] = (out.data[target * channels + c] as number) + product;
    }
  });
  return out;
}

/** What a layer's backward pass gives: the loss's gradient by its input and by its weights. */
export interface Gradients {
  readonly input: Batch;
  readonly weights: Float64Array;
}

export function pointwiseBackward(input: Batch, weights: Float64Array, gradient: Batch): Gradients {
  const { count, size, channels } = input;
  const columns = gradient.channels;
  const byInput = zeros(count, size, channels);
  const byWeights = new Float64Array(weights.length);
  const perPicture = size * size;
  // Picture by picture, because a picture's activations stay in the cache while they are walked down by columns.
  for (let first = 0; first < count * perPicture; first += perPicture) {
    const of = rowsOf(gradient.data, columns, first);
    addProduct(rowsOf(byInput.data, channels, first), of, rowsOf(weights, channels), {
      rows: perPicture,
      inner: columns,
      columns: channels,
    });
    const x = rowsOf(input.data, channels, first);
    addProduct(rowsOf(byWeights, channels), transposed(of), x, {
      rows: columns,
      inner: perPicture,
      columns: channels,
    });
  }
  return { input: byInput, weights: byWeights };
}

export function depthwiseBackward(input: Batch, weights: Float64Array, gradient: Batch): Gradients {
  const { count, size, channels } = input;
  const byInput = zeros(count, size, channels);
  const byWeights = new Float64Array(weights.length);
  eachTap(input, size / gradient.size, (source, target, tap) => {
    for (let c = 0; c < channels; c++) {
      const [x, w] = [source * channels + c, tap * channels + c];
      const slope = gradient.data[target * channels + c] as number;
      byInput.data[x] = (byInput.data[x] as number) + slope * (weights[w] as number);
      byWeights[w] = (byWeights[w] as number) + slope * (input.data[x] as number);
    }
  });
  return { input: byInput, weights: byWeights };
}
