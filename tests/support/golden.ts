import { createHash } from 'node:crypto';
import { allocate, bytesOf, elementCount } from '../../src/core/model/data.ts';
import type { Dtype, TensorData, TensorId } from '../../src/core/model/types.ts';
import { readShared, sharedJson } from './shared.ts';

/** Reference data of TensorFlow Lite's kernels: inputs and every op's outputs of a few runs of one model. */
export interface GoldenFile {
  readonly reference_runtime?: string;
  readonly bin: string;
  readonly cases: readonly GoldenCase[];
}
export interface GoldenCase {
  readonly kind: string;
  readonly error?: string;
  readonly inputs: readonly GoldenInput[];
  readonly outputs: readonly { readonly tensor: TensorId; readonly sha256: string }[];
  /** In execution order. */
  readonly tensors: readonly GoldenTensor[];
}
interface GoldenInput {
  readonly tensor: TensorId;
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}
export interface GoldenTensor {
  readonly tensor: TensorId;
  readonly sha256: string;
  readonly offset?: number;
  readonly bytes: number;
}

export interface GoldenModel {
  readonly name: string;
  readonly model: Uint8Array;
  readonly golden: GoldenFile;
  readonly bin: Uint8Array;
}

/** @param folder - below the golden folder; `json` and `model` are file names in it. */
export function readGolden(folder: string, json: string, model: string): GoldenModel {
  const golden = sharedJson<GoldenFile>('golden', folder, json);
  const name = `${folder} ${model.replace('.tflite', '')}`;
  return {
    name,
    golden,
    model: readShared('golden', folder, model),
    bin: readShared('golden', folder, golden.bin),
  };
}

export function goldenInput(bin: Uint8Array, { offset, bytes, dtype, shape }: GoldenInput): TensorData {
  const data = allocate(dtype, elementCount(shape));
  bytesOf(data).set(bin.subarray(offset, offset + bytes));
  return { shape, dtype, data };
}

export function sha256(value: TensorData): string {
  return createHash('sha256').update(bytesOf(value.data)).digest('hex');
}
