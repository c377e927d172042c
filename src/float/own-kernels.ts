import { plannerOf } from '../core/execute/choose.ts';
import type { Executor } from '../core/execute/executor.ts';
import { createInt8Executor } from '../core/execute/int8/executor.ts';
import { mainGraph, opName } from '../core/model/graph.ts';
import type { Model, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import type { Segment } from './segments.ts';

/** Ops on our own float kernels, which round as TensorFlow Lite's reference kernels do. */
export function ownExecutor(model: Model, taps: readonly TensorId[], firstOp: number): Executor {
  return createInt8Executor(model, { arithmetic: 'litert-reference', taps, firstOp });
}

/** @throws Problem `model/unsupported-op` naming every op that neither runtime has */
export function refuseUnknownOps(segments: readonly Segment[]): void {
  const ops = segments.flatMap(({ model, firstOp, lowered }) => {
    const graph = mainGraph(model);
    if (lowered !== undefined) return [];
    return graph.ops.flatMap((op, index) =>
      plannerOf(op, graph) === undefined ? [{ index: firstOp + index, name: opName(op) }] : [],
    );
  });
  if (ops.length === 0) return;
  const list = ops.map(({ index, name }) => `${name} (op ${index})`).join(', ');
  throw new Problem('model/unsupported-op', `The float runtime lacks ${list}.`, { ops });
}
