import { isQuantized } from '../core/prepare/prepare.ts';
import { formatTable, shortened, wrap } from '../core/report/table.ts';
import { type Assessment, assessTargets, type NodeRow, targets } from '../core/targets/assess.ts';
import type { Target, Verdict } from '../core/targets/target.ts';
import { type Arguments, type CommandSpec, textOption } from './arguments.ts';
import { modelOptions, readModel } from './model-file.ts';
import { note, print, printJson } from './output.ts';
import { recipeOf, recipeOptions } from './recipe-options.ts';

export const targetsSpec: CommandSpec = {
  name: 'targets',
  usage: 'MODEL [--recipe NAME|FILE] [--json]',
  summary:
    'Tells node by node where a model would run, before anything is calibrated: a float one as the recipe would quantize it,\n' +
    'a quantized one as it is. Operators, types and shapes decide; memory is not looked at.',
  positionals: [1, 1],
  options: { ...modelOptions, ...recipeOptions, json: { type: 'boolean', help: 'print JSON' } },
};

const width = 104;
const signs: Readonly<Record<Verdict, string>> = { native: '✓', fallback: 'cpu', missing: '✗' };

function nodeTable({ nodes }: Assessment): readonly string[] {
  const columns = [
    { title: 'op', align: 'right' },
    { title: 'operator', align: 'left' },
    { title: 'computes in', align: 'left' },
    ...targets.map(({ title }) => ({ title, align: 'left' }) as const),
  ] as const;
  const rows = nodes.map(({ op, kind, arithmetic, cells }) => [
    String(op),
    shortened(kind, 24),
    arithmetic,
    ...targets.map(({ id }) => signs[cells[id].verdict]),
  ]);
  return formatTable(columns, rows);
}

/** Reasons on one target, each with the ops that it is about. */
function reasonLines({ id, title, source }: Target, nodes: readonly NodeRow[]): readonly string[] {
  const count = nodes.filter(({ cells }) => cells[id].verdict === 'native').length;
  const missing = nodes.some(({ cells }) => cells[id].verdict === 'missing');
  const head = `${title}: ${count} of ${nodes.length} ops${missing ? '; the model does not load' : ''} (${source})`;
  const byReason = new Map<string, string[]>();
  for (const { op, kind, cells } of nodes) {
    const { reason } = cells[id];
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), `${op} ${kind}`]);
  }
  return [
    head,
    ...[...byReason].flatMap(([reason, ops]) => wrap(`${reason}: ${ops.join(', ')}`, width, '  · ')),
  ];
}

function rewriteLines(nodes: readonly NodeRow[]): readonly string[] {
  const lines = nodes.flatMap(({ op, kind, rewrite }) =>
    rewrite === undefined ? [] : wrap(`op ${op} ${kind}: ${rewrite}`, width, '  · '),
  );
  return lines.length === 0 ? [] : ['Rewrites that leave the float model’s values as they are', ...lines];
}

/** `zeropoint targets` */
export async function targetsCommand(args: Arguments): Promise<void> {
  const recipe = recipeOf(args);
  const { path, model } = await readModel(args.positionals[0] ?? '', args);
  if (isQuantized(model) && textOption(args, 'recipe') !== undefined)
    note('The model is quantized already: it is looked at as it is, and the recipe has no say.');
  const assessment = assessTargets(model, recipe);
  if (args.values.json === true) return printJson({ file: path, ...assessment });
  const { outcome, nodes } = assessment;
  const blocks = [
    `${path}: ${outcome.name}. ✓ natively, cpu beneath it on plain kernels, ✗ no kernel`,
    nodeTable(assessment).join('\n'),
    ...targets.map((target) => reasonLines(target, nodes).join('\n')),
    rewriteLines(nodes).join('\n'),
  ];
  print(blocks.filter((block) => block !== '').join('\n\n'));
}
