import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Problem } from '../core/problem.ts';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** Values of a command's options, by name. */
export type OptionValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: OptionValues;
}

/** What `zeropoint --help` and `zeropoint COMMAND --help` print, and what the parser takes. */
export interface CommandSpec {
  readonly name: string;
  /** The line after the command's name. */
  readonly usage: string;
  readonly summary: string;
  /** Fewest and most positional arguments. */
  readonly positionals: readonly [number, number];
  readonly options: Readonly<Record<string, OptionSpec>>;
}

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** Placeholder of the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export function usageProblem(text: string, spec?: CommandSpec): Problem {
  const hint = spec === undefined ? 'See --help.' : `Usage: zeropoint ${spec.name} ${spec.usage}`;
  return new Problem('usage', `${text} ${hint}`);
}

function parserOptions(spec: CommandSpec): OptionsConfig {
  const entries = Object.entries(spec.options).map(([name, { type, short, multiple }]) => [
    name,
    { type, ...(short !== undefined && { short }), ...(multiple !== undefined && { multiple }) },
  ]);
  return Object.fromEntries(entries) as OptionsConfig;
}

/** @throws Problem `usage` for unknown options, missing values and a wrong number of arguments. */
export function parseArguments(spec: CommandSpec, args: readonly string[]): Arguments {
  const parsed = (() => {
    try {
      return parseArgs({
        args: [...args],
        options: parserOptions(spec),
        allowPositionals: true,
        allowNegative: false,
      });
    } catch (error) {
      // Node adds advice on further lines.
      const [sentence = ''] = (error as Error).message.split(/\.\s|\n/);
      throw usageProblem(`${sentence.replace(/\.$/, '')}.`, spec);
    }
  })();
  const [fewest, most] = spec.positionals;
  const count = parsed.positionals.length;
  if (count < fewest) throw usageProblem('An argument is missing.', spec);
  if (count > most) throw usageProblem(`“${parsed.positionals[most]}” is one argument too many.`, spec);
  return { positionals: parsed.positionals, values: parsed.values as OptionValues };
}

/** The value of a string option; `undefined` when it was not given. */
export function textOption({ values }: Arguments, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may stand several times. */
export function listOption({ values }: Arguments, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

/** @throws Problem `usage` when a required option was not given. */
export function requiredOption(args: Arguments, spec: CommandSpec, name: string): string {
  const value = textOption(args, name);
  if (value === undefined) throw usageProblem(`--${name} is needed.`, spec);
  return value;
}

/** The help page of one command. */
export function helpOf(spec: CommandSpec): string {
  const flags = Object.entries(spec.options).map(([name, { short, value, help }]) => {
    const flag = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return [flag, help] as const;
  });
  const width = Math.max(...flags.map(([flag]) => flag.length)) + 2;
  const lines = flags.map(([flag, help]) => `  ${flag.padEnd(width)}${help}`);
  return [`zeropoint ${spec.name} ${spec.usage}`, '', spec.summary, '', ...lines].join('\n');
}
