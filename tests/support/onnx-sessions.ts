import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { rewriteOnnx } from '../../src/core/formats/onnx/rewrite.ts';
import type { TensorData } from '../../src/core/model/types.ts';
import type { NormalizedOnnx } from '../../src/core/onnx/normalized.ts';

export type Range = { readonly min: number; readonly max: number };
export type Values = Readonly<Record<string, TensorData>>;

/** onnxruntime-web on one thread, as the float reference runs it. */
async function runtime(): Promise<typeof import('onnxruntime-web/wasm')> {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  return ort;
}

/** Runs an ONNX file in onnxruntime-web. */
export class OnnxSession {
  readonly #session: InferenceSession;
  readonly #Tensor: typeof Tensor;

  private constructor(session: InferenceSession, ort: { Tensor: typeof Tensor }) {
    this.#session = session;
    this.#Tensor = ort.Tensor;
  }

  static async of(bytes: Uint8Array): Promise<OnnxSession> {
    const ort = await runtime();
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ['wasm'],
      logSeverityLevel: 4,
    });
    return new OnnxSession(session, ort);
  }

  /** Values of all outputs for one value of each input, by name. */
  async run(feeds: Values): Promise<Values> {
    const results = await this.#session.run(
      Object.fromEntries(
        Object.entries(feeds).map(([name, { dtype, shape, data }]) => [
          name,
          new this.#Tensor(dtype as 'float32', data as Float32Array, shape),
        ]),
      ),
    );
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => {
        return [name, { dtype: type, shape: dims, data } as TensorData];
      }),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Extremes of every float value of a graph over some samples: its file runs with all of them as outputs. */
export async function rangesOf(
  { file, graph, values }: NormalizedOnnx,
  samples: readonly Values[],
): Promise<ReadonlyMap<string, Range>> {
  const watched = graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => values.get(name)?.dtype === 'float32');
  const outputs = watched.map((name) => ({ name, dtype: 'float32' as const }));
  const session = await OnnxSession.of(
    rewriteOnnx(file, { graph: { ...graph, outputs }, opset: file.opset }),
  );
  const ranges = new Map<string, Range>();
  for (const sample of samples)
    for (const [name, { data }] of Object.entries({ ...sample, ...(await session.run(sample)) })) {
      let { min, max } = ranges.get(name) ?? { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
      for (const x of data as Float32Array) {
        if (x < min) min = x;
        if (x > max) max = x;
      }
      ranges.set(name, { min, max });
    }
  await session.release();
  return ranges;
}
