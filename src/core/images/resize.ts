/** Rows from top to bottom, `channels` bytes a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Bits behind the point of a weight: 32 minus 8 for a pixel minus 2 for overshoot (Pillow's Resample.c). */
const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);

/** For each output position the inputs that it is a weighted mean of. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `stride` fixed-point weights for each output position. */
  readonly values: Int32Array;
  readonly stride: number;
}

/**
 * The weights of a triangle filter, whose reach grows with the reduction so that every input pixel counts.
 * They are rounded, half away from zero, to 22 bits behind the point.
 */
function triangleWeights(inputSize: number, outputSize: number): Weights {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const values = new Int32Array(outputSize * stride);
  for (let i = 0; i < outputSize; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inputSize);
    const weights = Array.from({ length: end - start }, (_, k) =>
      Math.max(1 - Math.abs((k + start - center + 0.5) * (1 / support)), 0),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    first[i] = start;
    count[i] = end - start;
    weights.forEach((weight, k) => {
      values[i * stride + k] = Math.trunc(0.5 + (sum === 0 ? weight : weight / sum) * (1 << PRECISION));
    });
  }
  return { first, count, values, stride };
}

/**
 * Bilinear resizing bit for bit as Pillow's `Image.resize(size, BILINEAR)`: across, then down, each pass rounded to
 * 8 bits; a pass that would change nothing is left out.
 * Source: Pillow, src/libImaging/Resample.c (ImagingResampleInner, precompute_coeffs, normalize_coeffs_8bpc). This is
 * the order of every release up to 12; Pillow 13 goes down first where far more rows than columns are dropped.
 */
export function resizeBilinear(raster: Raster, width: number, height: number): Raster {
  return resizeRows(resizeColumns(raster, width), height);
}

function resizeColumns({ width, height, channels, data }: Raster, outWidth: number): Raster {
  if (width === outWidth) return { width, height, channels, data };
  const { first, count, values, stride } = triangleWeights(width, outWidth);
  const out = new Uint8Array(outWidth * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      const from = (y * width + (first[x] ?? 0)) * channels;
      const taps = count[x] ?? 0;
      for (let c = 0; c < channels; c++, to++) {
        let sum = HALF;
        for (let k = 0, at = from + c; k < taps; k++, at += channels)
          sum += (data[at] ?? 0) * (values[x * stride + k] ?? 0);
        out[to] = clampByte(sum >> PRECISION);
      }
    }
  }
  return { width: outWidth, height, channels, data: out };
}

function resizeRows({ width, height, channels, data }: Raster, outHeight: number): Raster {
  if (height === outHeight) return { width, height, channels, data };
  const { first, count, values, stride } = triangleWeights(height, outHeight);
  const line = width * channels;
  const out = new Uint8Array(outHeight * line);
  for (let y = 0, to = 0; y < outHeight; y++) {
    const from = (first[y] ?? 0) * line;
    const taps = count[y] ?? 0;
    for (let i = 0; i < line; i++, to++) {
      let sum = HALF;
      for (let k = 0, at = from + i; k < taps; k++, at += line)
        sum += (data[at] ?? 0) * (values[y * stride + k] ?? 0);
      out[to] = clampByte(sum >> PRECISION);
    }
  }
  return { width, height: outHeight, channels, data: out };
}

/** Rounded weights can sum to slightly more than 1. */
function clampByte(value: number): number {
  return Math.min(value, 255);
}
