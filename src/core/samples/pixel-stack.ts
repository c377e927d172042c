import type { NpyArray } from '../formats/npy.ts';
import type { Picture } from '../model/picture.ts';
import type { PictureItem } from './picture-source.ts';

/** Pictures in an array of bytes. */
interface PixelStack {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** How an array of uint8 is a stack of pictures, [n, h, w] or [n, h, w, 1 or 3]; `undefined` when it is not. */
export function pixelStack({ dtype, shape }: Pick<NpyArray, 'dtype' | 'shape'>): PixelStack | undefined {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (dtype !== 'uint8' || (shape.length !== 3 && shape.length !== 4) || (channels !== 1 && channels !== 3))
    return undefined;
  // [h, w, 3] is one colour picture; nobody has pictures three pixels wide.
  if (shape.length === 3 && width === 3) return { count: 1, height: count, width: height, channels: 3 };
  return height > 0 && width > 0 ? { count, height, width, channels } : undefined;
}

/** The pictures of a stack, called `name[0]`, `name[1]` and so on. */
export function stackItems(
  name: string,
  array: NpyArray,
  labels?: readonly number[],
): readonly PictureItem[] {
  const stack = pixelStack(array);
  if (stack === undefined) return [];
  const size = stack.height * stack.width * stack.channels;
  return Array.from({ length: stack.count }, (_, index) => {
    const label = labels?.[index];
    return {
      name: `${name}[${index}]`,
      load: async () => toPicture(await array.read(index * size, size), stack),
      ...(label !== undefined && { label }),
    };
  });
}

function toPicture(pixels: ArrayLike<number | bigint>, { height, width, channels }: PixelStack): Picture {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = Number(pixels[channels === 3 ? i : Math.floor(i / 3)]);
  return { width, height, data };
}
