import type { NamedSample, SampleSource } from '../../src/core/model/samples.ts';
import { classNames, pictureSize, render } from './render.ts';

/** Which picture: its class and the seed it is drawn from. */
export interface PictureRef {
  readonly label: number;
  readonly seed: number;
}

/** A picture as the model takes it: float32 [1, 64, 64, 3], RGB / 255. */
export function sampleOf({ label, seed }: PictureRef): NamedSample {
  const data = Float32Array.from(render(label, seed).pixels, (value) => value / 255);
  const name = `${classNames[label]} ${seed}`;
  return { name, label, sample: [{ shape: [1, pictureSize, pictureSize, 3], dtype: 'float32', data }] };
}

/** Pictures that are drawn when they are asked for. */
export function samplesOf(pictures: readonly PictureRef[]): SampleSource {
  return {
    count: pictures.length,
    classNames,
    async *open() {
      for (const picture of pictures) yield sampleOf(picture);
    },
  };
}
