import type { Elements, TensorData } from '../../src/core/model/types.ts';

/**
 * What onnxruntime makes of an ONNX file: its outputs in their order, in float32 where they are float.
 * @param inputs - by name; those that the file does not ask for are left out.
 */
export async function runOnnx(
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, TensorData>,
): Promise<readonly TensorData[]> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/wasm');
  env.wasm.numThreads = 1;
  const quiet = { logSeverityLevel: 4 } as const;
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], ...quiet });
  const feeds = session.inputNames.map((name) => {
    const value = inputs.get(name);
    if (value === undefined) throw new Error(`there is no value for the input ${name}`);
    // The constructor's overloads tie each type's name to its array; ours are tied by `TensorData`.
    return [name, new Tensor(value.dtype as 'float32', value.data as Float32Array, value.shape)] as const;
  });
  const results = await session.run(Object.fromEntries(feeds), quiet);
  const names = session.outputNames;
  await session.release();
  return names.map((name) => {
    const { type, dims, data } = results[name] as { type: string; dims: readonly number[]; data: unknown };
    return { dtype: type as 'float32', shape: dims, data: data as Elements };
  });
}
