import { expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { mainGraph, opName } from '../src/core/model/graph.ts';
import { type KernelForm, readKernelForms } from './support/kernel-forms.ts';
import { distance, FUNCTION_TOLERANCE, inexactTensors } from './support/library-functions.ts';

interface Comparison {
  readonly values: number;
  /** 0 where every bit is equal. */
  readonly distance: number;
}

async function compare({ model, cases }: KernelForm): Promise<Comparison> {
  const executor = createInt8Executor(model, { arithmetic: 'litert-reference' });
  let [values, greatest] = [0, 0];
  for (const { inputs, outputs } of cases) {
    const own = await executor.execute(inputs);
    outputs.forEach((theirs, k) => {
      values += theirs.data.length;
      greatest = Math.max(greatest, own[k] === undefined ? Infinity : distance(own[k], theirs));
    });
  }
  return { values, distance: greatest };
}

/** `float32 CONV_2D`: the arithmetic, which the form's name begins with, and the op. */
function rowOf({ name, model }: KernelForm): string {
  const [op] = mainGraph(model).ops;
  if (op === undefined) throw new Error('a form has one op');
  return `${(name.split('_')[0] ?? '').padEnd(8)} ${opName(op)}`;
}

test('float32, 16×8 and hybrid operators answer as TensorFlow’s kernels, form by form', async () => {
  const rows = new Map<string, { forms: number; values: number; distance: number }>();
  const differs: string[] = [];
  for (const form of readKernelForms('mixed-kernels')) {
    const result = await compare(form);
    const row = rows.get(rowOf(form)) ?? { forms: 0, values: 0, distance: 0 };
    rows.set(rowOf(form), row);
    row.forms++;
    row.values += result.values;
    row.distance = Math.max(row.distance, result.distance);
    const exact = inexactTensors(mainGraph(form.model)).size === 0;
    if (result.distance > (exact ? 0 : FUNCTION_TOLERANCE)) differs.push(`${form.name} ${result.distance}`);
  }
  const verdict = (greatest: number) => (greatest === 0 ? 'equal' : `within ${greatest.toExponential(1)}`);
  const line = ([row, sums]: [string, { forms: number; values: number; distance: number }]) =>
    `${row.padEnd(32)} ${sums.forms} forms  ${String(sums.values).padStart(5)} values ${verdict(sums.distance)}`;
  console.log([...rows].map(line).sort().join('\n'));
  expect(differs).toEqual([]);
  expect(rows.size).toBeGreaterThan(100);
});
