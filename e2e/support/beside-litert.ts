import type { Page } from '@playwright/test';
import { codecAssets } from '../../src/cli/codec-assets.ts';
import { pictureDecoder } from '../../src/codecs/decode.ts';
import { createInt8Executor } from '../../src/core/execute/int8/executor.ts';
import { readTflite } from '../../src/core/formats/tflite/read.ts';
import { toTensor } from '../../src/core/images/to-tensor.ts';
import { mainGraph, tensorAt } from '../../src/core/model/graph.ts';
import type { TensorData } from '../../src/core/model/types.ts';
import { examplePictures, readExample } from './files.ts';
import { litertAnswers } from './litert.ts';

const preprocess = { size: [64, 64], fit: 'stretch', channels: 'rgb', mean: [0], std: [255] } as const;

/** The example's pictures as inputs of a model. */
export async function inputsFor(file: Uint8Array): Promise<readonly TensorData[]> {
  const graph = mainGraph(readTflite(file));
  const [id] = graph.inputs;
  if (id === undefined) throw new Error('no input');
  const decode = pictureDecoder(codecAssets());
  const pictures = await Promise.all(examplePictures.map((path) => decode(readExample(`pictures/${path}`))));
  return pictures.map((picture) => toTensor(picture, preprocess, tensorAt(graph, id)));
}

function argmax(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

interface Compared {
  readonly same: number;
  readonly total: number;
  /** In steps of the output's scale, or as real numbers where it has none. */
  readonly mean: number;
  readonly largest: number;
}

/** LiteRT's answers to the example's pictures beside those of our kernels. */
export async function besideLiteRt(page: Page, file: Uint8Array): Promise<Compared> {
  const inputs = await inputsFor(file);
  const asked = inputs.map(({ shape, dtype, data }) => ({
    shape,
    dtype,
    data: Array.from(data as Int8Array),
  }));
  const theirs = await litertAnswers(page, file, asked);
  const executor = createInt8Executor(readTflite(file), { arithmetic: 'tflm' });
  let same = 0;
  const differences: number[] = [];
  for (const [i, input] of inputs.entries()) {
    const [output] = await executor.execute([input]);
    const ours = Array.from(output?.data as Int8Array);
    const their = theirs[i] ?? [];
    if (argmax(ours) === argmax([...their])) same += 1;
    differences.push(...ours.map((value, k) => Math.abs(value - (their[k] ?? Number.NaN))));
  }
  executor.dispose();
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  return { same, total: inputs.length, mean, largest: Math.max(...differences) };
}
