import { tensorAt } from '../model/graph.ts';
import { inverse, permuted } from '../model/permute.ts';
import type { Tensor, TensorId, TensorOrigin } from '../model/types.ts';
import type { Assignment } from './assignment.ts';
import { isAsMeant } from './order.ts';
import type { View } from './views.ts';

/** The origin of a view as its root's: both hold the same elements. */
function originOfRoot({ name, order }: TensorOrigin, { dims }: View): TensorOrigin {
  const composed = permuted(order ?? [...dims.keys()], inverse(dims));
  return isAsMeant(composed) ? { name } : { name, order: composed };
}

/**
 * The roots that go by another name than their own: where TRANSPOSEs fall away, several tensors become one, and where it
 * is no value of the ONNX file itself, it is called as the first of them that is.
 */
export function identify({ graph, views }: Assignment): ReadonlyMap<TensorId, Tensor> {
  const named = new Map<TensorId, Tensor>();
  for (const [id, view] of views.made()) {
    const [tensor, { name, origin }] = [tensorAt(graph, view.root), tensorAt(graph, id)];
    const isKnown = tensor.origin !== undefined || tensor.data !== undefined || named.has(view.root);
    if (isKnown || origin === undefined || graph.inputs.includes(view.root)) continue;
    named.set(view.root, { ...tensor, name, origin: originOfRoot(origin, view) });
  }
  return named;
}
