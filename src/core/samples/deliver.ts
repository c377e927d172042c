import { type Preprocess, pictureShape } from '../images/preprocess.ts';
import type { DecodePicture } from '../model/picture.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Tensor } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { arraySource, labelCount, type NamedArray } from './array-source.ts';
import { type GivenLabels, orderedLabels } from './given-labels.ts';
import { classesFromFolders, labelsByName } from './labels.ts';
import { type PictureItem, pictureSource } from './picture-source.ts';
import { pixelStack, stackItems } from './pixel-stack.ts';

export interface SampleOptions {
  /** The model's inputs, in order. */
  readonly inputs: readonly Tensor[];
  readonly decode: DecodePicture;
  /** How pictures become values; absent when the model's input takes no picture. */
  readonly preprocess?: Preprocess;
}

/** Samples with what a report says about them. */
export interface OpenedSamples extends SampleSource {
  /** Whether the samples are pictures, made into values by the preprocessing, or values as the file has them. */
  readonly kind: 'pictures' | 'arrays';
  /** The pictures, with their classes; absent for arrays. */
  readonly items?: readonly PictureItem[];
}

interface Classes {
  readonly classNames?: readonly string[];
  readonly labelOf: (item: PictureItem, index: number) => number | undefined;
}

/** Pictures as samples of the model's only input, with the classes that their list, their folders or `labels` name. */
export function deliverPictures(
  items: readonly PictureItem[],
  options: SampleOptions,
  labels: GivenLabels,
): OpenedSamples {
  const input = onlyInput(options.inputs);
  if (options.preprocess === undefined) {
    throw new Problem(
      'images/shape',
      `The input "${input.name}" has the shape [${input.shape}] and takes no picture. Give its values as .npy or .npz.`,
      {
        input: input.name,
        shape: input.shape,
      },
    );
  }
  const { classNames, labelOf } = classesOf(items, labels);
  const labelled = items.map((item, index) => {
    const label = item.label ?? labelOf(item, index);
    return label === undefined ? item : { ...item, label };
  });
  const source = pictureSource(labelled, {
    input,
    preprocess: options.preprocess,
    ...(classNames && { classNames }),
  });
  return { kind: 'pictures', items: labelled, ...source };
}

/** An array of the model's only input: pixels where it is a stack of uint8 pictures and the input takes pictures, else values. */
export function deliverArray(named: NamedArray, options: SampleOptions, labels: GivenLabels): OpenedSamples {
  const input = onlyInput(options.inputs);
  const ordered = orderedLabels(labels);
  if (pixelStack(named.array) !== undefined && pictureShape(input.shape) !== undefined) {
    return deliverPictures(stackItems(named.name, named.array), options, labels);
  }
  return {
    kind: 'arrays',
    ...arraySource([named], { inputs: [input], ...(ordered && { labels: ordered }) }),
  };
}

function classesOf(items: readonly PictureItem[], labels: GivenLabels): Classes {
  const names = items.map((item) => item.name);
  switch (labels.kind) {
    case 'table': {
      const byName = labelsByName(names, labels.table);
      const { classNames } = labels.table;
      return { ...(classNames && { classNames }), labelOf: (item) => byName.get(item.name) };
    }
    case 'ordered':
      if (labels.labels.length !== items.length) throw labelCount(labels.labels.length, items.length);
      return { labelOf: (_, index) => labels.labels[index] };
    case 'names':
    case 'none': {
      const known = labels.kind === 'names' ? labels.classNames : undefined;
      const listed = items.some((item) => item.label !== undefined);
      const folders = listed ? undefined : classesFromFolders(names, known);
      const classNames = known ?? folders?.classNames;
      return { ...(classNames && { classNames }), labelOf: (item) => folders?.labels.get(item.name) };
    }
    default:
      return labels satisfies never;
  }
}

function onlyInput(inputs: readonly Tensor[]): Tensor {
  const [input, ...others] = inputs;
  if (input !== undefined && others.length === 0) return input;
  const list = inputs.map(({ name, shape }) => `"${name}" [${shape}]`).join(', ');
  throw new Problem(
    'model/inputs',
    `The model has ${inputs.length} inputs (${list}) and needs values for each: an .npz with an array of each of these names.`,
    {
      inputs: inputs.map(({ name }) => name),
    },
  );
}
