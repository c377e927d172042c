import { afterAll, describe, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import type { Model, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { Problem } from '../src/core/problem.ts';
import { type Quantized, quantize } from '../src/core/quantize/quantize.ts';
import { defaultRecipe, type Recipe } from '../src/core/quantize/recipe.ts';
import { type Aspect, type Comparison, compareQuantized } from './support/compare-quantized.ts';
import {
  goldenEntries,
  readGolden,
  readIndex,
  readVariant,
  sha256,
  type VariantName,
} from './support/golden-index.ts';
import { readKernelGolden } from './support/kernel-golden.ts';
import { noShared, skipNote } from './support/shared.ts';

/**
 * Our quantizer, given the ranges that TensorFlow's calibrator recorded, against the file that TensorFlow 2.21 wrote:
 * every scale, zero point, weight, bias, version and structure; then our file run by our kernels against the bytes that
 * TensorFlow's reference kernels computed for each op.
 */
const variants: Readonly<Partial<Record<VariantName, Partial<Recipe>>>> = {
  int8: {},
  int8_float_io: { inputType: 'float32', outputType: 'float32' },
  uint8_io: { inputType: 'uint8', outputType: 'uint8' },
  int8_per_tensor: { weights: 'per-tensor' },
};

/** Where we differ on purpose, and why. An entry that does not differ fails, so that the list stays true. */
const clipped = 'TensorFlow clips an operand to the range of the result; we requantize it at the join';
const onPurpose: Readonly<Record<string, string>> = {
  'models/zoo_net': clipped,
  'ops/maximum': clipped,
  'ops/maximum_const': clipped,
  'ops/minimum': clipped,
  'ops/select_v2': clipped,
  'ops/selu': clipped,
  'ai_edge/branching_conv_fc': clipped,
  'ai_edge/single_maximum': clipped,
  'ai_edge/single_select_v2': clipped,
  'ai_edge/single_gather_nd_with_const_params':
    'TensorFlow gives a constant table the range of the rows that calibration happened to gather; we keep all of it',
  'ops/conv_big_bias int8_per_tensor':
    'TensorFlow enlarges a per-tensor weight scale for the bias, but leaves the weights on the old one; we requantize them',
};

/** Models without any op that TensorFlow itself makes int8: refused by us, a float graph between two casts there. */
const nothingToQuantize: ReadonlySet<string> = new Set([
  'ops/cumsum',
  'ops/elu',
  'ops/floor',
  'ops/neg',
  'ops/not_equal',
  'ops/pow2',
  'ops/round',
  'ops/sin',
  'ai_edge/dynamic_update_slice',
  'ai_edge/embedding_lookup',
  'ai_edge/reshape_with_empty_shape',
  'ai_edge/single_not_equal',
  'ai_edge/single_transpose_int32',
]);

function purposeOf(entry: string, variant: string): string | undefined {
  return onPurpose[`${entry} ${variant}`] ?? onPurpose[entry];
}

interface Row {
  readonly name: string;
  readonly comparison: Comparison;
  readonly purpose: string | undefined;
  readonly outputs: { readonly equal: number; readonly different: number };
}
const rows: Row[] = [];

function quantizeEntry(entry: string, changes: Partial<Recipe>): Quantized {
  const index = readIndex(entry);
  const { model } = prepare(readTflite(readGolden(index.float)));
  const recorded = index.calibrated_min_max?.[0] ?? [];
  const ranges = new Map(recorded.map(({ i, min, max }) => [i as TensorId, { min, max }]));
  return quantize(model, ranges, { ...defaultRecipe, ...changes });
}

/** Runs our model on the golden inputs and counts op outputs that equal TensorFlow's bytes. */
async function compareOutputs(
  ours: Model,
  entry: string,
  { variant, comparison }: { variant: VariantName; comparison: Comparison },
) {
  const golden = readKernelGolden(entry, variant);
  const count = { equal: 0, different: 0 };
  if (golden === undefined || comparison.differences.length > 0) return count;
  const executor = createInt8Executor(ours, { arithmetic: 'litert-reference', taps: 'all' });
  for (const { inputs, tensors } of golden.cases) {
    const hashes = new Map<TensorId, string>();
    await executor.execute(inputs, (id, { data }) => hashes.set(id, sha256(data)));
    for (const { tensor, sha256: expected } of tensors) {
      const our = comparison.toOurs.get(tensor as TensorId);
      const equal = our !== undefined && hashes.get(our) === expected;
      count[equal ? 'equal' : 'different'] += 1;
    }
  }
  executor.dispose();
  return count;
}

const scope = ['ad01', 'effnet_block', 'kws', 'mbv2_cifar', 'mnist', 'resnet8', 'resnet8_large', 'vww'];
const withOutputs: ReadonlySet<string> = new Set(scope.map((name) => `models/${name}`));
const entries = [...goldenEntries('models'), ...goldenEntries('ops'), ...goldenEntries('ai_edge')].filter(
  (entry) => readIndex(entry).calibrated_min_max !== undefined && !nothingToQuantize.has(entry),
);
const cases = entries.flatMap((entry) =>
  (Object.keys(variants) as VariantName[])
    .filter((variant) => readIndex(entry).variants[variant]?.file !== undefined)
    .map((variant) => [entry, variant] as const),
);

describe('the quantizer equals TensorFlow’s', () => {
  test.each(cases)('%s %s', async (entry, variant) => {
    const quantized = quantizeEntry(entry, variants[variant] ?? {});
    const file = readVariant(readIndex(entry), variant) as Uint8Array;
    const comparison = compareQuantized(quantized.model, readTflite(file), file.length);
    const outputs = withOutputs.has(entry)
      ? await compareOutputs(quantized.model, entry, { variant, comparison })
      : { equal: 0, different: 0 };
    const purpose = purposeOf(entry, variant);
    rows.push({ name: `${entry} ${variant}`, comparison, purpose, outputs });
    if (purpose === undefined) expect(comparison.differences).toEqual([]);
    else expect(comparison.differences).not.toEqual([]);
    if (purpose === clipped) expect(quantized.requantized).not.toEqual([]);
    expect(outputs.different).toBe(0);
    if (withOutputs.has(entry)) expect(Math.abs(comparison.bytesRatio - 1)).toBeLessThan(0.02);
  });

  test.each(goldenEntries('ops').filter((entry) => nothingToQuantize.has(entry)))(
    '%s has nothing to quantize',
    (entry) => {
      expect(() => quantizeEntry(entry, {})).toThrow(Problem);
    },
  );

  test.skipIf(noShared)(
    `every case where TensorFlow requantizes nothing and we do is listed${skipNote}`,
    () => {
      const differing = rows
        .filter(({ comparison }) => comparison.differences.length > 0)
        .map(({ name }) => name);
      expect(
        differing.filter((name) => purposeOf(...(name.split(' ') as [string, string])) === undefined),
      ).toEqual([]);
      expect(
        Object.keys(onPurpose).filter(
          (key) => !differing.some((name) => name === key || name.startsWith(`${key} `)),
        ),
      ).toEqual([]);
    },
  );
});

afterAll(() => {
  const aspects: readonly Aspect[] = ['scale', 'zero point', 'weights', 'bias'];
  const cell = (row: Row, aspect: Aspect) => {
    const different = row.comparison.differences.filter((difference) => difference.aspect === aspect).length;
    const [purpose, wrong] = row.purpose === undefined ? [0, different] : [different, 0];
    return `${row.comparison.equal[aspect] ?? 0}/${purpose}/${wrong}`.padEnd(14);
  };
  const detailed = rows.filter(({ name, purpose }) => name.startsWith('models/') || purpose !== undefined);
  const lines = detailed.map((row) => {
    const outputs = `${row.outputs.equal}/0/${row.outputs.different}`;
    return `${row.name.padEnd(52)}${aspects.map((aspect) => cell(row, aspect)).join('')}${outputs.padEnd(10)}${row.purpose ?? ''}`;
  });
  const head = `${'equal / differs on purpose / differs'.padEnd(52)}${aspects.map((a) => a.padEnd(14)).join('')}op outputs`;
  const rest = rows.length - detailed.length;
  console.log([head, ...lines, `… and ${rest} single-op cases equal in every aspect`].join('\n'));
});
