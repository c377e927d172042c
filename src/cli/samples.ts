import { pictureDecoder } from '../codecs/decode.ts';
import type { FloatRuntime } from '../core/execute/executor.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { Model } from '../core/model/types.ts';
import { probePreprocess } from '../core/pipeline/probe-preprocess.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import { type Arguments, listOption, type OptionSpec, textOption, usageProblem } from './arguments.ts';
import { codecAssets } from './codec-assets.ts';
import { preprocessOf, preprocessOptions } from './preprocess-options.ts';
import { openSamples } from './sources.ts';

/** Options of every command that reads samples. */
export const sampleOptions: Readonly<Record<string, OptionSpec>> = {
  images: {
    type: 'string',
    multiple: true,
    value: 'PATH',
    help: 'folder, zip, .csv or .txt list, picture, .npy, .npz or IDX file; NAME=FILE.npy for several inputs',
  },
  labels: {
    type: 'string',
    value: 'FILE',
    help: 'CSV (file,class_index), class names, or an IDX or .npy of labels',
  },
  ...preprocessOptions,
};

/** Samples for a model, and what the person is told about how they are made. */
export interface ModelSamples {
  readonly samples: OpenedSamples;
  readonly notes: readonly string[];
}

function usualNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function describePreprocess({ size, fit, channels, mean, std }: Preprocess): string {
  const scaling = `(pixel − ${mean.map(usualNumber)}) / ${std.map(usualNumber)}`;
  return `Pictures become ${size[1]} × ${size[0]} ${channels} (${fit}), ${scaling}.`;
}

/**
 * Opens `--images` for a float model that has been prepared. A scaling that neither the file nor the options tell is
 * tried out on the model and marked as a guess.
 */
export async function openModelSamples(
  model: Model,
  args: Arguments,
  runtime: FloatRuntime,
): Promise<ModelSamples> {
  const paths = listOption(args, 'images');
  if (paths.length === 0) throw usageProblem('--images is needed.');
  const graph = mainGraph(model);
  const labels = textOption(args, 'labels');
  const decode = pictureDecoder(codecAssets());
  const open = (preprocess: Preprocess | undefined) =>
    openSamples(
      paths,
      { inputs: graph.inputs.map((id) => tensorAt(graph, id)), decode, ...(preprocess && { preprocess }) },
      labels,
    );
  const guess = preprocessOf(model, args);
  const first = await open(guess?.preprocess);
  if (guess === undefined || first.kind !== 'pictures') return { samples: first, notes: [] };
  const { preprocess, certain, reasons } = await probePreprocess(model, guess, { runtime, open });
  const marked = reasons.map((reason) =>
    certain ? reason : `Guessed: ${reason} Set --mean and --scale to be sure.`,
  );
  return { samples: await open(preprocess), notes: [describePreprocess(preprocess), ...marked] };
}
