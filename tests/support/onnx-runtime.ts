import { fromBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-web/wasm';
import { TensorProtoSchema } from '../../src/core/formats/onnx/generated/onnx_pb.ts';
import { readTensor } from '../../src/core/formats/onnx/tensor.ts';
import { allocate, elementCount } from '../../src/core/model/data.ts';
import type { Dtype, Elements, TensorData } from '../../src/core/model/types.ts';
import type { ValueType } from '../../src/core/onnx/normalized.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'fatal';

export type Values = ReadonlyMap<string, TensorData>;

/** Runs an ONNX file in onnxruntime-web, on one thread as the float reference does. */
export class OnnxSession {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /** @param optimize - all that onnxruntime does by default, or nothing, so that what was written is what runs. */
  static async of(bytes: Uint8Array, optimize: 'all' | 'disabled' = 'all'): Promise<OnnxSession> {
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: optimize,
      logSeverityLevel: 4,
    });
    return new OnnxSession(session);
  }

  /** Answers output by output. @param feeds - by the names of inputs; half floats must not be among them. */
  async run(feeds: Values): Promise<Values> {
    const tensors = [...feeds].map(([name, { dtype, data, shape }]) => [
      name,
      // The constructor's overloads tie each type's name to its array; ours are tied by `TensorData`.
      new ort.Tensor(dtype as 'float32', data as Float32Array, shape),
    ]);
    const results = await this.#session.run(Object.fromEntries(tensors), { logSeverityLevel: 4 });
    return new Map(
      Object.entries(results).map(([name, { type, dims, data }]) => [
        name,
        { dtype: type as Dtype, shape: dims, data: data as Elements },
      ]),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/**
 * What onnxruntime answers to an ONNX file, output by output. Nothing is optimized, so that what was written is what runs.
 * @param feeds - by the names of inputs; half floats must not be among them.
 */
export async function runOnnx(bytes: Uint8Array, feeds: Values): Promise<Values> {
  const session = await OnnxSession.of(bytes, 'disabled');
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** The same numbers in [lo, hi) each time: Knuth's multiplicative hash of the position. */
export function noiseOf({ dtype, shape }: ValueType, lo = -1, hi = 1): TensorData {
  const data = allocate(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    const element = lo + ((hi - lo) * (Math.imul(i + 1, 2654435761) >>> 0)) / 2 ** 32;
    data[i] = data instanceof BigInt64Array ? BigInt(Math.trunc(element)) : element;
  }
  return { dtype, shape, data };
}

/** A tensor that was stored alone, as the ONNX project's node tests store inputs and outputs. */
export function storedTensor(bytes: Uint8Array): TensorData & { readonly name: string } {
  const proto = fromBinary(TensorProtoSchema, bytes);
  return { name: proto.name, ...readTensor(proto) };
}

/** max |a − b| / max |b|, 0 where both are the same, infinities included; infinite where one is not a number alone. */
export function relativeDifference(given: TensorData | undefined, expected: TensorData): number {
  if (given === undefined || given.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(given.data[i]), Number(expected.data[i])];
    if (Object.is(a, b) || a === b) continue;
    const apart = Math.abs(a - b);
    difference = Math.max(difference, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  for (const element of expected.data) largest = Math.max(largest, Math.abs(Number(element)) || 0);
  return difference === 0 ? 0 : difference / (largest || 1);
}
