import type { Call } from '../../call.ts';
import { isPresent } from '../../model/graph.ts';
import { insideOf } from '../../model/inside.ts';
import type { Graph, Model, OpId, Sample, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { Executor, Watch } from '../executor.ts';
import { checkInputs } from '../inputs.ts';
import { opsFrom, varies } from './partial.ts';
import { type Int8Options, type Int8Plan, planInt8 } from './plan.ts';

/** Runs a model on our own kernels, whatever the arithmetic of its ops; one run at a time. */
export interface Int8Executor extends Executor {
  /**
   * The inputs of an op that `runOp` takes, in the order of `op.inputs`: without left-out ones, constants, what is computed
   * from constants alone, and states.
   */
  activationsOf(op: OpId): readonly TensorId[];
  /**
   * Runs one op on given values of its activations; its states are what they are when a run begins.
   * Values of the op's tensors from an earlier `execute` are overwritten.
   * @returns the op's outputs, owned by the caller
   */
  runOp(op: OpId, inputs: readonly TensorData[]): readonly TensorData[];
  /**
   * Runs only what lies between tensors whose values are given and the outputs, with the bits of a whole run in which the
   * given tensors have these values. Graph inputs count as given only when they are. `watch` sees the given tensors among
   * its taps, and what is computed. States are what they are when a run begins; those of ops that do not run stay.
   * @param given - values of the tensors' dtypes and shapes
   * @returns one value per graph output, owned by the caller
   * @throws Problem `model/inputs` when a value does not fit, or when the outputs need something else too
   */
  executeFrom(given: ReadonlyMap<TensorId, TensorData>, options?: RunOptions): Promise<Sample>;
}

export interface RunOptions {
  readonly watch?: Watch | undefined;
  /** As `execute` takes it. */
  readonly call?: Checkpoint | undefined;
}

type Checkpoint = Pick<Call, 'checkpoint'>;

export interface Int8ExecutorOptions extends Int8Options {
  /**
   * What states of recurrent ops are when a run begins: 'fresh', their zero, so that samples do not see each other (the
   * default), or 'kept', what the last run left, as an interpreter that works on a stream has it.
   */
  readonly state?: 'fresh' | 'kept';
  /**
   * Tensors that `watch` is to see: activations, and what ops hold inside, as the op leaves it; 'all' are the graph's inputs
   * and every op's outputs.
   */
  readonly taps?: readonly TensorId[] | 'all';
}

function copyOf({ shape, dtype, data }: TensorData): TensorData {
  return { shape, dtype, data: data.slice() };
}

/** Which tensors a watcher sees after which op. */
function tapsByOp(graph: Graph, taps: readonly TensorId[] | 'all'): readonly (readonly TensorId[])[] {
  const wanted = taps === 'all' ? undefined : new Set(taps);
  return graph.ops.map((op) => {
    const outputs = op.outputs.filter(isPresent);
    return wanted === undefined
      ? outputs
      : [...outputs, ...insideOf(graph, op)].filter((id) => wanted.has(id));
  });
}

/** Milliseconds of work between two checkpoints: often enough for a person who cancels, too rare to be felt. */
const BETWEEN_CHECKPOINTS = 50;

/** A run from the middle: which ops run, and what the others' results are. */
interface Partial {
  readonly ops: ReadonlySet<number>;
  readonly given: ReadonlyMap<TensorId, TensorData>;
}

class PlanExecutor implements Int8Executor {
  readonly #plan: Int8Plan;
  readonly #fresh: boolean;
  readonly #watched: readonly (readonly TensorId[])[];
  readonly #watchedInputs: readonly TensorId[];
  /** A run waits at a checkpoint; its values must not be touched. */
  #running = false;

  constructor(model: Model, { taps = [], state = 'fresh', ...options }: Int8ExecutorOptions) {
    this.#plan = planInt8(model, options);
    const { graph } = this.#plan;
    this.#fresh = state === 'fresh';
    this.#watched = tapsByOp(graph, taps);
    this.#watchedInputs = graph.inputs.filter((id) => taps === 'all' || taps.includes(id));
    this.#plan.reset();
  }

  activationsOf(id: OpId): readonly TensorId[] {
    const inputs = this.#plan.graph.ops[id]?.inputs ?? [];
    return inputs.filter((input) => isPresent(input) && varies(this.#plan, input));
  }

  async execute(inputs: Sample, watch?: Watch, call?: Checkpoint): Promise<Sample> {
    const { graph } = this.#plan;
    checkInputs(graph, inputs);
    this.#begin();
    this.#assign(graph.inputs, inputs);
    for (const id of this.#watchedInputs) watch?.(id, this.#plan.value(id));
    return this.#run({ watch, call });
  }

  async executeFrom(
    given: ReadonlyMap<TensorId, TensorData>,
    { watch, call }: RunOptions = {},
  ): Promise<Sample> {
    const ops = opsFrom(this.#plan, given);
    this.#begin();
    this.#take(given, this.#plan.graph.inputs);
    for (const id of this.#watchedInputs) if (given.has(id)) watch?.(id, this.#plan.value(id));
    return this.#run({ watch, call }, { ops, given });
  }

  runOp(id: OpId, inputs: readonly TensorData[]): readonly TensorData[] {
    const { graph, steps, value } = this.#plan;
    const [op, step] = [graph.ops[id], steps[id]];
    if (op === undefined || step === undefined)
      throw new Problem('model/invalid', `Op ${id} does not exist.`, { op: id });
    const activations = this.activationsOf(id);
    checkInputs(graph, inputs, activations);
    this.#begin();
    this.#assign(activations, inputs);
    step();
    return op.outputs.filter(isPresent).map((output) => copyOf(value(output)));
  }

  dispose(): void {}

  #begin(): void {
    if (this.#running) throw new Problem('compute/runtime', 'The executor is in the middle of a run.');
    if (this.#fresh) this.#plan.reset();
  }

  #assign(ids: readonly TensorId[], values: readonly TensorData[]): void {
    for (const [k, id] of ids.entries()) this.#plan.assign(id, (values[k] as TensorData).data);
  }

  /** Those of `ids` that are given get their values. */
  #take(given: ReadonlyMap<TensorId, TensorData>, ids: readonly TensorId[]): void {
    for (const id of ids) {
      const value = given.get(id);
      if (value !== undefined) this.#plan.assign(id, value.data);
    }
  }

  /**
   * All ops in order, or those of `partial`. A given value is put where its op would make it and not before: until then, its
   * place may hold something else.
   */
  async #run({ watch, call }: RunOptions, partial?: Partial): Promise<Sample> {
    const { graph, steps, value } = this.#plan;
    let paused = Date.now();
    for (const [index, step] of steps.entries()) {
      const runs = partial === undefined || partial.ops.has(index);
      if (runs) step();
      if (partial !== undefined) this.#take(partial.given, graph.ops[index]?.outputs ?? []);
      if (watch !== undefined) {
        for (const id of this.#watched[index] ?? []) if (runs || partial?.given.has(id)) watch(id, value(id));
      }
      if (call === undefined || Date.now() - paused < BETWEEN_CHECKPOINTS) continue;
      await this.#pause(call);
      paused = Date.now();
    }
    return graph.outputs.map((id) => copyOf(value(id)));
  }

  async #pause(call: Checkpoint): Promise<void> {
    this.#running = true;
    try {
      await call.checkpoint();
    } finally {
      this.#running = false;
    }
  }
}

/**
 * @throws Problem as `planInt8`
 */
export function createInt8Executor(model: Model, options: Int8ExecutorOptions): Int8Executor {
  return new PlanExecutor(model, options);
}
