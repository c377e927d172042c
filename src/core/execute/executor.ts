import type { Call } from '../call.ts';
import type { Model, OriginalFile, Sample, TensorData, TensorId } from '../model/types.ts';

/**
 * Sees the value of a tensor as soon as it exists. The value may be overwritten after the call returns: a watcher that
 * keeps it copies it.
 */
export type Watch = (id: TensorId, value: TensorData) => void;

/** Something that runs the first graph of a model: the float reference or our int8 kernels. */
export interface Executor {
  /**
   * @param inputs - one value per graph input, in order, of the graph's dtype and shape (batch included).
   * @param watch - called for each tensor in `taps` that the executor was made with, in execution order.
   * @param call - asked between two ops once a run has taken long, by executors that run op by op: a call that is no longer
   * wanted ends the run, and the executor can be used again.
   * @returns one value per graph output, owned by the caller.
   * @throws Problem `model/inputs` when an input does not fit, `compute/runtime` when a kernel refuses its input, and what
   * `call` throws.
   */
  execute(inputs: Sample, watch?: Watch, call?: Pick<Call, 'checkpoint'>): Promise<Sample>;
  /** Frees what the garbage collector does not. The executor is not used afterwards. */
  dispose(): void;
}

export interface FloatRuntimeChoices {
  /** What resource variables are when a run begins: what CALL_ONCE assigns ('fresh', the default), or what the last run left. */
  readonly variables?: 'fresh' | 'kept';
}

/** Makes executors of float models. Implemented outside the core, because it needs a runtime (onnxruntime-web). */
export interface FloatRuntime {
  /**
   * @param taps - activations that `watch` is to see; the fewer, the faster.
   * @throws Problem `model/unsupported-op` naming every op the runtime lacks.
   */
  create(model: Model, taps: readonly TensorId[], choices?: FloatRuntimeChoices): Promise<Executor>;
}

/** Type and shape of a value that was measured. */
export type MeasuredType = Pick<TensorData, 'dtype' | 'shape'>;

export interface MeasureRequest {
  readonly file: OriginalFile;
  /** Names and shapes of what the file is fed. */
  readonly inputs: readonly (Pick<TensorData, 'shape'> & { readonly name: string })[];
  /** Names of the values to measure. */
  readonly values: readonly string[];
}

/** Runs a file to see what it does not say. Implemented where `FloatRuntime` is. */
export interface ShapeRuntime {
  /**
   * Types and shapes of values, as a run on zeros shows them.
   * @throws Problem `compute/…` or `model/unsupported-op` when the runtime cannot run the file.
   */
  measureShapes(request: MeasureRequest): Promise<ReadonlyMap<string, MeasuredType>>;
}
