import { writeTflite } from '../core/formats/tflite/write.ts';
import { dequantize } from '../core/quantize/dequantize.ts';
import { type Arguments, type CommandSpec, requiredOption } from './arguments.ts';
import { checkOutput, writeBytes } from './files.ts';
import { modelOptions, readModel } from './model-file.ts';
import { note } from './output.ts';

export const dequantizeSpec: CommandSpec = {
  name: 'dequantize',
  usage: 'MODEL -o OUT.tflite',
  summary:
    'Writes the float twin of a quantized model: every weight becomes the real value that it stands for.',
  positionals: [1, 1],
  options: {
    ...modelOptions,
    output: { type: 'string', short: 'o', value: 'FILE', help: 'the .tflite to write' },
  },
};

/** `zeropoint dequantize` */
export async function dequantizeCommand(args: Arguments): Promise<void> {
  const out = requiredOption(args, dequantizeSpec, 'output');
  const { path, model, bytes } = await readModel(args.positionals[0] ?? '', args);
  checkOutput(out, [path]);
  const file = writeTflite(dequantize(model));
  writeBytes(out, file);
  note(`${out}: ${file.length.toLocaleString('en')} bytes (quantized: ${bytes.length.toLocaleString('en')})`);
}
