import type { ChannelExtremes, TensorStatistics } from '../calibrate/statistics.ts';
import { isPresent, mainGraph } from '../model/graph.ts';
import type { TensorId } from '../model/types.ts';
import { ruleOf } from '../quantize/rules.ts';
import { quantile } from '../ranges/distribution.ts';
import type { ReportInput } from './input.ts';
import { floatTensors } from './layers.ts';
import type { Finding, LayerRow } from './report.ts';
import { counted, formatReal, formatShare, opLabel } from './units.ts';

/** A channel whose largest magnitude is under this share of the widest one's is left with 4 of 256 steps or fewer. */
const weakShare = 1 / 64;
/** Share of weak channels from which they matter. */
const manyWeak = 1 / 8;
/** Share of the values that an outlier is beyond: 0.05 % on either side. */
const bulk = 0.999;
/** A range this many times wider than that of the bulk gives away two bits of eight. */
const wasteful = 4;
/** Share of clipped values that is worth a word. */
const clippedShare = 0.001;
/** dB. Sound layers of the models looked at keep 29 dB and more on their own. */
const poorRatio = 20;

/** No tensor has it. */
const absent = -1 as TensorId;

interface Layer {
  readonly row: LayerRow;
  /** Whether the op's int8 form has one output grid, whatever was calibrated. */
  readonly fixedGrid: boolean;
  readonly statistics: TensorStatistics;
}

/** int8 layers with the statistics of the float tensor behind their output. */
function int8Layers(input: ReportInput, rows: readonly LayerRow[]): readonly Layer[] {
  const sources = floatTensors(input);
  const graph = mainGraph(input.quantized.model);
  return rows.flatMap((row) => {
    const op = graph.ops[row.op];
    const source = sources.get(op?.outputs.find(isPresent) ?? absent);
    const statistics = input.statistics.byTensor.get(source ?? absent);
    if (op === undefined || statistics === undefined || row.dtype !== 'int8') return [];
    return [{ row, statistics, fixedGrid: typeof ruleOf(op, 'int8')?.output === 'object' }];
  });
}

/** Largest magnitude of each channel. */
function magnitudesOf({ min, max }: ChannelExtremes): readonly number[] {
  return Array.from(min, (low, c) => Math.max(Math.abs(low), Math.abs(max[c] ?? 0)));
}

/** Channels by how much of the tensor's range they use. A constant channel is silent: it has nothing to lose. */
function channelUse(channels: ChannelExtremes): { weak: number; silent: number; total: number } {
  const magnitudes = magnitudesOf(channels);
  const widest = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const isSilent = (c: number) => channels.min[c] === channels.max[c];
  const silent = magnitudes.filter((_, c) => isSilent(c)).length;
  const weak = magnitudes.filter((magnitude, c) => !isSilent(c) && magnitude < weakShare * widest).length;
  return { weak, silent, total: magnitudes.length };
}

/** One channel that stretches the range of all. */
function channelOutlier({ row, statistics }: Layer): readonly Finding[] {
  const magnitudes = statistics.channels === undefined ? [] : magnitudesOf(statistics.channels);
  const [widest = 0, next = 0] = magnitudes.toSorted((a, b) => b - a);
  if (next === 0 || widest < wasteful * next) return [];
  const text = `Output channel ${magnitudes.indexOf(widest)} of ${opLabel(row)} reaches ${formatReal(widest)}, the other ${magnitudes.length - 1} at most ${formatReal(next)}: they share one scale, and about ${Math.ceil(256 * (next / widest))} of 256 steps serve them.`;
  return [{ id: 'channel-outlier', verdict: 'warn', text, where: [row.op] }];
}

function weakChannels({ row, statistics }: Layer): readonly Finding[] {
  if (statistics.channels === undefined) return [];
  const { weak, total } = channelUse(statistics.channels);
  if (weak < manyWeak * total) return [];
  const text = `${weak} of ${total} output channels of ${opLabel(row)} use under 1/64 of its range, so at most 4 of the 256 steps are left for each. Equalizing the channels' ranges before quantizing would help.`;
  return [{ id: 'weak-channels', verdict: 'warn', text, where: [row.op] }];
}

/** An outlier makes the other channels weak; it is the one thing to say then. */
function unevenChannels(layer: Layer): readonly Finding[] {
  const outlier = channelOutlier(layer);
  return outlier.length > 0 ? outlier : weakChannels(layer);
}

function silentChannels(layers: readonly Layer[]): readonly Finding[] {
  const uses = layers
    .flatMap(({ row, statistics: { channels } }) => (channels ? [{ row, ...channelUse(channels) }] : []))
    .filter(({ silent, total }) => silent > 0 && total > 1)
    .sort((a, b) => b.silent / b.total - a.silent / a.total);
  const [most] = uses;
  if (most === undefined) return [];
  const sum = uses.reduce((n, { silent }) => n + silent, 0);
  const text = `${counted(sum, 'output channel')} in ${counted(uses.length, 'layer')} had one and the same value throughout calibration (most: ${most.silent} of ${most.total} in ${opLabel(most.row)}); they could be pruned.`;
  return [{ id: 'silent-channels', verdict: 'info', text, where: uses.map(({ row }) => row.op) }];
}

/** A range that a few values stretch. Only where the tensor's grid is made from its own range. */
function unusedRange({ row, statistics }: Layer): readonly Finding[] {
  const { min, max, minFrom, maxFrom } = statistics;
  const tail = (1 - bulk) / 2;
  const [low, high] = [quantile(statistics, tail), quantile(statistics, 1 - tail)];
  const span = Math.max(0, max) - Math.min(0, min);
  const used = Math.max(0, high) - Math.min(0, low);
  const ownGrid = Math.abs(255 * (row.scale ?? 0) - span) < 0.01 * span;
  if (!ownGrid || used === 0 || span < wasteful * used) return [];
  const upper = max - Math.max(0, high) > Math.min(0, low) - min;
  const [extreme, from] = upper ? [max, maxFrom] : [min, minFrom];
  const text = `The output of ${opLabel(row)} reaches ${formatReal(extreme)} in “${from.name}”, but ${formatShare(bulk)} of its values lie in ${formatReal(low)} … ${formatReal(high)}: ${Math.round(256 * (used / span))} of 256 steps serve them.`;
  return [{ id: 'unused-range', verdict: 'warn', text, where: [row.op] }];
}

function clipped({ row, fixedGrid }: Layer): readonly Finding[] {
  if (fixedGrid || row.clipped === undefined || row.clipped < clippedShare) return [];
  const text = `${formatShare(row.clipped)} of the values of ${opLabel(row)} lie outside its int8 grid and are clipped.`;
  return [{ id: 'clipped', verdict: 'warn', text, where: [row.op] }];
}

/** The op that loses most of the precision. */
function largestError(rows: readonly LayerRow[]): readonly Finding[] {
  const ratio = (row: LayerRow) => row.local?.sqnr ?? Number.POSITIVE_INFINITY;
  const worst = rows.reduce<LayerRow | undefined>(
    (a, b) => (a === undefined || ratio(b) < ratio(a) ? b : a),
    undefined,
  );
  if (worst?.local?.sqnr === undefined) return [];
  const poor = rows.filter((row) => ratio(row) < poorRatio);
  const others = poor.length > 1 ? ` ${counted(poor.length, 'op')} are under ${poorRatio} dB.` : '';
  const text = `Of all ops, ${opLabel(worst)} adds the largest error: on the float model's values its result keeps ${worst.local.sqnr.toFixed(1)} dB.${others}`;
  return [{ id: 'largest-error', verdict: poor.length > 0 ? 'warn' : 'info', text, where: [worst.op] }];
}

/** Findings about how values are distributed over the int8 grids. */
export function distributionFindings(input: ReportInput, rows: readonly LayerRow[]): readonly Finding[] {
  const layers = int8Layers(input, rows);
  return [
    ...largestError(rows),
    ...layers.flatMap(unusedRange),
    ...layers.flatMap(unevenChannels),
    ...layers.flatMap(clipped),
    ...silentChannels(layers),
  ];
}
