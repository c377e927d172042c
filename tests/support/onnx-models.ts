import { readdirSync } from 'node:fs';
import { elementCount } from '../../src/core/model/data.ts';
import type { Shape } from '../../src/core/model/types.ts';
import { noiseOf } from './onnx-runtime.ts';
import { picture } from './pictures.ts';
import { noShared, shared } from './shared.ts';

/** The real ONNX models that are there. */
export const onnxModels: readonly string[] = noShared
  ? []
  : readdirSync(shared('models')).filter((file) => file.endsWith('.onnx'));

const sizes: Readonly<Record<string, ReadonlyMap<string, number>>> = {
  'ppocr_mobile_v2_cls.onnx': new Map([
    ['x[2]', 48],
    ['x[3]', 192],
  ]),
};

/** Sizes for what a file leaves open. */
export function sizesOf(file: string): ReadonlyMap<string, number> {
  return sizes[file] ?? new Map();
}

/** Files whose pictures are bytes as they are; the others take 0 … 1. */
const raw: ReadonlySet<string> = new Set([
  'resnet8_cifar10_bn.onnx',
  'resnet8_cifar10_unbalanced.onnx',
  'yunet_n_320.onnx',
]);

/** A picture stretched to the size that `shape` has, NHWC or NCHW as `shape` is; noise in 0 … 1 where it has no colours. */
export async function pictureInput(file: string, shape: Shape): Promise<Float32Array> {
  const isNchw = shape[1] === 3;
  if (shape.length !== 4 || (!isNchw && shape[3] !== 3))
    return noiseOf({ dtype: 'float32', shape }, 0, 1).data as Float32Array;
  const [, height = 1, width = 1] = isNchw ? [0, ...shape.slice(2)] : shape;
  const { data, ...size } = await picture('coco/images/000000000077.jpg').load();
  return Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    const [pixel, channel] = isNchw
      ? [i % (width * height), Math.floor(i / (width * height))]
      : [Math.floor(i / 3), i % 3];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const from = Math.floor((y * size.height) / height) * size.width + Math.floor((x * size.width) / width);
    return (data[3 * from + channel] ?? 0) / (raw.has(file) ? 1 : 255);
  });
}
