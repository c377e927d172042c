import { checkPreprocess, type Preprocess } from '../images/preprocess.ts';
import { toTensor } from '../images/to-tensor.ts';
import type { Picture } from '../model/picture.ts';
import type { NamedSample, SampleSource } from '../model/samples.ts';
import type { Tensor } from '../model/types.ts';
import { type Code, Problem } from '../problem.ts';

/** A picture that is read and decoded when it is asked for. */
export interface PictureItem {
  readonly name: string;
  readonly load: () => Promise<Picture>;
  /** Class index. */
  readonly label?: number;
}

export interface PictureSourceOptions {
  /** The model's only input. */
  readonly input: Tensor;
  readonly preprocess: Preprocess;
  readonly classNames?: readonly string[];
}

/** What makes one picture unusable and leaves the others alone. */
const skipped: ReadonlySet<Code> = new Set<Code>([
  'images/undecodable',
  'file/unreadable',
  'file/invalid',
  'file/truncated',
  'file/empty',
]);

/**
 * Pictures as samples, one at a time in memory.
 * @throws Problem `images/none` for no items, `images/shape` when `preprocess` does not fit the input; while reading,
 *   `images/none` when not one of the items could be used.
 */
export function pictureSource(items: readonly PictureItem[], options: PictureSourceOptions): SampleSource {
  if (items.length === 0) throw new Problem('images/none', 'There are no pictures here.');
  checkPreprocess(options.preprocess, options.input);
  return {
    count: items.length,
    ...(options.classNames && { classNames: options.classNames }),
    open: (onSkip, every = 1) => {
      const chosen = items.filter((_, index) => index % every === 0);
      return readPictures(chosen, options, onSkip);
    },
  };
}

async function* readPictures(
  items: readonly PictureItem[],
  { input, preprocess }: PictureSourceOptions,
  onSkip: Parameters<SampleSource['open']>[0],
): AsyncGenerator<NamedSample> {
  let used = 0;
  let lastProblem: Problem | undefined;
  for (const { name, load, label } of items) {
    const picture = await loadOrSkip(load);
    if (picture instanceof Problem) {
      lastProblem = picture;
      onSkip?.(name, picture);
      continue;
    }
    used++;
    yield { name, sample: [toTensor(picture, preprocess, input)], ...(label !== undefined && { label }) };
  }
  if (used === 0 && lastProblem !== undefined) {
    throw new Problem(
      'images/none',
      `None of the ${items.length} files is a picture that can be used. The last one: ${lastProblem.message}`,
      {
        files: items.length,
      },
    );
  }
}

async function loadOrSkip(load: PictureItem['load']): Promise<Picture | Problem> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Problem && skipped.has(error.code)) return error;
    throw error;
  }
}
