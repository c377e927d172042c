import { consumers, tensorAt } from '../model/graph.ts';
import type { Graph, Quant, Tensor } from '../model/types.ts';
import { type Preprocess, pictureShape } from './preprocess.ts';

/** What a model's metadata says about an input: the model wants (x − mean) / std of pixels 0 … 255. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A preprocessing that nobody has confirmed, with what speaks for it. */
export interface Guess {
  readonly preprocess: Preprocess;
  /** The model itself says so. */
  readonly certain: boolean;
  /** Sentences to show beside it. */
  readonly reasons: readonly string[];
}

export interface Hints {
  /** From the file's metadata, where it has any. */
  readonly normalization?: Normalization;
  /** See `rescalesInput`. */
  readonly rescalesInput?: boolean;
}

interface Numbers extends Normalization {
  readonly certain: boolean;
  readonly reason: string;
}

const RAW: Normalization = { mean: [0], std: [1] };
const UNIT: Normalization = { mean: [0], std: [255] };

/**
 * Guesses how pictures become values of `input`, from metadata, dtype, scale and shape.
 * @returns `undefined` when the input takes no picture.
 */
export function guessPreprocess(input: Tensor, hints: Hints = {}): Guess | undefined {
  const shape = pictureShape(input.shape);
  if (shape === undefined) return undefined;
  const { mean, std, certain, reason } = guessNumbers(input, hints, shape.channels);
  const channels = shape.channels === 1 ? 'grey' : 'rgb';
  const preprocess: Preprocess = { size: [shape.height, shape.width], fit: 'stretch', channels, mean, std };
  const geometry = `Pictures are stretched to ${shape.height} × ${shape.width} (height × width)${channels === 'rgb' ? ', channels in the order red, green, blue' : ''}: nothing in a model says otherwise.`;
  return { preprocess, certain, reasons: [reason, geometry] };
}

function guessNumbers(input: Tensor, { normalization, rescalesInput }: Hints, channels: number): Numbers {
  if (input.dtype !== 'float32') return integerNumbers(input);
  if (normalization !== undefined) {
    const { mean, std } = normalization;
    return { mean, std, certain: true, reason: `The model's metadata says (x − ${mean}) / ${std}.` };
  }
  if (rescalesInput)
    return {
      ...RAW,
      certain: false,
      reason: 'The model begins by rescaling its input, so it gets pixel values 0 … 255.',
    };
  const unknown = 'The file does not say which values the model was trained on';
  if (channels === 1)
    return { ...UNIT, certain: false, reason: `${unknown}; for grey pictures 0 … 1 is usual.` };
  return {
    ...UNIT,
    certain: false,
    reason: `${unknown}; 0 … 1 is assumed. Others are as usual: 0 … 255 (mean 0, scale 1) and −1 … 1 (mean 127.5, scale 0.00784). Set what the training used.`,
  };
}

/** An integer input stands for the pixel values themselves, uint8 as they are and int8 less 128; its scale then says which real numbers they mean. */
function integerNumbers({ dtype, quant }: Tensor): Numbers {
  if (quant === undefined)
    return { ...RAW, certain: true, reason: `The input is ${dtype} without a scale: it gets pixel values.` };
  const { low, high, numbers } = pixelNumbers(quant, dtype === 'int8' ? 128 : 0);
  const usual = (
    [
      [0, 255],
      [0, 1],
      [-1, 1],
    ] as const
  ).some(([from, to]) => Math.abs(low - from) + Math.abs(high - to) < 0.02 * (to - from));
  const range = `${Number(low.toPrecision(4))} … ${Number(high.toPrecision(4))}`;
  return {
    ...numbers,
    certain: usual,
    reason: `The scale and zero point of the ${dtype} input map pixels 0 … 255 to ${range}.`,
  };
}

function pixelNumbers(
  quant: Quant,
  offset: number,
): { readonly low: number; readonly high: number; readonly numbers: Normalization } {
  const scale = quant.scale[0] ?? 1;
  const mean = (quant.zeroPoint[0] ?? 0) + offset;
  return { low: -mean * scale, high: (255 - mean) * scale, numbers: { mean: [mean], std: [1 / scale] } };
}

/** True when everything that reads `input` multiplies it by a constant or adds one: a Rescaling or Normalization layer inside the model. */
export function rescalesInput(graph: Graph, input: Graph['inputs'][number]): boolean {
  const readers = consumers(graph).get(input) ?? [];
  return (
    readers.length > 0 &&
    readers.every((id) => {
      const op = graph.ops[id];
      if (op === undefined || !['MUL', 'SUB', 'ADD', 'DIV'].includes(op.kind)) return false;
      return op.inputs.some((other) => other !== input && tensorAt(graph, other).data !== undefined);
    })
  );
}
