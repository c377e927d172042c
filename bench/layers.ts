/** Layers by how much they multiply for each output, which decides how near to the machine's peak they can come. */
import { isPresent, tensorAt } from '../src/core/model/graph.ts';
import type { Graph, Op } from '../src/core/model/types.ts';

/** Shares of the peak that the project aims at. */
export const layerClasses = {
  'convolution, 256 products and more': 0.85,
  'convolution, 64 to 255 products': 0.65,
  'convolution, fewer products': undefined,
  'depthwise 3×3': 30 / 130,
  'depthwise, other': undefined,
} as const;
export type LayerClass = keyof typeof layerClasses;

export interface Layer {
  readonly kind: LayerClass;
  /** Products with weights, those with padding included. */
  readonly products: number;
}

function convolution(perOutput: number): LayerClass {
  if (perOutput >= 256) return 'convolution, 256 products and more';
  return perOutput >= 64 ? 'convolution, 64 to 255 products' : 'convolution, fewer products';
}

/** `undefined` for what is no convolution; a single output pixel (a dense layer) is bound by memory, not by products. */
export function layerOf(graph: Graph, op: Op): Layer | undefined {
  const [, weights] = op.inputs;
  const [made] = op.outputs;
  if (!isPresent(weights) || !isPresent(made)) return undefined;
  const [first = 1, height = 1, width = 1, last = 1] = tensorAt(graph, weights).shape;
  const [batch = 1, rows = 1, columns = 1, channels = 1] = tensorAt(graph, made).shape;
  if (rows * columns === 1) return undefined;
  const outputs = batch * rows * columns * channels;
  if (op.kind === 'CONV_2D' && first === channels) {
    const perOutput = height * width * last;
    return { kind: convolution(perOutput), products: outputs * perOutput };
  }
  if (op.kind !== 'DEPTHWISE_CONV_2D') return undefined;
  const kind = height === 3 && width === 3 ? 'depthwise 3×3' : 'depthwise, other';
  return { kind, products: outputs * height * width };
}

/** A layer of a model with its best time. */
export interface TimedLayer extends Layer {
  readonly op: string;
  readonly shapes: readonly string[];
  readonly microseconds: number;
}

export interface ClassFigures {
  readonly layers: number;
  /** 10⁹ products a second, all layers together. */
  readonly rate: number;
  /** Of the register-only peak of the same run: all layers together, and the slowest of them. */
  readonly share: number;
  readonly least: number;
  readonly target: number | undefined;
}

const rateOf = (products: number, microseconds: number) => products / microseconds / 1000;

/** @param peak - 10⁹ products a second */
export function classFigures(
  layers: readonly TimedLayer[],
  peak: number,
): Readonly<Partial<Record<LayerClass, ClassFigures>>> {
  const table: Partial<Record<LayerClass, ClassFigures>> = {};
  for (const kind of Object.keys(layerClasses) as LayerClass[]) {
    const members = layers.filter((layer) => layer.kind === kind);
    if (members.length === 0) continue;
    const sum = (pick: (layer: TimedLayer) => number) => members.reduce((all, one) => all + pick(one), 0);
    const rate = rateOf(
      sum(({ products }) => products),
      sum(({ microseconds }) => microseconds),
    );
    const least = Math.min(...members.map(({ products, microseconds }) => rateOf(products, microseconds)));
    table[kind] = {
      layers: members.length,
      rate,
      share: rate / peak,
      least: least / peak,
      target: layerClasses[kind],
    };
  }
  return table;
}
