import { allocate } from '../model/data.ts';
import type { Picture } from '../model/picture.ts';
import { storedValues } from '../model/stored-values.ts';
import type { Tensor, TensorData } from '../model/types.ts';
import { fitPicture } from './fit.ts';
import { checkPreprocess, type Preprocess } from './preprocess.ts';

/**
 * A picture as the value of a model's input: NHWC, of the input's shape and dtype. A float input gets the normalized
 * pixels, a quantized one gets them quantized; an integer input without scale gets the pixels as they are.
 * @throws Problem `images/shape` or `usage`, see `checkPreprocess`.
 */
export function toTensor(picture: Picture, preprocess: Preprocess, input: Tensor): TensorData {
  const { channels } = checkPreprocess(preprocess, input);
  const { data: pixels } = fitPicture(picture, preprocess);
  const data = allocate(input.dtype, pixels.length);
  // 256 values a channel, so that the inner loop neither divides nor rounds.
  const tables = Array.from({ length: channels }, (_, channel) => pixelTable(preprocess, channel, input));
  for (let channel = 0; channel < channels; channel++) {
    const table = tables[channel] ?? [];
    const source = preprocess.channels === 'bgr' ? channels - 1 - channel : channel;
    for (let i = 0; i < pixels.length; i += channels) data[i + channel] = table[pixels[i + source] ?? 0] ?? 0;
  }
  return { shape: input.shape, dtype: input.dtype, data };
}

/** What each pixel value 0 … 255 becomes in `channel` of the model's input; in float32 steps, as TFLite's NormalizeOp and NumPy count. */
function pixelTable(preprocess: Preprocess, channel: number, input: Tensor): TensorData['data'] {
  const mean = Math.fround(preprocess.mean[channel] ?? preprocess.mean[0] ?? 0);
  const std = Math.fround(preprocess.std[channel] ?? preprocess.std[0] ?? 1);
  const raw = input.dtype !== 'float32' && input.quant === undefined;
  const reals = Float32Array.from({ length: 256 }, (_, pixel) =>
    raw ? pixel : Math.fround(pixel - mean) / std,
  );
  return storedValues(reals, input);
}
