import { asProblem, type Problem } from '../core/problem.ts';
import { type Arguments, type CommandSpec, helpOf, parseArguments, usageProblem } from './arguments.ts';
import { dequantizeCommand, dequantizeSpec } from './dequantize.ts';
import { evaluate, evaluateSpec } from './evaluate.ts';
import { inspect, inspectSpec } from './inspect.ts';
import { note, print } from './output.ts';
import { quantizeCommand, quantizeSpec } from './quantize.ts';
import { recipeCommand, recipeSpec } from './recipe.ts';
import { run, runSpec } from './run.ts';
import { targetsCommand, targetsSpec } from './targets.ts';

interface Command {
  readonly spec: CommandSpec;
  readonly execute: (args: Arguments) => Promise<void>;
}

const commands: readonly Command[] = [
  { spec: inspectSpec, execute: inspect },
  { spec: quantizeSpec, execute: quantizeCommand },
  { spec: evaluateSpec, execute: evaluate },
  { spec: runSpec, execute: run },
  { spec: dequantizeSpec, execute: dequantizeCommand },
  { spec: targetsSpec, execute: targetsCommand },
  { spec: recipeSpec, execute: recipeCommand },
];

const help = { help: { type: 'boolean', short: 'h', help: 'show this' } } as const;

function overview(): string {
  const lines = commands.map(({ spec }) => `  zeropoint ${spec.name} ${spec.usage}`);
  return [
    'Zeropoint: quantization of TensorFlow Lite and ONNX models, bit for bit.',
    '',
    ...lines,
    '',
    'zeropoint COMMAND --help shows a command’s options.',
  ].join('\n');
}

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(overview());
  const command = commands.find(({ spec }) => spec.name === name);
  if (command === undefined) throw usageProblem(`“${name}” is no command.`);
  const spec = { ...command.spec, options: { ...command.spec.options, ...help } };
  if (rest.includes('--help') || rest.includes('-h')) return print(helpOf(spec));
  await command.execute(parseArguments(spec, rest));
}

/** 0 on success only; 2 when the command line is wrong, 1 for every other problem, 70 for a bug of ours. */
function exitCodeOf({ code }: Problem): number {
  if (code === 'usage') return 2;
  return code === 'internal' ? 70 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const problem = asProblem(error);
  note(`error ${problem.code}: ${problem.message}`);
  if (problem.code === 'internal' && error instanceof Error) note(error.stack ?? '');
  process.exitCode = exitCodeOf(problem);
});
