import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { codecAssets } from '../../src/cli/codec-assets.ts';
import { nodeKernels } from '../../src/cli/kernel-builds.ts';
import { pictureDecoder } from '../../src/codecs/decode.ts';
import type { Preprocess } from '../../src/core/images/preprocess.ts';
import type { EngineApi, GivenFile } from '../../src/engine/api.ts';
import { type Client, connect, type Port, serve } from '../../src/engine/rpc.ts';
import { Session } from '../../src/engine/session.ts';
import { createFloatRuntime } from '../../src/float/runtime.ts';

const example = join(import.meta.dirname, '../../public/examples/fruit');

/** A file of the example. */
export function given(path: string): GivenFile {
  return { path, file: new Blob([readFileSync(join(example, path))]) };
}

export const pictures = readdirSync(join(example, 'pictures'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.png'))
  .sort()
  .map((path) => given(`pictures/${path}`));

const ends: (() => void)[] = [];

/** Ends after each test what it started. Called once by a file of tests. */
export function endSessions(): void {
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
}

/** A session behind the same calls as in a worker, so that all that crosses is copied. */
export function startSession() {
  /** How often a float model was made ready to be watched: calibrating and comparing do so once each. */
  const counted = { watched: 0 };
  const inner = createFloatRuntime();
  const runtime: typeof inner = {
    ...inner,
    create: (model, taps, choices) => {
      if (taps.length > 0) counted.watched += 1;
      return inner.create(model, taps, choices);
    },
  };
  const { port1, port2 } = new MessageChannel();
  ends.push(() => port1.close());
  const decode = pictureDecoder(codecAssets());
  serve<EngineApi>(
    port2 as unknown as Port,
    new Session({
      decode,
      runtime,
      kernels: async () => nodeKernels(),
      now: () => performance.now(),
      life: Promise.resolve(''),
    }),
  );
  return { engine: connect<EngineApi>(port1 as unknown as Port), counted };
}

export async function guessed(engine: Client<EngineApi>): Promise<Preprocess> {
  const guess = await engine.guessPreprocess(undefined);
  if (guess === undefined) throw new Error('the example takes pictures');
  return guess.preprocess;
}
