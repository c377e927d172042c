import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, elementCount, elementsOf } from '../../src/core/model/data.ts';
import type { Dtype, Sample, Shape, TensorData } from '../../src/core/model/types.ts';
import { noShared, shared } from './shared.ts';

/**
 * Golden data: models quantized by TensorFlow 2.21 and what its interpreter computed with them. A chosen, synthetic part
 * stands in tests/golden; where ZEROPOINT_SHARED is set, all of it is read from there. tests/golden/README.md explains
 * every file. The types below are the fields of the JSON files themselves; only what tests use is declared. What the
 * interpreter computed is read by kernel-golden.ts.
 */
export function goldenFolder(): string {
  return noShared ? join(import.meta.dirname, '../golden') : shared('golden');
}

export type Group = 'models' | 'ops' | 'published' | 'ai_edge';
export type VariantName =
  | 'int8'
  | 'int8_float_io'
  | 'uint8_io'
  | 'int8_per_tensor'
  | 'int8_per_tensor_dense'
  | 'int16x8'
  | 'dynamic'
  | 'float16';

export interface TensorJson {
  readonly i: number;
  readonly name: string;
  readonly shape: Shape;
  /** Schema name in upper case: INT8, FLOAT32. */
  readonly dtype: string;
  /** float32 values printed exactly. More than 256 are given by their hash. Absent without quantization. */
  readonly scale?:
    | readonly number[]
    | { readonly n: number; readonly first: readonly number[]; readonly sha256_f32le: string };
  /** Several equal zero points are given once. */
  readonly zero_point?: readonly number[] | { readonly n: number; readonly all: number };
  readonly quantized_dimension?: number;
  readonly const?: { readonly bytes: number; readonly sha256: string };
}

export interface OpJson {
  readonly i: number;
  /** Builtin name: CONV_2D. */
  readonly op: string;
  readonly version: number;
  readonly in: readonly number[];
  readonly out: readonly number[];
}

export interface SubgraphJson {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly tensors: readonly TensorJson[];
  readonly ops: readonly OpJson[];
}

export interface VariantJson {
  /** Path of the .tflite below the golden folder; absent where the variant failed or equals another one. */
  readonly file?: string;
  readonly identical_to?: VariantName;
  readonly error?: string;
  readonly subgraphs?: readonly SubgraphJson[];
}

/** Range that TensorFlow's calibrator recorded for float tensor `i`. */
export interface RangeJson {
  readonly i: number;
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** `<entry>/index.json`. Models that were published quantized (in `published`) have `subgraphs` and no variants. */
export interface GoldenIndex {
  readonly model: string;
  readonly dir: string;
  readonly float: string;
  /** One .npy per model input. */
  readonly calibration: readonly string[];
  /** Per subgraph, then per tensor. Absent where calibrating failed. */
  readonly calibrated_min_max?: readonly (readonly RangeJson[])[];
  readonly variants: Readonly<Partial<Record<VariantName, VariantJson>>>;
  /** Operators that TensorFlow did not quantize (only in `ops`). */
  readonly left_in_float?: readonly string[];
  readonly subgraphs?: readonly SubgraphJson[];
}

/** `models/resnet8`, `models/vww` …: the entries of a group that are there. Empty for a group that is not. */
export function goldenEntries(group: Group): readonly string[] {
  const folder = join(goldenFolder(), group);
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => `${group}/${name}`)
    : [];
}

/** A file below the golden folder. */
export function readGolden(...parts: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(goldenFolder(), ...parts)));
}

export function goldenJson<T>(...parts: readonly string[]): T {
  return JSON.parse(readFileSync(join(goldenFolder(), ...parts), 'utf8')) as T;
}

export function readIndex(entry: string): GoldenIndex {
  type Json = Omit<GoldenIndex, 'calibration' | 'variants'> & Partial<GoldenIndex>;
  return { calibration: [], variants: {}, ...goldenJson<Json>(entry, 'index.json') };
}

/** The .tflite of a variant; `undefined` where TensorFlow made none. */
export function readVariant(index: GoldenIndex, name: VariantName): Uint8Array | undefined {
  const variant = index.variants[name];
  if (variant?.identical_to !== undefined) return readVariant(index, variant.identical_to);
  return variant?.file === undefined ? undefined : readGolden(variant.file);
}

/** The calibration tensors as samples: one value per model input, batch included. */
export function readCalibration(index: GoldenIndex): readonly Sample[] {
  const inputs = index.calibration.map((file) => unstack(readNpy(readGolden(file))));
  return (inputs[0] ?? []).map((_, n) => inputs.flatMap((values) => values[n] ?? []));
}

const npyDtypes: Readonly<Record<string, Dtype>> = {
  '<f4': 'float32',
  '|u1': 'uint8',
  '|i1': 'int8',
  '<i4': 'int32',
  '<i8': 'int64',
  '|b1': 'bool',
};

/** C order, which all of the golden files are in. */
function readNpy(bytes: Uint8Array): TensorData {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, 10 + headerLength));
  const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const dtype = npyDtypes[/'descr': '([^']*)'/.exec(header)?.[1] ?? ''];
  if (dtype === undefined) throw new Error(`Unexpected array: ${header}`);
  return { shape, dtype, data: elementsOf(bytes.subarray(10 + headerLength), dtype, elementCount(shape)) };
}

function unstack({ shape, dtype, data }: TensorData): readonly TensorData[] {
  const [count = 0, ...inner] = shape;
  const size = elementCount(inner);
  return Array.from({ length: count }, (_, n) => ({
    shape: inner,
    dtype,
    data: data.slice(n * size, (n + 1) * size),
  }));
}

/** SHA-256 of a value's bytes, in hexadecimal, as the golden files have it. */
export function sha256(value: TensorData['data']): string {
  return createHash('sha256').update(bytesOf(value)).digest('hex');
}

/** Whether `scale` equals what the index recorded, to the bit. */
export function sameScales(recorded: TensorJson['scale'], scale: Float32Array): boolean {
  if (recorded === undefined) return scale.length === 0;
  if ('sha256_f32le' in recorded)
    return recorded.n === scale.length && recorded.sha256_f32le === sha256(scale);
  return recorded.length === scale.length && recorded.every((value, n) => value === scale[n]);
}

export function sameZeroPoints(recorded: TensorJson['zero_point'], zeroPoint: Int32Array): boolean {
  if (recorded === undefined) return zeroPoint.length === 0;
  if ('all' in recorded)
    return recorded.n === zeroPoint.length && zeroPoint.every((value) => value === recorded.all);
  return recorded.length === zeroPoint.length && recorded.every((value, n) => value === zeroPoint[n]);
}
