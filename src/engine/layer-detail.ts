import type { Statistics } from '../core/calibrate/statistics.ts';
import { constantOf, elementCount } from '../core/model/data.ts';
import { isPresent, mainGraph, tensorAt } from '../core/model/graph.ts';
import type { Graph, Model, Op, Tensor, TensorId } from '../core/model/types.ts';
import { weightRuleOf } from '../core/quantize/rules.ts';
import type { LayerDetail } from './api.ts';

interface Models {
  readonly float: Model;
  readonly quantized: Model;
  readonly statistics: Statistics;
}

/** Smallest and largest weight of each output channel. */
function channelExtremes(tensor: Tensor, axis: number): LayerDetail['weights'] {
  const data = constantOf(tensor)?.data;
  if (!(data instanceof Float32Array)) return undefined;
  const channels = tensor.shape[axis] ?? 1;
  const inner = elementCount(tensor.shape.slice(axis + 1));
  const min = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
  const max = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  data.forEach((value, index) => {
    const channel = Math.floor(index / inner) % channels;
    if (value < (min[channel] ?? 0)) min[channel] = value;
    if (value > (max[channel] ?? 0)) max[channel] = value;
  });
  return { min, max };
}

function weightsOf(op: Op, float: Graph): LayerDetail['weights'] {
  const weights = weightRuleOf(op);
  const id = weights === undefined ? undefined : op.inputs[weights.input];
  // Weights keep their position; a second form of a shared constant stands behind the float graph's tensors.
  if (weights === undefined || !isPresent(id) || id >= float.tensors.length) return undefined;
  return channelExtremes(tensorAt(float, id), weights.axis);
}

/** The large figures of op `id` of the quantized model; empty for one that was inserted. */
export function layerDetail(id: number, { float, quantized, statistics }: Models): LayerDetail {
  const op = mainGraph(quantized).ops[id];
  if (op === undefined) return {};
  const histogram = statistics.byTensor.get(op.outputs[0] as TensorId)?.histogram;
  const weights = weightsOf(op, mainGraph(float));
  return { ...(histogram && { histogram }), ...(weights && { weights }) };
}
