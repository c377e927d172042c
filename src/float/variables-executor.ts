import type { Executor, FloatRuntimeChoices, Watch } from '../core/execute/executor.ts';
import { checkInputs } from '../core/execute/inputs.ts';
import { withoutVariables } from '../core/execute/without-variables.ts';
import { mainGraph } from '../core/model/graph.ts';
import type { Graph, Model, Sample } from '../core/model/types.ts';

interface Carried extends FloatRuntimeChoices {
  /** What the variables hold before the first run. */
  readonly first: Sample;
}

/** Runs a model through one whose variables are its last inputs and outputs (core/execute/without-variables.ts). */
class VariablesExecutor implements Executor {
  readonly #graph: Graph;
  readonly #inner: Executor;
  readonly #carried: Carried;
  #held: Sample;

  constructor(model: Model, inner: Executor, carried: Carried) {
    this.#graph = mainGraph(model);
    this.#inner = inner;
    this.#carried = carried;
    this.#held = carried.first;
  }

  async execute(inputs: Sample, watch?: Watch): Promise<Sample> {
    checkInputs(this.#graph, inputs);
    const { variables = 'fresh', first } = this.#carried;
    const held = variables === 'fresh' ? first : this.#held;
    const outputs = await this.#inner.execute([...inputs, ...held], watch);
    const own = this.#graph.outputs.length;
    this.#held = outputs.slice(own);
    return outputs.slice(0, own);
  }

  dispose(): void {
    this.#inner.dispose();
  }
}

/**
 * An executor of a model with resource variables.
 * @param open - opens one without
 */
export async function openWithVariables(
  model: Model,
  choices: FloatRuntimeChoices,
  open: (model: Model) => Promise<Executor>,
): Promise<Executor> {
  const { model: without, first } = withoutVariables(model);
  return new VariablesExecutor(model, await open(without), { ...choices, first });
}
