import type { NpyArray } from '../formats/npy.ts';
import { fitOfArray, valueFromArray } from '../images/array-fit.ts';
import { elementCount } from '../model/data.ts';
import type { NamedSample, SampleSource } from '../model/samples.ts';
import type { Tensor } from '../model/types.ts';
import { Problem } from '../problem.ts';

export interface NamedArray {
  readonly name: string;
  readonly array: NpyArray;
}

export interface ArraySourceOptions {
  /** The model's inputs, in order. */
  readonly inputs: readonly Tensor[];
  /** Class index of each sample. */
  readonly labels?: readonly number[];
}

/**
 * Arrays of input values, one for each input of the model in its order, as samples. A slice at a time is in memory.
 * @throws Problem `images/shape` when an array does not fit its input or the arrays hold different numbers of samples,
 *   `images/none` when they hold none.
 */
export function arraySource(
  arrays: readonly NamedArray[],
  { inputs, labels }: ArraySourceOptions,
): SampleSource {
  const feeds = inputs.map((input, index) => {
    const named = arrays[index];
    if (named === undefined)
      throw new Problem('model/inputs', `The input "${input.name}" has no values.`, { input: input.name });
    return { ...named, input, ...fitOfArray(named.array.shape, input, named.name) };
  });
  const count = feeds[0]?.count ?? 0;
  const other = feeds.find((feed) => feed.count !== count);
  if (other !== undefined) {
    throw new Problem(
      'images/shape',
      `"${feeds[0]?.name}" holds ${count} samples and "${other.name}" ${other.count}; they must be as many.`,
    );
  }
  if (count === 0) throw new Problem('images/none', 'The array holds no samples.');
  if (labels !== undefined && labels.length !== count) throw labelCount(labels.length, count);
  async function* open(_onSkip?: unknown, every = 1): AsyncGenerator<NamedSample> {
    for (let index = 0; index < count; index += every) {
      const sample = await Promise.all(
        feeds.map(async ({ array, input, order }) => {
          const size = elementCount(input.shape);
          const data = await array.read(index * size, size);
          return valueFromArray({ data, dtype: array.dtype }, input, order);
        }),
      );
      const label = labels?.[index];
      yield { name: `${feeds[0]?.name}[${index}]`, sample, ...(label !== undefined && { label }) };
    }
  }
  return { count, open };
}

/** The problem of a label file that is for other samples. */
export function labelCount(labels: number, samples: number): Problem {
  return new Problem('labels/invalid', `There are ${labels} labels for ${samples} samples.`, {
    labels,
    samples,
  });
}

/**
 * The arrays of an archive in the order of the model's inputs: by name, with or without the decorations that the
 * converter adds (`serving_default_x:0`); by position where NumPy named them (`arr_0`); a lone one whatever its name.
 * @throws Problem `model/inputs` that names what is missing.
 */
export function matchArrays(
  arrays: ReadonlyMap<string, NpyArray>,
  inputs: readonly Tensor[],
): readonly NamedArray[] {
  const positional = [...arrays.keys()].every((name) => /^arr_\d+$/.test(name));
  return inputs.map((input, index) => {
    const lone = arrays.size === 1 && inputs.length === 1 ? [...arrays.keys()] : [];
    const candidates = [...lone, input.name, plainName(input.name), ...(positional ? [`arr_${index}`] : [])];
    const name = candidates.find((candidate) => arrays.has(candidate));
    const array = name === undefined ? undefined : arrays.get(name);
    if (name !== undefined && array !== undefined) return { name, array };
    throw new Problem(
      'model/inputs',
      `No array is named "${plainName(input.name)}" as the input is; there are ${[...arrays.keys()].join(', ')}.`,
      {
        input: input.name,
        arrays: [...arrays.keys()],
      },
    );
  });
}

function plainName(name: string): string {
  return name.replace(/^serving_default_/, '').replace(/:\d+$/, '');
}
