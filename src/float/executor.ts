import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web/wasm';
import type { Executor, Watch } from '../core/execute/executor.ts';
import { checkInputs } from '../core/execute/inputs.ts';
import type { LoweredModel } from '../core/lower/lower.ts';
import { elementCount } from '../core/model/data.ts';
import { mainGraph, producers, tensorAt } from '../core/model/graph.ts';
import type { Elements, Graph, Model, Sample, TensorData, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import { runtimeProblem } from './problems.ts';
import type { Turns } from './turns.ts';

/** A session of onnxruntime, and what using it takes. */
export interface OpenSession {
  readonly session: InferenceSession;
  readonly turns: Turns;
  /** onnxruntime's class of tensors. */
  readonly Tensor: TensorConstructor;
}

/** What an executor is made of. */
export interface OnnxParts extends OpenSession {
  /** The whole model, of which `part` may be a piece: its ops are what messages name. */
  readonly model: Model;
  readonly part: Model;
  readonly taps: readonly TensorId[];
  readonly lowered: LoweredModel;
}

/** Failures are thrown; the runtime need not print them as well. */
export const quiet = { logSeverityLevel: 4 } as const;

/** Runs a lowered model in an onnxruntime session. */
export class OnnxExecutor implements Executor {
  readonly #parts: OnnxParts;
  readonly #graph: Graph;
  /** In execution order. */
  readonly #taps: readonly TensorId[];

  constructor(parts: OnnxParts) {
    this.#parts = parts;
    this.#graph = mainGraph(parts.part);
    const makers = producers(this.#graph);
    this.#taps = [...new Set(parts.taps)].sort((a, b) => (makers.get(a) ?? -1) - (makers.get(b) ?? -1));
  }

  async execute(inputs: Sample, watch?: Watch): Promise<Sample> {
    checkInputs(this.#graph, inputs);
    const { lowered, session, turns, model } = this.#parts;
    const feeds = Object.fromEntries(lowered.inputs.map((name, index) => [name, this.#feed(inputs[index])]));
    const results = await turns
      .take(() => session.run(feeds, quiet))
      .catch((error: unknown) => {
        throw runtimeProblem(error, model);
      });
    if (watch !== undefined) for (const id of this.#taps) watch(id, this.#value(id, results));
    return this.#graph.outputs.map((id) => this.#value(id, results));
  }

  dispose(): void {
    const { session, turns } = this.#parts;
    void turns.take(() => session.release());
  }

  #feed(value: TensorData | undefined): Tensor {
    if (value === undefined) throw new Error('inputs are checked before');
    const { Tensor } = this.#parts;
    // The constructor's overloads tie each type's name to its array; ours are tied by `TensorData`.
    return new Tensor(heldAs(value.dtype) as 'float32', value.data as Float32Array, value.shape);
  }

  #value(id: TensorId, results: InferenceSession.OnnxValueMapType): TensorData {
    const { shape, dtype, name } = tensorAt(this.#graph, id);
    const data = results[this.#parts.lowered.outputs.get(id) ?? '']?.data as Elements | undefined;
    if (data?.length === elementCount(shape)) return { shape, dtype, data };
    const text = `Tensor ${id} (${name}) has the shape [${shape}] in the file, but its op yields ${data?.length} elements.`;
    throw new Problem('compute/runtime', text, { tensor: id, shape, elements: data?.length });
  }
}

/** Half floats are computed as float32, into which they have been widened. */
function heldAs(dtype: string): string {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype;
}
