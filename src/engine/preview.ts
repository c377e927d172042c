import type { Preprocess } from '../core/images/preprocess.ts';
import { toTensor } from '../core/images/to-tensor.ts';
import type { Picture } from '../core/model/picture.ts';
import type { Tensor } from '../core/model/types.ts';
import type { Preview } from './api.ts';

/**
 * What a model gets of a picture, as a picture again: the input's own numbers, scaled back to 0 … 255, in the channel
 * order that the model sees, so that a wrong order shows.
 */
export function previewOf(picture: Picture, preprocess: Preprocess, input: Tensor): Preview {
  const [height, width] = preprocess.size;
  const { data } = toTensor(picture, preprocess, { ...input, dtype: 'float32' });
  const values = data as Float32Array;
  const channels = preprocess.channels === 'grey' ? 1 : 3;
  const pixels = new Uint8ClampedArray(width * height * 4);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) {
      const channel = channels === 1 ? 0 : c;
      const mean = preprocess.mean[channel] ?? preprocess.mean[0] ?? 0;
      const std = preprocess.std[channel] ?? preprocess.std[0] ?? 1;
      pixels[pixel * 4 + c] = (values[pixel * channels + channel] ?? 0) * std + mean;
    }
    pixels[pixel * 4 + 3] = 255;
  }
  return { width, height, pixels, min, max };
}
