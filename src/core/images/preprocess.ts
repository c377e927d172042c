import type { Shape, Tensor } from '../model/types.ts';
import { Problem } from '../problem.ts';

/**
 * How a picture comes to the size of the model's input:
 * - `stretch`: both sides are resized, whatever becomes of the proportions;
 * - `crop`: the short side is resized (to `shortSide`, or just to the size needed), the middle is cut out;
 * - `letterbox`: the whole picture is resized to lie within, the rest is black.
 */
export type Fit = 'stretch' | 'crop' | 'letterbox';

/** What happens to a picture before a model sees it. Resizing is Pillow's bilinear, which averages when it shrinks. */
export interface Preprocess {
  /** Height and width of the model's input, pixels. */
  readonly size: readonly [number, number];
  readonly fit: Fit;
  /** Pixels; for `crop` only, e.g. 256 before a crop of 224. */
  readonly shortSide?: number;
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** The model gets (x − mean) / std of pixel values x in 0 … 255. One number for all channels, or one for each in the model's order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Where in a tensor's shape a picture lies. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/**
 * The picture that an input of `shape` takes: [1, h, w, c], [h, w, c] or, for grey, [1, h, w], with 1 or 3 channels;
 * `undefined` for anything else.
 */
export function pictureShape(shape: Shape): PictureShape | undefined {
  const dimensions = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (dimensions.length !== 3) return undefined;
  const [first = 0, second = 0, third = 0] = dimensions;
  if (third === 1 || third === 3) return valid(first, second, third);
  return first === 1 && shape.length === 3 ? valid(second, third, 1) : undefined;
}

function valid(height: number, width: number, channels: 1 | 3): PictureShape | undefined {
  return height > 0 && width > 0 ? { height, width, channels } : undefined;
}

/**
 * The picture that `input` takes, checked against `preprocess`.
 * @throws Problem `images/shape` when the input takes no picture, or one of another size or number of channels;
 *   `usage` when the numbers of `preprocess` make no sense.
 */
export function checkPreprocess(preprocess: Preprocess, input: Tensor): PictureShape {
  const shape = pictureShape(input.shape);
  if (shape === undefined) {
    throw new Problem(
      'images/shape',
      `The input "${input.name}" has the shape [${input.shape}], which is not that of a grey or colour picture. Give its values as .npy or .npz.`,
      {
        input: input.name,
        shape: input.shape,
      },
    );
  }
  const [height, width] = preprocess.size;
  const channels = preprocess.channels === 'grey' ? 1 : 3;
  if (height !== shape.height || width !== shape.width || channels !== shape.channels) {
    throw new Problem(
      'images/shape',
      `The input "${input.name}" takes pictures of ${shape.height} × ${shape.width} × ${shape.channels} (height, width, channels); the preprocessing makes ${height} × ${width} × ${channels}.`,
      {
        input: input.name,
        shape: input.shape,
      },
    );
  }
  checkNumbers(preprocess, channels);
  return shape;
}

/** Pixels; no model sees pictures of this size, and a typing error would take all memory. */
const longestSide = 8192;

function checkNumbers({ mean, std, shortSide, size }: Preprocess, channels: number): void {
  for (const values of [mean, std]) {
    if ((values.length !== 1 && values.length !== channels) || !values.every(Number.isFinite)) {
      throw new Problem(
        'usage',
        `Mean and scale are one number, or ${channels} of them for ${channels} channels.`,
        { mean, std },
      );
    }
  }
  if (std.some((value) => value === 0))
    throw new Problem('usage', 'The standard deviation of a channel may not be 0.', { std });
  if (shortSide !== undefined && shortSide > longestSide) {
    throw new Problem(
      'usage',
      `A short side of ${shortSide} pixels is too large; at most ${longestSide} are supported.`,
      {
        shortSide,
      },
    );
  }
  if (shortSide !== undefined && shortSide < Math.max(...size)) {
    throw new Problem(
      'usage',
      `A picture whose short side is ${shortSide} is too small to cut ${size[0]} × ${size[1]} out of it.`,
      { shortSide, size },
    );
  }
}
