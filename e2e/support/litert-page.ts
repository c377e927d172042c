import { allocate } from '../../src/core/model/data.ts';
import type { Dtype, Shape } from '../../src/core/model/types.ts';
import { type LiteRtFactory, startLiteRt } from '../../tests/support/litert-module.ts';

/** One input and the answer that the studio showed, as plain JSON. */
export interface Asked {
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly data: readonly number[];
}

/** Runs in a page of the test's own: LiteRT from `script` and `wasm`, on `model`, asked each of `inputs`. */
async function answers(model: string, inputs: readonly Asked[]): Promise<readonly (readonly number[])[]> {
  const text = await (await fetch('/litert/module.js')).text();
  const wasm = new Uint8Array(await (await fetch('/litert/module.wasm')).arrayBuffer());
  const module: { exports: unknown } = { exports: {} };
  new Function('module', 'exports', text)(module, module.exports);
  const litert = await startLiteRt(module.exports as LiteRtFactory, wasm);
  const bytes = Uint8Array.from(atob(model), (character) => character.charCodeAt(0));
  const loaded = litert.load(bytes);
  return inputs.map(({ shape, dtype, data }) => {
    const elements = allocate(dtype, data.length) as Int8Array;
    elements.set(data);
    const [output] = loaded.execute([{ shape, dtype, data: elements }]);
    return Array.from(output?.data as Int8Array);
  });
}

declare global {
  interface Window {
    litertAnswers: typeof answers;
  }
}
window.litertAnswers = answers;
