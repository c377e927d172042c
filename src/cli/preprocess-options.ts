import { readTfliteMetadata } from '../core/formats/tflite/metadata/read.ts';
import { type Guess, guessPreprocess, rescalesInput } from '../core/images/guess.ts';
import type { Fit, Preprocess } from '../core/images/preprocess.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { Model } from '../core/model/types.ts';
import { type Arguments, type OptionSpec, textOption, usageProblem } from './arguments.ts';

/** Options of every command that takes pictures. */
export const preprocessOptions: Readonly<Record<string, OptionSpec>> = {
  mean: {
    type: 'string',
    value: 'N[,N,N]',
    help: 'the model gets (pixel − mean) · scale, pixels 0 … 255; --mean=-1 for negative ones',
  },
  scale: {
    type: 'string',
    value: 'N[,N,N]',
    help: 'see --mean; 0.00392 for 0 … 1, 1 for pixels as they are',
  },
  size: { type: 'string', value: 'WxH', help: 'size that pictures get; must be the model’s' },
  fit: { type: 'string', value: 'HOW', help: 'stretch (default), crop, or letterbox' },
  'short-side': { type: 'string', value: 'N', help: 'for crop: resize the short side to N first' },
  channels: { type: 'string', value: 'ORDER', help: 'rgb (default), bgr, or grey' },
};

function numbers(args: Arguments, name: string): readonly number[] | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const values = text.split(',').map(Number);
  if (text.trim() === '' || values.some((value) => !Number.isFinite(value))) {
    throw usageProblem(`--${name} is “${text}”; a number or numbers with commas are needed.`);
  }
  return values;
}

function oneOf<T extends string>(args: Arguments, name: string, known: readonly T[]): T | undefined {
  const text = textOption(args, name);
  if (text === undefined) return undefined;
  const value = known.find((candidate) => candidate === text);
  if (value === undefined) throw usageProblem(`--${name} is “${text}”; known are ${known.join(', ')}.`);
  return value;
}

function sizeOption(args: Arguments): readonly [number, number] | undefined {
  const text = textOption(args, 'size');
  if (text === undefined) return undefined;
  const [, width, height] = /^(\d+)[x×](\d+)$/i.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw usageProblem(`--size is “${text}”; WIDTHxHEIGHT is needed, for example 224x224.`);
  }
  return [Number(height), Number(width)];
}

function stdOption(args: Arguments): readonly number[] | undefined {
  const scale = numbers(args, 'scale');
  if (scale?.includes(0)) throw usageProblem('--scale may not be 0.');
  return scale?.map((value) => 1 / value);
}

/** What the command line says; everything else stays as guessed. */
function given(args: Arguments): Partial<Preprocess> {
  const mean = numbers(args, 'mean');
  const std = stdOption(args);
  const size = sizeOption(args);
  const fit = oneOf<Fit>(args, 'fit', ['stretch', 'crop', 'letterbox']);
  const channels = oneOf(args, 'channels', ['rgb', 'bgr', 'grey'] as const);
  const [shortSide] = numbers(args, 'short-side') ?? [];
  return {
    ...((mean ?? std) && { mean: mean ?? [0], std: std ?? [1] }),
    ...(size && { size }),
    ...(fit && { fit }),
    ...(channels && { channels }),
    ...(shortSide !== undefined && { shortSide }),
  };
}

/**
 * How pictures become values of the model's first input: what the options say, else a guess from the file.
 * @returns `undefined` when the input takes no picture.
 */
export function preprocessOf(model: Model, args: Arguments): Guess | undefined {
  const graph = mainGraph(model);
  const [id] = graph.inputs;
  if (id === undefined) return undefined;
  const normalization = readTfliteMetadata(model)?.inputs[0]?.normalization;
  const hints = { rescalesInput: rescalesInput(graph, id), ...(normalization && { normalization }) };
  const guess = guessPreprocess(tensorAt(graph, id), hints);
  if (guess === undefined) return undefined;
  const options = given(args);
  const told = options.mean !== undefined;
  return {
    preprocess: { ...guess.preprocess, ...options },
    certain: guess.certain || told,
    reasons: told ? [] : guess.reasons.slice(0, 1),
  };
}
