import { afterAll, describe, expect, test } from 'vitest';
import { noShared, readShared, sharedJson, skipNote } from '../../tests/support/shared.ts';
import { readTflite } from '../core/formats/tflite/read.ts';
import { allocate, elementCount } from '../core/model/data.ts';
import type { Dtype, Shape, TensorData } from '../core/model/types.ts';
import { prepare } from '../core/prepare/prepare.ts';
import { createFloatRuntime } from './runtime.ts';

interface NoiseInput {
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** The input is uniform in [lo, hi). */
  readonly lo: number;
  readonly hi: number;
  readonly offset: number;
}

/** What TensorFlow Lite answered to a reproducible input. */
interface NoiseCase {
  readonly model: string;
  readonly inputs: readonly NoiseInput[];
  /** `every`: how many elements apart the recorded ones are. */
  readonly outputs: readonly { readonly file: string; readonly every: number }[];
}

/** The float models of the set whose operators are all lowered. */
const models = [
  'resnet8_cifar10_f32.tflite',
  'vww_mobilenetv1_025_96_f32.tflite',
  'mobilenet_v1_025_224_f32.tflite',
  'mobilenet_v1_025_224_f32_metadata.tflite',
  'mnist_conv_fc_f32.tflite',
  'mobilenet_v2_035_idcard_f32.tflite',
  'deeplabv3_257_f32.tflite',
  'blazeface_front_128_f32.tflite',
  'blazeface_short_128_f16.tflite',
  'face_landmark_192_f32.tflite',
  'hand_landmark_lite_224_f16.tflite',
];

function noise({ shape, dtype, lo, hi, offset }: NoiseInput): TensorData {
  const data = allocate(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = lo + ((hi - lo) * (Math.imul(i + offset, 2654435761) >>> 0)) / 2 ** 32;
  }
  return { shape, dtype, data };
}

/** max |given − expected| / max |expected|, over every `every`-th element of `given`. */
function relativeDifference(given: TensorData | undefined, expected: Float32Array, every: number): number {
  const differences = expected.map((value, i) => Math.abs(value - Number(given?.data[i * every])));
  return Math.max(...differences) / Math.max(...expected.map(Math.abs));
}

describe.skipIf(noShared)(`against TensorFlow Lite on noise${skipNote}`, () => {
  const runtime = createFloatRuntime();
  const table = ['model | output | max |difference| / max |reference|'];
  afterAll(() => console.log(table.join('\n')));

  test.each(models)('%s', async (name) => {
    const cases = sharedJson<readonly NoiseCase[]>('golden', 'noise', 'golden.json');
    const { inputs, outputs } = cases.find(({ model }) => model === name) ?? { inputs: [], outputs: [] };
    expect(outputs.length).toBeGreaterThan(0);
    const executor = await runtime.create(prepare(readTflite(readShared('models', name))).model, []);
    const values = await executor.execute(inputs.map(noise));
    outputs.forEach(({ file, every }, index) => {
      const expected = new Float32Array(readShared('golden', 'noise', file).buffer);
      const difference = relativeDifference(values[index], expected, every);
      table.push(`${name} | ${index} | ${difference.toExponential(1)}`);
      expect(difference).toBeLessThanOrEqual(1e-4);
    });
    executor.dispose();
  });
});
