import { encodePng } from './png.ts';
import { classNames, pictureSize, render } from './render.ts';
import type { PictureRef } from './samples.ts';

const picturesPerClass = 4;
/** Far from the seeds that training counts through. */
const firstSeed = 3_002_000;

interface NamedPicture extends PictureRef {
  /** Relative to the example's folder. */
  readonly path: string;
}

/** The pictures that come with the example. */
export const examplePictures: readonly NamedPicture[] = classNames.flatMap((name, label) =>
  Array.from({ length: picturesPerClass }, (_, i) => ({
    path: `pictures/${name}/0${i + 1}.png`,
    label,
    seed: firstSeed + i,
  })),
);

/** What the studio shows about the example and how it feeds the model. */
const description = {
  name: 'Fruit',
  description:
    'A small MobileNet that tells ten kinds of fruit apart. In float it is nearly always right; plain int8 loses accuracy in two layers whose channels have very different ranges.',
  task: 'classification',
  model: 'model.tflite',
  labels: 'labels.txt',
  preprocess: {
    size: [pictureSize, pictureSize],
    fit: 'stretch',
    channels: 'rgb',
    layout: 'nhwc',
    mean: [0, 0, 0],
    std: [255, 255, 255],
  },
  license: 'Apache-2.0',
  made: 'Pictures and model are made by `npm run example:make`, from nothing but the code in tools/example.',
  pictures: examplePictures.map(({ path, label }) => ({ file: path, label: classNames[label] })),
};

/** Every file of the example but the model, by path relative to its folder. */
export function exampleFiles(): ReadonlyMap<string, Uint8Array> {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return new Map([
    ['example.json', text(`${JSON.stringify(description, undefined, 2)}\n`)],
    ['labels.txt', text(`${classNames.join('\n')}\n`)],
    ...examplePictures.map(
      ({ path, label, seed }) => [path, encodePng(render(label, seed).pixels, pictureSize)] as const,
    ),
  ]);
}
