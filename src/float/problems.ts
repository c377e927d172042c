import { mainGraph, opName } from '../core/model/graph.ts';
import type { Model } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';

/**
 * What onnxruntime threw, as a problem that names the op of the TFLite model where its text names a node.
 * @param model - absent while nothing but the file is known.
 */
export function runtimeProblem(error: unknown, model?: Model): Problem {
  if (error instanceof Problem) return error;
  const cause = error instanceof Error ? error.message : String(error);
  if (
    /bad_alloc|out of memory|failed to allocate|allocation failed|memory access out of bounds/i.test(cause)
  ) {
    return new Problem('compute/out-of-memory', 'The float runtime ran out of memory on this model.', {
      cause,
    });
  }
  const unknown = /(\S+?)\(-?\d+\) is not a registered function\/op/.exec(cause)?.[1];
  if (unknown !== undefined) {
    const text = `Neither TensorFlow Lite nor onnxruntime knows the operator ${unknown}.`;
    return new Problem('model/unsupported-op', text, { name: unknown, cause });
  }
  const unregistered = /No Op registered for (\S+) with domain_version/.exec(cause)?.[1];
  if (unregistered !== undefined) {
    const text = `onnxruntime does not know the operator ${unregistered} in this operator set.`;
    return new Problem('model/unsupported-op', text, { name: unregistered, cause });
  }
  const index = /\bop(\d+)\//.exec(cause)?.[1];
  const op = index === undefined || model === undefined ? undefined : mainGraph(model).ops[Number(index)];
  if (op === undefined) {
    return new Problem('compute/runtime', `The float runtime could not run this model: ${cause}`, { cause });
  }
  const text = `The float runtime could not run op ${index} (${opName(op)}): ${cause}`;
  return new Problem('compute/runtime', text, { op: Number(index), name: opName(op), cause });
}
