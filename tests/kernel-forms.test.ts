import { expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import type { Sample, TensorData } from '../src/core/model/types.ts';
import { sha256 } from './support/golden-index.ts';
import { type KernelForm, readKernelForms } from './support/kernel-forms.ts';

const forms = readKernelForms('kernels');

/**
 * TensorFlow's BATCH_MATMUL reads beyond its right operand where the left one is transposed (adj_x) and the right one is
 * stretched over the batch; we stretch it.
 */
const knownErrors = ['int8_bmm_ybx0'];

async function answers({ model, cases }: KernelForm): Promise<readonly Sample[]> {
  // TensorFlow's interpreter kept the states of recurrent ops from one case to the next.
  const executor = createInt8Executor(model, { arithmetic: 'litert-reference', state: 'kept' });
  const result: Sample[] = [];
  for (const { inputs } of cases) result.push(await executor.execute(inputs));
  return result;
}

/** `int8 CONV_2D`, by what the op's first 8-bit tensor holds. */
function rowOf({ model }: KernelForm): string {
  const graph = mainGraph(model);
  const [op] = graph.ops;
  if (op === undefined) throw new Error('a form has one op');
  const types = [...op.inputs, ...op.outputs].filter((id) => id >= 0).map((id) => tensorAt(graph, id).dtype);
  return `${opName(op).padEnd(24)} ${types.find((type) => type === 'int8' || type === 'uint8') ?? types[0]}`;
}

test('every operator answers as TensorFlow’s kernels, form by form', async () => {
  const rows = new Map<string, { forms: number; values: number }>();
  const differs: string[] = [];
  for (const form of forms) {
    if (knownErrors.includes(form.name)) continue;
    const given = await answers(form);
    const row = rows.get(rowOf(form)) ?? { forms: 0, values: 0 };
    rows.set(rowOf(form), row);
    row.forms++;
    form.cases.forEach(({ outputs }, n) => {
      outputs.forEach(({ data }, k) => {
        const own = given[n]?.[k];
        if (own === undefined || sha256(own.data) !== sha256(data)) differs.push(`${form.name} case ${n}`);
        else row.values += data.length;
      });
    });
  }
  const line = (row: string, { forms: count, values }: { forms: number; values: number }) =>
    `${row.padEnd(32)} ${String(count).padStart(3)} forms  ${String(values).padStart(6)} values equal`;
  console.log(
    [...rows]
      .map(([row, sums]) => line(row, sums))
      .sort()
      .join('\n'),
  );
  expect(differs).toEqual([]);
  expect(rows.size).toBeGreaterThan(100);
});

/** left [batch, depth, rows] transposed, times right [1, depth, columns]; real numbers in the output's steps. */
function product(left: TensorData, right: TensorData, { model }: KernelForm): number[] {
  const graph = mainGraph(model);
  const [x, y, o] = [...graph.inputs, ...graph.outputs].map((id) => {
    const { quant } = tensorAt(graph, id);
    return { scale: quant?.scale[0] ?? 0, zeroPoint: quant?.zeroPoint[0] ?? 0 };
  });
  if (x === undefined || y === undefined || o === undefined) throw new Error('a product has two operands');
  const [batch = 0, depth = 0, rows = 0] = left.shape;
  const columns = right.shape[2] ?? 0;
  return Array.from({ length: batch * rows * columns }, (_, i) => {
    const [b, r, c] = [Math.floor(i / columns / rows), Math.floor(i / columns) % rows, i % columns];
    let sum = 0;
    for (let d = 0; d < depth; d++) {
      const l = Number(left.data[(b * depth + d) * rows + r]) - x.zeroPoint;
      sum += l * (Number(right.data[d * columns + c]) - y.zeroPoint);
    }
    return Math.min(127, Math.max(-128, (sum * x.scale * y.scale) / o.scale + o.zeroPoint));
  });
}

test('BATCH_MATMUL stretches its right operand under adj_x, where TensorFlow is wrong', async () => {
  const form = forms.find(({ name }) => knownErrors.includes(name));
  if (form === undefined) throw new Error('the form is missing');
  const given = await answers(form);
  form.cases.forEach(({ inputs, outputs }, n) => {
    const [left, right] = inputs as [TensorData, TensorData];
    const exact = product(left, right, form);
    const distance = (value: TensorData | undefined) =>
      Math.max(...exact.map((real, i) => Math.abs(Number(value?.data[i]) - real)));
    expect(distance(given[n]?.[0])).toBeLessThanOrEqual(1);
    expect(distance(outputs[0])).toBeGreaterThan(10);
  });
});

test('a run starts from fresh states unless they are to be kept', async () => {
  const form = forms.find(({ name }) => name === 'int8_lstm_plain');
  const inputs = form?.cases[0]?.inputs;
  if (form === undefined || inputs === undefined) throw new Error('the form is missing');
  const twice = async (state?: 'kept'): Promise<boolean> => {
    const executor = createInt8Executor(form.model, { arithmetic: 'tflm', ...(state && { state }) });
    const [first] = await executor.execute(inputs);
    const [second] = await executor.execute(inputs);
    return sha256(first?.data ?? new Int8Array()) === sha256(second?.data ?? new Int8Array());
  };
  expect(await twice()).toBe(true);
  expect(await twice('kept')).toBe(false);
});
