import type { OnnxModel, OnnxValue } from '../formats/onnx/graph.ts';
import { Problem } from '../problem.ts';
import type { ValueType } from './normalized.ts';

/** Sizes that a person gives: by the name that the file gives the dimension, or by `input[dimension]`. */
export type Sizes = ReadonlyMap<string, number>;

/** A dimension of an input that is open until somebody says how large it is. */
export interface OpenDimension {
  /** What the size is given by: the file's name for it, or `input[dimension]` where it has none. */
  readonly key: string;
  readonly input: string;
  readonly dimension: number;
}

/** What the details of a `model/dynamic-shape` Problem list under `sizes`. */
export interface OpenSize extends OpenDimension {
  readonly suggestion: number;
}

/** Types of a model's inputs, with every size known. */
export interface BoundInputs {
  readonly types: ReadonlyMap<string, ValueType>;
  /** What each of the file's names of sizes became. */
  readonly names: Sizes;
}

/**
 * Gives every dimension of the inputs a size: the one given, 1 for an open batch, and one size for all dimensions of the
 * same name.
 * @param suggest - sizes for what stays open, in its order.
 * @throws Problem `model/dynamic-shape` whose details list every open size with a suggestion; `usage` for a size that is none.
 */
export function bindInputs(
  { graph }: Pick<OnnxModel, 'graph'>,
  given: Sizes,
  suggest: (open: readonly OpenDimension[]) => readonly number[],
): BoundInputs {
  checkSizes(given);
  const names = new Map(given);
  for (const { shape = [] } of graph.inputs) {
    const [batch] = shape;
    if (hasBatch(shape, graph.inputs) && typeof batch === 'string' && batch !== '' && !names.has(batch))
      names.set(batch, 1);
  }
  const open = new Map<string, OpenDimension>();
  const types = new Map<string, ValueType>();
  for (const input of graph.inputs) {
    const shape = shapeOf(input).map((dim, dimension) => {
      const size =
        names.get(`${input.name}[${dimension}]`) ?? (typeof dim === 'number' ? dim : names.get(dim));
      if (size !== undefined) return size;
      if (dim === '' && dimension === 0 && hasBatch(input.shape ?? [], graph.inputs)) return 1;
      const key = keyOf(dim, input.name, dimension);
      if (!open.has(key)) open.set(key, { key, input: input.name, dimension });
      return 0;
    });
    types.set(input.name, { dtype: input.dtype, shape });
  }
  if (open.size > 0) throw openSizes([...open.values()], suggest([...open.values()]));
  return { types, names };
}

function keyOf(dim: string | number, input: string, dimension: number): string {
  return typeof dim === 'string' && dim !== '' ? dim : `${input}[${dimension}]`;
}

/**
 * Whether the first dimension counts samples: where it is called so, and else unless its name stands for another dimension
 * too, or there are only three dimensions, which may be a lone picture.
 */
function hasBatch(shape: readonly (string | number)[], inputs: readonly OnnxValue[]): boolean {
  const [batch = ''] = shape;
  if (/^(n|b|unk.*|.*batch.*)$/i.test(String(batch))) return true;
  if (batch !== '' && inputs.some((input) => input.shape?.slice(1).includes(batch))) return false;
  return shape.length !== 3;
}

function checkSizes(given: Sizes): void {
  for (const [key, size] of given)
    if (!Number.isSafeInteger(size) || size < 1)
      throw new Problem('usage', `The size of “${key}” must be a whole number of at least 1, not ${size}.`, {
        key,
        size,
      });
}

function shapeOf({ name, shape }: OnnxValue): readonly (string | number)[] {
  if (shape !== undefined) return shape;
  const text = `The input “${name}” does not even say how many dimensions it has. Export the model with a shape for it.`;
  throw new Problem('model/dynamic-shape', text, { input: name, sizes: [] });
}

function openSizes(open: readonly OpenDimension[], suggestions: readonly number[]): Problem {
  const sizes: readonly OpenSize[] = open.map((one, i) => ({ ...one, suggestion: suggestions[i] ?? 1 }));
  const list = sizes.map(({ key, suggestion }) => `“${key}” (for instance ${suggestion})`).join(', ');
  const text = `The model leaves sizes of its input open: ${list}. Give a size for each.`;
  return new Problem('model/dynamic-shape', text, { sizes });
}
