import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web/wasm';
import type { Executor, Watch } from '../core/execute/executor.ts';
import { checkInputs } from '../core/execute/inputs.ts';
import { elementCount } from '../core/model/data.ts';
import { mainGraph, producers, tensorAt } from '../core/model/graph.ts';
import { inverse, permuteData, permuted } from '../core/model/permute.ts';
import type { Model, OriginalFile, Sample, Tensor, TensorData, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import { fromOrt, toOrt } from './elements.ts';
import { type OpenSession, quiet } from './executor.ts';
import { runtimeProblem } from './problems.ts';

interface Job {
  readonly file: OriginalFile;
  /** What the file was translated to: its tensors name the values that they are. */
  readonly model: Model;
  readonly taps: readonly TensorId[];
}

interface Means {
  readonly opened: (bytes: Uint8Array, model: Model) => Promise<OpenSession>;
  /** For tensors that the file does not have: what an operator of it was taken apart to. */
  readonly translated: (model: Model, taps: readonly TensorId[]) => Promise<Executor>;
}

/** Runs an ONNX file as it is, for the model that it was translated to. */
class FileExecutor implements Executor {
  readonly #job: Job;
  readonly #open: OpenSession;
  /** Absent where the file has every tensor. */
  readonly #rest: Executor | undefined;
  readonly #order: readonly TensorId[];

  constructor(job: Job, open: OpenSession, rest: Executor | undefined) {
    this.#job = job;
    this.#open = open;
    this.#rest = rest;
    const makers = producers(mainGraph(job.model));
    this.#order = [...new Set(job.taps)].sort((a, b) => (makers.get(a) ?? -1) - (makers.get(b) ?? -1));
  }

  async execute(inputs: Sample, watch?: Watch): Promise<Sample> {
    const graph = mainGraph(this.#job.model);
    checkInputs(graph, inputs);
    const feeds = Object.fromEntries(
      graph.inputs.map((id, k) => this.#feed(tensorAt(graph, id), inputs[k] as TensorData)),
    );
    const { session, turns } = this.#open;
    const results = await turns
      .take(() => session.run(feeds, quiet))
      .catch((error: unknown) => {
        throw runtimeProblem(error, this.#job.model);
      });
    const values = new Map<TensorId, TensorData>(graph.inputs.map((id, k) => [id, inputs[k] as TensorData]));
    const restOutputs = await this.#rest?.execute(inputs, (id, value) => {
      values.set(id, { ...value, data: value.data.slice() });
    });
    const valueAt = (id: TensorId) => values.get(id) ?? this.#value(id, results);
    if (watch !== undefined) for (const id of this.#order) watch(id, valueAt(id));
    return graph.outputs.map((id, k) =>
      !values.has(id) && tensorAt(graph, id).origin === undefined
        ? (restOutputs?.[k] as TensorData)
        : valueAt(id),
    );
  }

  dispose(): void {
    const { session, turns } = this.#open;
    void turns.take(() => session.release());
    this.#rest?.dispose();
  }

  #feed(tensor: Tensor, { data, shape }: TensorData): readonly [string, OrtTensor] {
    const { name, order } = tensor.origin ?? { name: tensor.name };
    const back = order && inverse(order);
    const { session, Tensor } = this.#open;
    const told = session.inputMetadata.find((known) => known.name === name);
    const type = told?.isTensor ? told.type : 'float32';
    const held = toOrt(back ? permuteData(data, shape, back) : data, type);
    // The constructor's overloads tie each type's name to its array, as `toOrt` does.
    return [name, new Tensor(type as 'float32', held as Float32Array, back ? permuted(shape, back) : shape)];
  }

  #value(id: TensorId, results: InferenceSession.OnnxValueMapType): TensorData {
    const { shape, dtype, name, origin } = tensorAt(mainGraph(this.#job.model), id);
    const result = results[origin?.name ?? ''];
    const data = result && fromOrt(result, dtype);
    if (data === undefined || data.length !== elementCount(shape)) {
      const text = `Tensor ${id} (${name}) has the shape [${shape}]; the file’s “${origin?.name}” is [${result?.dims}].`;
      throw new Problem('compute/runtime', text, { tensor: id, shape, dims: result?.dims });
    }
    const order = origin?.order;
    return { shape, dtype, data: order ? permuteData(data, permuted(shape, inverse(order)), order) : data };
  }
}

/** @throws Problem `compute/…` when the runtime refuses the file. */
export async function fileExecutor(job: Job, { opened, translated }: Means): Promise<Executor> {
  const graph = mainGraph(job.model);
  const fed = new Set(graph.inputs);
  const inFile = (id: TensorId) => fed.has(id) || tensorAt(graph, id).origin !== undefined;
  const wanted = [...job.taps, ...graph.outputs].filter((id) => !fed.has(id));
  const names = new Set(wanted.flatMap((id) => tensorAt(graph, id).origin?.name ?? []));
  const rest = wanted.every(inFile)
    ? undefined
    : await translated(
        job.model,
        job.taps.filter((id) => !inFile(id)),
      );
  return new FileExecutor(job, await opened(job.file.withOutputs([...names]), job.model), rest);
}
