/** The models that runtimes are compared on, each as an int8 file with its twins. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readTflite } from '../src/core/formats/tflite/read.ts';
import { writeTflite } from '../src/core/formats/tflite/write.ts';
import { dequantize } from '../src/core/quantize/dequantize.ts';
import { shared } from '../tests/support/shared.ts';
import { onnxTwins } from './qdq.ts';

export interface BenchModel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** Quantized by this project, on pictures that only set its ranges. */
function ownInt8(float: string, images: string): Uint8Array {
  const out = join(mkdtempSync(join(tmpdir(), 'zeropoint-')), 'int8.tflite');
  const root = join(import.meta.dirname, '..');
  execFileSync(
    join(root, 'node_modules/.bin/tsx'),
    [join(root, 'src/cli/main.ts'), 'quantize', float, '--images', images, '-o', out],
    { stdio: 'ignore' },
  );
  return read(out);
}

/** What ZEROPOINT_SHARED holds of the usual five. */
export function usualModels(): readonly BenchModel[] {
  const golden = (path: string) => read(shared('golden', path));
  return [
    { name: 'ResNet-8', bytes: golden('models/resnet8/int8.tflite') },
    { name: 'ResNet-8 large', bytes: golden('models/resnet8_large/int8.tflite') },
    { name: 'VWW 96', bytes: golden('models/vww/int8.tflite') },
    {
      name: 'MobileNetV1 0.25 224',
      bytes: ownInt8(shared('models/mobilenet_v1_025_224_f32.tflite'), shared('data/hands')),
    },
    {
      name: 'MobileNetV2 1.0 224',
      bytes: golden('published/tf2_mobilenet_v2_1.0_224_ptq/model.tflite'),
    },
  ];
}

export function givenModels(paths: readonly string[]): readonly BenchModel[] {
  return paths.map((path) => ({ name: basename(path, '.tflite'), bytes: read(path) }));
}

/** The files that the page asks for, by name: the model itself, its float twin, and both as ONNX. */
export function filesOf({ name, bytes }: BenchModel): readonly (readonly [string, Uint8Array])[] {
  const int8 = readTflite(bytes);
  const floatBytes = writeTflite(dequantize(int8));
  const twins = onnxTwins(int8, readTflite(floatBytes));
  return [
    [`${name}.tflite`, bytes],
    [`${name}_float.tflite`, floatBytes],
    [`${name}_float.onnx`, twins.float],
    [`${name}_qdq.onnx`, twins.qdq],
  ];
}
