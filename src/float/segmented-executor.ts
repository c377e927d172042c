import type { Call } from '../core/call.ts';
import type { Executor, Watch } from '../core/execute/executor.ts';
import { checkInputs } from '../core/execute/inputs.ts';
import { constantOf } from '../core/model/data.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { Graph, Model, Sample, TensorData, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';

/** An executor of some consecutive ops of a model. */
export interface Piece {
  readonly graph: Graph;
  readonly executor: Executor;
}

/** Runs a model's pieces one after the other and hands values on by their positions. */
export class SegmentedExecutor implements Executor {
  readonly #graph: Graph;
  readonly #pieces: readonly Piece[];
  readonly #watchedInputs: readonly TensorId[];

  /** @param taps - what watchers see of the whole model's inputs; its pieces were made with their own taps. */
  constructor(model: Model, pieces: readonly Piece[], taps: readonly TensorId[]) {
    this.#graph = mainGraph(model);
    this.#pieces = pieces;
    this.#watchedInputs = this.#graph.inputs.filter((id) => taps.includes(id));
  }

  async execute(inputs: Sample, watch?: Watch, call?: Pick<Call, 'checkpoint'>): Promise<Sample> {
    checkInputs(this.#graph, inputs);
    const values = new Map(this.#graph.inputs.map((id, k) => [id, inputs[k] as TensorData]));
    const valueAt = (id: TensorId): TensorData => {
      const value = values.get(id) ?? constantOf(tensorAt(this.#graph, id));
      if (value === undefined)
        throw new Problem('model/invalid', `Tensor ${id} is read before an op has made it.`, { tensor: id });
      return value;
    };
    if (watch !== undefined) for (const id of this.#watchedInputs) watch(id, valueAt(id));
    for (const { graph, executor } of this.#pieces) {
      const outputs = await executor.execute(graph.inputs.map(valueAt), watch, call);
      graph.outputs.forEach((id, k) => {
        values.set(id, outputs[k] as TensorData);
      });
    }
    return this.#graph.outputs.map(valueAt);
  }

  dispose(): void {
    for (const { executor } of this.#pieces) executor.dispose();
  }
}
