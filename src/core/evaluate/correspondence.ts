import { isPresent, mainGraph } from '../model/graph.ts';
import type { Graph, Model, TensorId } from '../model/types.ts';

/** Activations of a reference model → those of a candidate that stand for the same values. */
export type Correspondence = ReadonlyMap<TensorId, TensorId>;

function activations(graph: Graph): ReadonlySet<TensorId> {
  return new Set([...graph.inputs, ...graph.ops.flatMap((op) => op.outputs)].filter(isPresent));
}

function sameShape(a: Graph, b: Graph, ids: readonly [TensorId, TensorId]): boolean {
  return a.tensors[ids[0]]?.shape.join() === b.tensors[ids[1]]?.shape.join();
}

/** For a candidate that our quantizer made from the reference: tensors keep their positions, new ones stand behind. */
export function samePositions(reference: Model, candidate: Model): Correspondence {
  const [a, b] = [mainGraph(reference), mainGraph(candidate)];
  const made = activations(b);
  const pairs = [...activations(a)].filter((id) => made.has(id) && sameShape(a, b, [id, id]));
  return new Map(pairs.map((id) => [id, id]));
}

/** Activations by name, without the names that several tensors have. */
function uniqueNames(graph: Graph): ReadonlyMap<string, TensorId> {
  const found = new Map<string, TensorId | undefined>();
  for (const id of activations(graph)) {
    const name = graph.tensors[id]?.name ?? '';
    found.set(name, found.has(name) ? undefined : id);
  }
  return new Map([...found].flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const])));
}

/** For models from elsewhere: activations of the same name, unique in both graphs, and the same shape. */
export function sameNames(reference: Model, candidate: Model): Correspondence {
  const [a, b] = [mainGraph(reference), mainGraph(candidate)];
  const names = uniqueNames(b);
  const pairs = [...uniqueNames(a)].flatMap(([name, id]) => {
    const other = names.get(name);
    return other !== undefined && sameShape(a, b, [id, other]) ? [[id, other] as const] : [];
  });
  return new Map(pairs);
}

/**
 * The way back: activations of the candidate → those of the reference. Both sides of a QUANTIZE or DEQUANTIZE stand for
 * the same reference tensor, so those that were inserted have their counterparts, too.
 */
export function counterparts(candidate: Graph, correspondence: Correspondence): Correspondence {
  const map = new Map([...correspondence].map(([own, other]) => [other, own]));
  const conversions = candidate.ops
    .filter(({ kind }) => kind === 'QUANTIZE' || kind === 'DEQUANTIZE')
    .map(({ inputs, outputs }) => [inputs[0] as TensorId, outputs[0] as TensorId] as const);
  const copy = (from: TensorId, to: TensorId): void => {
    const source = map.get(from);
    if (source !== undefined && !map.has(to)) map.set(to, source);
  };
  for (const [input, output] of conversions) copy(input, output);
  for (const [input, output] of conversions.toReversed()) copy(output, input);
  return map;
}
