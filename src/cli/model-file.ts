import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSizesOf } from '../core/onnx/open-sizes.ts';
import { openMeasured } from '../core/pipeline/open-measured.ts';
import { type OpenedModel, openModel } from '../core/pipeline/open-model.ts';
import { Problem } from '../core/problem.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { type Arguments, listOption, type OptionSpec, usageProblem } from './arguments.ts';
import { readBytes } from './files.ts';

export interface ModelFile extends OpenedModel {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Options of every command that reads a model. */
export const modelOptions: Readonly<Record<string, OptionSpec>> = {
  dim: {
    type: 'string',
    multiple: true,
    value: 'NAME=N',
    help: 'a size that an ONNX model leaves open',
  },
};

function givenSizes(args: Arguments): ReadonlyMap<string, number> {
  return new Map(
    listOption(args, 'dim').map((text) => {
      const [, name = '', digits = ''] = /^(.+)=(\d+)$/.exec(text) ?? [];
      if (name === '') throw usageProblem(`--dim is “${text}”; a name and a number are needed, NAME=N.`);
      return [name, Number(digits)];
    }),
  );
}

/** Files of weights lie in the model's folder, or below it: a model has no business elsewhere. */
function besideModel(path: string): (location: string) => Uint8Array | undefined {
  return (location) => {
    const inside = !location.startsWith('/') && !location.split(/[/\\]/).includes('..');
    const file = join(dirname(path), location);
    return inside && existsSync(file) ? readBytes(file) : undefined;
  };
}

/** Says how the sizes are given on the command line. */
function withSizeOptions(error: unknown): unknown {
  const open = error instanceof Problem ? openSizesOf(error) : [];
  if (!(error instanceof Problem) || open.length === 0) return error;
  const options = open.map(({ key, suggestion }) => `--dim '${key}=${suggestion}'`).join(' ');
  return new Problem(error.code, `${error.message} For instance: ${options}`, error.details);
}

/**
 * Reads the model that a command is given.
 * @throws Problem `file/unreadable`, and those of `openMeasured`.
 */
export async function readModel(
  path: string,
  args: Arguments = { positionals: [], values: {} },
): Promise<ModelFile> {
  // The folder is what people mean by a SavedModel or an .mlpackage.
  for (const inside of ['saved_model.pb', 'saved_model.pbtxt', 'Data/com.apple.CoreML/model.mlmodel']) {
    const graph = join(path, inside);
    if (existsSync(graph)) openModel(graph, readBytes(graph));
  }
  const bytes = readBytes(path);
  try {
    const opened = await openMeasured({
      name: path,
      bytes,
      external: besideModel(path),
      sizes: givenSizes(args),
      runtime: createFloatRuntime(),
    });
    return { path, bytes, ...opened };
  } catch (error) {
    throw withSizeOptions(error);
  }
}
