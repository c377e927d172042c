import type { Call } from '../call.ts';
import type { FloatRuntime } from '../execute/executor.ts';
import { eachSample } from '../model/each-sample.ts';
import { isPresent, mainGraph, opName, producers, tensorAt } from '../model/graph.ts';
import { insideOf } from '../model/inside.ts';
import type { NamedSample, SampleSource } from '../model/samples.ts';
import type { Graph, Model, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { RunningStatistics } from './running.ts';
import type { SampleRef, Statistics } from './statistics.ts';

export interface CalibrateTools {
  readonly runtime: FloatRuntime;
  readonly call?: Call;
}

/** Ops whose panels show a range per output channel. */
const opsWithWeights: ReadonlySet<string> = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'TRANSPOSE_CONV',
  'FULLY_CONNECTED',
]);

/** Empty statistics for every float activation, graph inputs first, then what ops give and hold in execution order. */
function emptyStatistics(graph: Graph): ReadonlyMap<TensorId, RunningStatistics> {
  const map = new Map<TensorId, RunningStatistics>();
  const add = (id: TensorId, perChannel: boolean): void => {
    const { dtype, shape } = tensorAt(graph, id);
    if (dtype !== 'float32') return;
    map.set(id, new RunningStatistics(perChannel ? shape.at(-1) : undefined));
  };
  for (const id of graph.inputs) add(id, false);
  for (const op of graph.ops) {
    for (const id of op.outputs.filter(isPresent)) add(id, opsWithWeights.has(op.kind));
    for (const id of insideOf(graph, op)) add(id, false);
  }
  return map;
}

function notFinite(graph: Graph, id: TensorId, sample: SampleRef): Problem {
  const made = producers(graph).get(id);
  const maker = made ?? graph.ops.findIndex((candidate) => insideOf(graph, candidate).includes(id));
  const op = graph.ops[maker];
  const { name } = tensorAt(graph, id);
  const what = made === undefined ? 'a value inside of' : 'the output of';
  const source = op === undefined ? 'an input of the model' : `${what} op ${maker} (${opName(op)})`;
  const text = `Sample ${sample.index} “${sample.name}” gives a NaN or infinite value in tensor ${id} “${name}”, ${source}.`;
  return new Problem('range/not-finite', text, {
    tensor: id,
    name,
    ...(op !== undefined && { op: maker, kind: opName(op) }),
    sample: sample.name,
    index: sample.index,
  });
}

/**
 * Runs every sample through the float model and measures all float activations. Resource variables go on from sample to
 * sample, as in TensorFlow's calibrator: a run is one step of a stream, whose first step alone would tell nothing of the others.
 *
 * An empty source is refused; TensorFlow's converter returns the float model then, without a word.
 * @param model - float and prepared; its first graph is measured.
 * @throws Problem `range/not-finite` naming tensor, op and sample; `images/none` when no sample could be used;
 * `model/inputs`, `model/unsupported-op` and `compute/…` as the runtime.
 */
export async function calibrate(
  model: Model,
  samples: SampleSource,
  tools: CalibrateTools,
): Promise<Statistics> {
  const { runtime, call } = tools;
  const graph = mainGraph(model);
  const running = emptyStatistics(graph);
  const executor = await runtime.create(model, [...running.keys()], { variables: 'kept' });
  const measure = ({ name, sample }: NamedSample, index: number) =>
    executor.execute(sample, (id, { data }) => {
      const finite = running.get(id)?.observe(data as Float32Array, { index, name });
      if (finite === false) throw notFinite(graph, id, { index, name });
    });
  const seen = await eachSample(samples, measure, { call }).finally(() => executor.dispose());
  const finished = [...running].flatMap(([id, statistics]) => {
    const snapshot = statistics.snapshot();
    return snapshot === undefined ? [] : [[id, snapshot] as const];
  });
  return { byTensor: new Map(finished), ...seen };
}
