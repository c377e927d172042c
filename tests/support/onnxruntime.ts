import type { Dtype, Elements, TensorData } from '../../src/core/model/types.ts';

type Ort = typeof import('onnxruntime-web/wasm');

const types: Readonly<Partial<Record<Dtype, string>>> = {
  float32: 'float32',
  int32: 'int32',
  int64: 'int64',
  uint8: 'uint8',
  int8: 'int8',
  bool: 'bool',
};

/** Runs an ONNX file as it is in onnxruntime, on one thread, without fusions that round otherwise. */
export async function runOnnx(
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, TensorData>,
): Promise<ReadonlyMap<string, TensorData>> {
  const ort: Ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  const options = {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 4,
  } as const;
  const session = await ort.InferenceSession.create(bytes, options);
  const feeds = Object.fromEntries(
    [...inputs].map(([name, { shape, dtype, data }]) => {
      const type = types[dtype] as 'float32';
      return [name, new ort.Tensor(type, data as Float32Array, shape)];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, type, data }]) => [
      name,
      { shape: dims, dtype: type as Dtype, data: data as Elements },
    ]),
  );
}
