import type { Accuracy } from '../evaluate/tally.ts';
import type { EvaluationFacts, Finding, LayerRow, Report } from './report.ts';
import { type Column, formatTable, shortened, wrap } from './table.ts';
import {
  formatBytes,
  formatCount,
  formatDecibels,
  formatMilliseconds,
  formatReal,
  formatShare,
} from './units.ts';

/** Characters a line. */
const width = 104;
const indent = '  ';
/** What a tensor's name keeps at least. */
const shortestName = 12;

function sizeLine({ float, quantized }: Report['files']): string {
  const change = quantized.bytes / float.bytes - 1;
  const percent = `${change < 0 ? '−' : '+'}${Math.abs(100 * change).toFixed(0)} %`;
  const gzip = `gzip ${formatBytes(float.gzip)} → ${formatBytes(quantized.gzip)}`;
  return `${formatBytes(float.bytes)} → ${formatBytes(quantized.bytes)} (${percent}); ${gzip}`;
}

/** For classifiers how often the answer is the same, for other models how far the outputs lie apart. */
function agreementLine({ agreement, outputs, samples }: EvaluationFacts): [label: string, text: string] {
  if (agreement === undefined) {
    const ratios = outputs.map(({ sqnr }) => formatDecibels(sqnr)).join(', ');
    return ['Output SQNR', `${ratios} on ${formatCount(samples)} samples`];
  }
  const { hits, total, low, high } = agreement;
  const interval = `true rate likely ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)} %`;
  return ['Same answer', `${formatCount(hits)} of ${formatCount(total)} samples (${interval})`];
}

function accuracyLine(float: Accuracy, quantized: Accuracy): string {
  const pair = (a: Accuracy['top1'], b: Accuracy['top1']) =>
    `${formatShare(a.hits / a.total)} → ${formatShare(b.hits / b.total)}`;
  const top5 = float.top5 && quantized.top5 ? `, top-5 ${pair(float.top5, quantized.top5)}` : '';
  return `top-1 ${pair(float.top1, quantized.top1)}${top5} on ${formatCount(float.top1.total)} labelled samples`;
}

function worstLine({ worst, classNames = [] }: EvaluationFacts): string {
  const [sample] = worst;
  if (sample === undefined) return 'none';
  const { name, answers, error } = sample;
  const nameOf = (index: number) => classNames[index] ?? `class ${index}`;
  const changed = answers && answers.float !== answers.quantized;
  const answer = changed ? `, ${nameOf(answers.float)} → ${nameOf(answers.quantized)}` : '';
  return `${shortened(name, 48)}: ${formatDecibels(error.sqnr)}${answer}`;
}

/** The numbers that a person decides by, each with what it was measured on. */
function headerLines({ model, outcome, files, calibration, evaluation }: Report): readonly string[] {
  const lines: [string, string][] = [['Size', sizeLine(files)]];
  if (evaluation) {
    const { float, quantized } = evaluation;
    lines.push(agreementLine(evaluation));
    if (float.accuracy && quantized.accuracy)
      lines.push(['Accuracy', accuracyLine(float.accuracy, quantized.accuracy)]);
    lines.push(['Worst sample', worstLine(evaluation)]);
    const times = `float ${formatMilliseconds(float.milliseconds)}, quantized ${formatMilliseconds(quantized.milliseconds)}`;
    lines.push(['Time', `${times} a sample, on this computer, not on a device`]);
  }
  const { samples } = calibration;
  lines.push([
    'Calibrated on',
    samples === 0 ? 'nothing: no samples are needed' : `${formatCount(samples)} samples`,
  ]);
  return [
    `${model.name} → ${outcome.name}`,
    outcome.sentence,
    '',
    ...lines.map(([label, text]) => `  ${label.padEnd(15)}${text}`),
  ];
}

const columns: readonly Column[] = [
  { title: 'op', align: 'right' },
  { title: 'kind', align: 'left' },
  { title: 'output', align: 'left' },
  { title: 'min', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'scale', align: 'right' },
  { title: 'zero', align: 'right' },
  { title: 'clipped', align: 'right' },
  { title: 'added', align: 'right' },
  { title: 'total', align: 'right' },
];

function layerCells(row: LayerRow, name: string): readonly string[] {
  const { range, scale, zeroPoint, clipped, local, accumulated } = row;
  return [
    String(row.op),
    shortened(row.kind, 17),
    name,
    range === undefined ? '' : formatReal(range.min),
    range === undefined ? '' : formatReal(range.max),
    scale === undefined ? row.dtype : formatReal(scale),
    zeroPoint === undefined ? '' : String(zeroPoint),
    clipped === undefined ? '' : formatShare(clipped),
    local === undefined ? '' : formatDecibels(local.sqnr),
    accumulated === undefined ? '' : formatDecibels(accumulated.sqnr),
  ];
}

/** Names take the room that the other columns leave. */
function layerTable(rows: readonly LayerRow[]): readonly string[] {
  const [bare = ''] = formatTable(
    columns,
    rows.map((row) => layerCells(row, '')),
  );
  const room = width - indent.length - bare.length + 'output'.length;
  const cells = rows.map((row) => layerCells(row, shortened(row.name, Math.max(shortestName, room))));
  return formatTable(columns, cells).map((line) => indent + line);
}

/** What costs most precision stands first; without errors, the order of execution. */
function layerLines({ layers, evaluation }: Report): readonly string[] {
  const cost = ({ local }: LayerRow) => local?.sqnr ?? Number.MAX_VALUE;
  const sorted = layers.toSorted((a, b) => cost(a) - cost(b));
  const measured = `added: error of the op alone, total: error up to there; SQNR on ${evaluation?.layerSamples} samples, less is worse`;
  const title = evaluation === undefined ? 'Layers' : `Layers, costliest first (${measured})`;
  return [...wrap(title, width), '', ...layerTable(sorted)];
}

function findingLines(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return ['Findings: none'];
  const lines = findings.flatMap(({ verdict, text }) =>
    wrap(text, width, `  ${verdict === 'warn' ? '!' : '·'} `),
  );
  return ['Findings (! needs a look)', '', ...lines];
}

function noteLines(notes: readonly string[]): readonly string[] {
  return notes.length === 0 ? [] : ['', 'Notes', '', ...notes.flatMap((note) => wrap(note, width, '  · '))];
}

/** A report as plain text for a terminal: lines of 104 characters at most, a few more where every number is long. */
export function formatReport(report: Report): string {
  const blocks = [
    ...headerLines(report),
    '',
    ...layerLines(report),
    '',
    ...findingLines(report.findings),
    ...noteLines(report.notes),
  ];
  return `${blocks.join('\n')}\n`;
}
