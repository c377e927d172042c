import type { Int8Executor } from '../../src/core/execute/int8/executor.ts';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { isPresent, mainGraph, opName } from '../../src/core/model/graph.ts';
import type { OpId, Sample, TensorData, TensorId } from '../../src/core/model/types.ts';
import type { LiteRt } from './litert.ts';
import { withOutputs } from './tflite-patch.ts';

/** How far an op's outputs lie from LiteRT's, over all samples. */
export interface OpDifference {
  readonly op: OpId;
  /** CONV_2D … */
  readonly name: string;
  readonly elements: number;
  readonly differing: number;
  /** Largest |difference|: steps of a quantized type, real units of a float one. */
  readonly largest: number;
}

/**
 * Compares a model op by op. Each op gets the values that LiteRT computed before it, so that an op answers for its own
 * arithmetic alone and not for what it was given.
 * @param executor - of the model in `tflite`
 */
export function compareOpByOp(
  litert: LiteRt,
  tflite: Uint8Array,
  executor: Pick<Int8Executor, 'activationsOf' | 'runOp'>,
  samples: readonly Sample[],
): readonly OpDifference[] {
  const graph = mainGraph(readTflite(tflite));
  const made = graph.ops.flatMap((op) => op.outputs.filter(isPresent));
  const known = [...graph.inputs, ...made];
  const model = litert.load(withOutputs(tflite, made));
  const runs = samples.map((sample) => [...sample, ...model.execute(sample)]);
  model.dispose();

  return graph.ops.map((op, index) => {
    const id = index as OpId;
    const differences = runs.flatMap((values) => {
      const valueAt = (tensor: TensorId): TensorData => at(values, known.indexOf(tensor));
      const ours = executor.runOp(id, executor.activationsOf(id).map(valueAt));
      return op.outputs
        .filter(isPresent)
        .flatMap((output, n) => absoluteDifferences(at(ours, n), valueAt(output)));
    });
    return {
      op: id,
      name: opName(op),
      elements: differences.length,
      differing: differences.filter((difference) => difference > 0).length,
      largest: differences.reduce((a, b) => Math.max(a, b), 0),
    };
  });
}

function at(values: readonly TensorData[], index: number): TensorData {
  const value = values[index];
  if (value === undefined) throw new Error(`There is no value ${index} of ${values.length}.`);
  return value;
}

function absoluteDifferences(ours: TensorData, theirs: TensorData): number[] {
  if (ours.data.length !== theirs.data.length)
    throw new Error(`${ours.shape} and ${theirs.shape} do not compare.`);
  return Array.from({ length: ours.data.length }, (_, n) =>
    Math.abs(Number(ours.data[n]) - Number(theirs.data[n])),
  );
}
