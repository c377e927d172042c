import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { elementCount, elementsOf } from '../../src/core/model/data.ts';
import type { Dtype, Sample, Shape, TensorData } from '../../src/core/model/types.ts';
import { goldenFolder, goldenJson, readGolden, type VariantName } from './golden-index.ts';

/** How many steps a runtime's outputs lie from the reference's, one entry per model output. */
export interface RuntimeDifference {
  readonly max_abs_diff: number;
  readonly n_diff: number;
  readonly n: number;
  readonly sha256: string;
  readonly offset?: number;
  readonly bytes?: number;
}

interface ValueJson {
  readonly tensor: number;
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

interface CaseJson {
  readonly kind: CaseKind;
  readonly error?: string;
  readonly inputs: readonly ValueJson[];
  readonly outputs: readonly ValueJson[];
  readonly tensors: readonly {
    readonly tensor: number;
    readonly sha256: string;
    readonly bytes: number;
    readonly shape: Shape;
    readonly offset?: number;
  }[];
  readonly xnnpack: { readonly outputs: readonly RuntimeDifference[] };
  readonly builtin_opt: { readonly outputs: readonly RuntimeDifference[] };
}

interface CasesJson {
  readonly reference_runtime?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly cases: readonly CaseJson[];
}

/** `calib0` is the first calibration sample, `uniform` random over the type, `extremes` only its two ends. */
export type CaseKind = 'calib0' | 'uniform' | 'extremes';

/** One op output: always its hash, and its little-endian bytes where the golden file holds them. */
export interface OpOutput {
  readonly tensor: number;
  readonly shape: Shape;
  readonly sha256: string;
  readonly bytes?: Uint8Array;
}

export interface KernelCase {
  readonly kind: CaseKind;
  readonly inputs: Sample;
  readonly outputs: Sample;
  /** Every op output in execution order. */
  readonly tensors: readonly OpOutput[];
  readonly xnnpack: readonly RuntimeDifference[];
  /** What XNNPACK gave, one per output: the reference's bytes where they are equal. */
  readonly xnnpackOutputs: Sample;
}

export interface KernelGolden {
  /** Which of TensorFlow's kernel sets the values come from. */
  readonly referenceRuntime: string;
  /** Tensor positions. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly cases: readonly KernelCase[];
}

/**
 * What TensorFlow's interpreter computed with a variant; `undefined` where it was not run. Cases that failed in
 * TensorFlow are left out.
 */
export function readKernelGolden(entry: string, variant: VariantName): KernelGolden | undefined {
  const single =
    variant === 'int8' ? 'golden' : variant === 'int8_per_tensor' ? 'golden_per_tensor' : undefined;
  const name = [`golden_${variant}`, single].find((candidate) =>
    existsSync(join(goldenFolder(), entry, `${candidate}.json`)),
  );
  if (name === undefined) return undefined;
  const json = goldenJson<CasesJson>(entry, `${name}.json`);
  const bin = readGolden(entry, `${name}.bin`);
  return {
    referenceRuntime: json.reference_runtime ?? 'BUILTIN_REF',
    inputs: json.inputs,
    outputs: json.outputs,
    cases: json.cases.filter(({ error }) => error === undefined).map((one) => kernelCase(one, bin)),
  };
}

function kernelCase(json: CaseJson, bin: Uint8Array): KernelCase {
  const value = ({ offset, shape, dtype, bytes }: ValueJson): TensorData => ({
    shape,
    dtype,
    data: elementsOf(bin.slice(offset, offset + bytes), dtype, elementCount(shape)),
  });
  const stored = new Map(json.outputs.map((output) => [output.tensor, output.offset]));
  return {
    kind: json.kind,
    inputs: json.inputs.map(value),
    outputs: json.outputs.map(value),
    tensors: json.tensors.map(({ tensor, shape, sha256, bytes, offset = stored.get(tensor) }) => ({
      tensor,
      shape,
      sha256,
      ...(offset === undefined ? {} : { bytes: bin.slice(offset, offset + bytes) }),
    })),
    xnnpack: json.xnnpack.outputs,
    xnnpackOutputs: json.outputs.map((output, n) =>
      value({ ...output, offset: json.xnnpack.outputs[n]?.offset ?? output.offset }),
    ),
  };
}
