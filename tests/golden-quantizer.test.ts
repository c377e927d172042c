import { afterAll, describe, expect, test } from 'vitest';
import { createInt8Executor } from '../src/core/execute/int8/executor.ts';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import type { Model, TensorId } from '../src/core/model/types.ts';
import { prepare } from '../src/core/prepare/prepare.ts';
import { Problem } from '../src/core/problem.ts';
import { type Quantized, quantize } from '../src/core/quantize/quantize.ts';
import { type Recipe, recipeFor } from '../src/core/quantize/recipe.ts';
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
 * every scale, zero point, weight, bias, version and structure, in every mode; then our int8 file run by our kernels against the bytes that
 * TensorFlow's reference kernels computed for each op.
 */
const variants: Readonly<Record<VariantName, Recipe>> = {
  int8: recipeFor('int8'),
  int8_float_io: recipeFor('int8', { inputType: 'float32', outputType: 'float32' }),
  uint8_io: recipeFor('int8', { inputType: 'uint8', outputType: 'uint8' }),
  int8_per_tensor: recipeFor('int8', { weights: 'per-tensor' }),
  int8_per_tensor_dense: recipeFor('int8', { denseWeights: 'per-tensor' }),
  int16x8: recipeFor('int16x8'),
  dynamic: recipeFor('dynamic-range'),
  float16: recipeFor('float16'),
};

/** Variants whose activations are int8: our int8 kernels run them. */
const int8Variants: readonly VariantName[] = [
  'int8',
  'int8_float_io',
  'uint8_io',
  'int8_per_tensor',
  'int8_per_tensor_dense',
];

/** Where we differ on purpose, and why. An entry that does not differ fails, so that the list stays true. */
const clipped = 'TensorFlow clips an operand to the range of the result; we requantize it at the join';
const otherFile =
  'TensorFlow made it from the Keras file, whose folded weights differ in their last bits from those of the float .tflite';
const leftInFloat =
  'this converter of TensorFlow’s leaves it in float; its kernels compute it in int8, and its other quantizers make it so';
const onPurpose: Readonly<Record<string, string>> = {
  'ai_edge/dynamic_update_slice': leftInFloat,
  'ai_edge/embedding_lookup': leftInFloat,
  'ai_edge/single_not_equal': leftInFloat,
  'ops/not_equal': leftInFloat,
  'ai_edge/single_gather_nd_with_const_params':
    'TensorFlow gives a constant table the range of the rows that calibration happened to gather; we keep all of it',
  'ops/conv_big_bias int8_per_tensor':
    'TensorFlow enlarges a per-tensor weight scale for the bias, but leaves the weights on the old one; we requantize them',
  'models/attention_block int16x8':
    'TensorFlow writes an int16 SQUARED_DIFFERENCE, which no kernel runs; it stays in float with us',
  'models/zoo_net int16x8':
    'TensorFlow writes one QUANTIZE for each reader of a float tensor; one serves all of ours',
  'models/vww int16x8':
    'TensorFlow gives weights below 5e-7 scales down to 0; we widen their range, as for int8',
  'models/ad01 dynamic': otherFile,
  'models/ad01 float16': otherFile,
  'models/resnet8 dynamic': otherFile,
  'models/resnet8 float16': otherFile,
};

/** Entries that differ in every int8 variant, by the recipe's `joins: requantize`; with `joins: tensorflow` they do not. */
const clippedEntries: ReadonlySet<string> = new Set([
  'models/zoo_net',
  'ops/maximum',
  'ops/maximum_const',
  'ops/minimum',
  'ops/select_v2',
  'ops/selu',
  'ai_edge/branching_conv_fc',
  'ai_edge/single_maximum',
  'ai_edge/single_select_v2',
]);

/** TensorFlow returns the float model in silence here; we refuse. */
const nothingToStore: ReadonlySet<string> = new Set(['models/effnet_block dynamic']);

/** Models without any op that TensorFlow itself makes int8: refused by us, a float graph between two casts there. */
const nothingToQuantize: ReadonlySet<string> = new Set([
  'ops/cumsum',
  'ops/elu',
  'ops/floor',
  'ops/neg',
  'ops/pow2',
  'ops/round',
  'ops/sin',
  'ai_edge/reshape_with_empty_shape',
  'ai_edge/single_transpose_int32',
]);

function purposeOf(entry: string, variant: VariantName): string | undefined {
  const isClipped = clippedEntries.has(entry) && int8Variants.includes(variant);
  return onPurpose[`${entry} ${variant}`] ?? onPurpose[entry] ?? (isClipped ? clipped : undefined);
}

/**
 * Differences that count. The older quantizer writes int8's operator versions for 16-bit ops; ours are those that have a
 * 16-bit kernel.
 */
function counting({ differences }: Comparison, variant: VariantName): Comparison['differences'] {
  return variant === 'int16x8' ? differences.filter(({ aspect }) => aspect !== 'version') : differences;
}

interface Row {
  readonly name: string;
  readonly different: Comparison['differences'];
  readonly comparison: Comparison;
  readonly purpose: string | undefined;
  readonly outputs: { readonly equal: number; readonly different: number };
}
const rows: Row[] = [];

function quantizeEntry(entry: string, recipe: Recipe): Quantized {
  const index = readIndex(entry);
  const { model } = prepare(readTflite(readGolden(index.float)));
  const recorded = index.calibrated_min_max?.[0] ?? [];
  const ranges = new Map(recorded.map(({ i, min, max }) => [i as TensorId, { min, max }]));
  return quantize(model, ranges, recipe);
}

/** Runs our model on the golden inputs and counts op outputs that equal TensorFlow's bytes. */
async function compareOutputs(
  ours: Model,
  entry: string,
  { variant, comparison }: { variant: VariantName; comparison: Comparison },
) {
  const golden = readKernelGolden(entry, variant);
  const count = { equal: 0, different: 0 };
  const runs = int8Variants.includes(variant);
  if (!runs || golden === undefined || comparison.differences.length > 0) return count;
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
    .filter((variant) => !nothingToStore.has(`${entry} ${variant}`))
    .map((variant) => [entry, variant] as const),
);

describe('the quantizer equals TensorFlow’s', () => {
  test.each(cases)('%s %s', async (entry, variant) => {
    const quantized = quantizeEntry(entry, variants[variant]);
    const file = readVariant(readIndex(entry), variant) as Uint8Array;
    const comparison = compareQuantized(quantized.model, readTflite(file), file.length);
    const outputs = withOutputs.has(entry)
      ? await compareOutputs(quantized.model, entry, { variant, comparison })
      : { equal: 0, different: 0 };
    const purpose = purposeOf(entry, variant);
    const different = counting(comparison, variant);
    rows.push({ name: `${entry} ${variant}`, different, comparison, purpose, outputs });
    if (purpose === undefined) expect(different).toEqual([]);
    else expect(different).not.toEqual([]);
    if (purpose === clipped) expect(quantized.requantized).not.toEqual([]);
    expect(outputs.different).toBe(0);
    if (!withOutputs.has(entry)) return;
    expect(comparison.bytesRatio).toBeLessThan(1.02);
    // TensorFlow's files of the other variants are up to 14 % larger than ours.
    if (int8Variants.includes(variant)) expect(comparison.bytesRatio).toBeGreaterThan(0.98);
  });

  const clippedCases = cases.filter(
    ([entry, variant]) => clippedEntries.has(entry) && int8Variants.includes(variant),
  );
  test.each(clippedCases)('%s %s, joins as TensorFlow resolves them', (entry, variant) => {
    const quantized = quantizeEntry(entry, { ...variants[variant], joins: 'tensorflow' });
    const file = readVariant(readIndex(entry), variant) as Uint8Array;
    const comparison = compareQuantized(quantized.model, readTflite(file), file.length);
    const { differences: different } = comparison;
    const outputs = { equal: 0, different: 0 };
    rows.push({
      name: `${entry} ${variant}, joins tensorflow`,
      different,
      comparison,
      purpose: undefined,
      outputs,
    });
    expect(different).toEqual([]);
  });

  test.each([...nothingToStore].filter((name) => entries.includes(name.split(' ')[0] ?? '')))(
    '%s is refused',
    (name) => {
      const [entry = '', variant = ''] = name.split(' ');
      expect(() => quantizeEntry(entry, variants[variant as VariantName])).toThrow(/No op of this model/);
    },
  );

  test.each(goldenEntries('ops').filter((entry) => nothingToQuantize.has(entry)))(
    '%s has nothing to quantize',
    (entry) => {
      expect(() => quantizeEntry(entry, variants.int8)).toThrow(Problem);
    },
  );

  test.skipIf(noShared)(`every difference on purpose that is listed is one${skipNote}`, () => {
    const differing = rows.filter(({ different }) => different.length > 0).map(({ name }) => name);
    const listed = [...Object.keys(onPurpose), ...clippedEntries];
    expect(
      listed.filter((key) => !differing.some((name) => name === key || name.startsWith(`${key} `))),
    ).toEqual([]);
  });
});

afterAll(() => {
  const aspects: readonly Aspect[] = ['scale', 'zero point', 'weights', 'bias', 'constant', 'version'];
  const cell = (row: Row, aspect: Aspect) => {
    const count = (list: Row['different']) =>
      list.filter((difference) => difference.aspect === aspect).length;
    const wrong = row.purpose === undefined ? count(row.different) : 0;
    const purpose = count(row.comparison.differences) - wrong;
    return `${row.comparison.equal[aspect] ?? 0}/${purpose}/${wrong}`.padEnd(11);
  };
  const detailed = rows.filter(({ name, purpose }) => name.startsWith('models/') || purpose !== undefined);
  const lines = detailed.map((row) => {
    const outputs = `${row.outputs.equal}/0/${row.outputs.different}`;
    return `${row.name.padEnd(58)}${aspects.map((aspect) => cell(row, aspect)).join('')}${outputs.padEnd(10)}${row.purpose ?? ''}`;
  });
  const head = `${'equal / differs on purpose / differs'.padEnd(58)}${aspects.map((a) => a.padEnd(11)).join('')}op outputs`;
  const rest = rows.length - detailed.length;
  const failed = entries.flatMap((entry) =>
    Object.entries(readIndex(entry).variants).flatMap(([name, { error }]) =>
      error === undefined ? [] : [`${entry} ${name}: TensorFlow made none (${error.slice(0, 90)})`],
    ),
  );
  console.log([head, ...lines, `… and ${rest} single-op cases equal in every aspect`, ...failed].join('\n'));
});
