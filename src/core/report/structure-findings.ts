import { isPresent, mainGraph, producers } from '../model/graph.ts';
import type { OpId } from '../model/types.ts';
import type { UnmetSetting } from '../quantize/unmet.ts';
import type { ReportInput } from './input.ts';
import type { Finding, LayerRow } from './report.ts';
import { counted, formatCount, opLabel } from './units.ts';

/** The rows of ops of the float model: of those ops that make the tensors at the same positions. */
type RowsOf = (...ids: readonly OpId[]) => readonly LayerRow[];

function rowFinder({ float, quantized }: ReportInput, rows: readonly LayerRow[]): RowsOf {
  const made = producers(mainGraph(quantized.model));
  const byOp = new Map(rows.map((row) => [row.op, row]));
  return (...ids) => {
    const outputs = ids.flatMap((id) => mainGraph(float).ops[id]?.outputs.find(isPresent) ?? []);
    return outputs.flatMap((output) => byOp.get(made.get(output) ?? -1) ?? []);
  };
}

function labels(rows: readonly LayerRow[]): string {
  return rows.map(opLabel).join(', ');
}

function where(rows: readonly LayerRow[]): readonly number[] {
  return rows.map(({ op }) => op);
}

function biasGuard({ quantized: { enlarged } }: ReportInput, rowsOf: RowsOf): readonly Finding[] {
  const [most, ...others] = enlarged.toSorted((a, b) => b.channels.length - a.channels.length);
  if (most === undefined) return [];
  const sum = enlarged.reduce((n, { channels }) => n + channels.length, 0);
  const text = `${counted(sum, 'channel')} in ${counted(enlarged.length, 'layer')} got a larger weight scale (most: ${most.channels.length} in ${labels(rowsOf(most.op))}), because the bias, counted in steps of input scale · weight scale, would pass 2³⁰. Their weights lose precision, but are tiny beside the bias.`;
  return [
    {
      id: 'bias-guard',
      verdict: 'info',
      text,
      where: where(rowsOf(...[most, ...others].map(({ op }) => op))),
    },
  ];
}

function requantized({ quantized }: ReportInput, rowsOf: RowsOf): readonly Finding[] {
  const ids = [...new Set(quantized.requantized.map(({ op }) => op))];
  if (ids.length === 0) return [];
  const rows = rowsOf(...ids);
  const text = `${counted(quantized.requantized.length, 'operand')} of ${labels(rows)} ${quantized.requantized.length === 1 ? 'is' : 'are'} requantized before, as all operands there share one scale, which would clip them or change a scale that is fixed.`;
  return [{ id: 'requantized', verdict: 'info', text, where: where(rows) }];
}

function unmet({ quantized }: ReportInput, rowsOf: RowsOf): readonly Finding[] {
  const opsOf = (setting: UnmetSetting['setting']) =>
    quantized.unmet.filter((entry) => entry.setting === setting).map(({ op }) => op);
  const [wide, perTensor] = [opsOf('weightBits'), opsOf('weights')];
  const rows = rowsOf(...wide);
  const wideText = `${counted(wide.length, 'layer')} ${wide.length === 1 ? 'has' : 'have'} 8-bit weights although the recipe asks for 4 bits, as no kernel takes int4 weights there: ${labels(rows)}.`;
  const scaleText = `${counted(perTensor.length, 'layer')} ${perTensor.length === 1 ? 'has' : 'have'} one weight scale each although the recipe says per-channel, as uint8 kernels know no other.`;
  return [
    ...(wide.length > 0
      ? [{ id: 'weight-bits', verdict: 'warn', text: wideText, where: where(rows) } as const]
      : []),
    ...(perTensor.length > 0
      ? [{ id: 'one-weight-scale', verdict: 'info', text: scaleText, where: [] } as const]
      : []),
  ];
}

function keptFloat({ quantized }: ReportInput, rowsOf: RowsOf): readonly Finding[] {
  const reasons = [...new Set(quantized.keptFloat.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const kept = quantized.keptFloat.filter((entry) => entry.reason === reason);
    const rows = rowsOf(...kept.map(({ op }) => op));
    const text = `${counted(kept.length, 'op')} ${kept.length === 1 ? 'stays' : 'stay'} in float, as ${reason}: ${labels(rows)}.`;
    return { id: 'kept-float', verdict: 'warn', text, where: where(rows) };
  });
}

function dummyRanges({ quantized, recipe }: ReportInput): readonly Finding[] {
  const { dummy } = quantized;
  const { defaultRange } = recipe;
  if (dummy.length === 0 || defaultRange === undefined) return [];
  const text = `${counted(dummy.length, 'activation')} got the range ${defaultRange.min} to ${defaultRange.max} of the recipe without being measured: good for timing and compilers, the answers mean nothing.`;
  return [{ id: 'dummy-ranges', verdict: 'warn', text, where: [] }];
}

function nothingSaved({ files, recipe }: ReportInput): readonly Finding[] {
  const [before, after] = [files.float.length, files.quantized.length];
  if (after < before) return [];
  const why =
    recipe.mode === 'float16' ? ' Its constants are in half precision already, or there are hardly any.' : '';
  const text = `The file is no smaller than the one it was made from: ${formatCount(before)} bytes became ${formatCount(after)}.${why}`;
  return [{ id: 'nothing-saved', verdict: 'warn', text, where: [] }];
}

/** Findings about what the quantizer had to decide. */
export function structureFindings(input: ReportInput, rows: readonly LayerRow[]): readonly Finding[] {
  const rowsOf = rowFinder(input, rows);
  return [
    ...dummyRanges(input),
    ...nothingSaved(input),
    ...keptFloat(input, rowsOf),
    ...unmet(input, rowsOf),
    ...biasGuard(input, rowsOf),
    ...requantized(input, rowsOf),
  ];
}
