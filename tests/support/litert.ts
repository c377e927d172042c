import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type LiteRt, type LiteRtFactory, startLiteRt } from './litert-module.ts';

export type { LiteRt, LiteRtModel } from './litert-module.ts';

/** LiteRT in Node, in the build without relaxed SIMD ("compat"), the only one that Node 20 computes rightly. */
export function loadLiteRt(): Promise<LiteRt> {
  return startLiteRt(evaluateFactory(), readFileSync(litertFile('wasm')));
}

const require = createRequire(import.meta.url);

/** A file of the module: its script or its code. */
export function litertFile(extension: 'js' | 'wasm'): string {
  return join(
    dirname(require.resolve('@litertjs/core/package.json')),
    `wasm/litert_wasm_compat_internal.${extension}`,
  );
}

/** The module's script is CommonJS inside a package of type "module", where `require` cannot load it. */
function evaluateFactory(): LiteRtFactory {
  const path = litertFile('js');
  const module: { exports: unknown } = { exports: {} };
  const evaluate = new Function(
    'module',
    'exports',
    'require',
    '__filename',
    '__dirname',
    readFileSync(path, 'utf8'),
  );
  evaluate(module, module.exports, require, path, dirname(path));
  return module.exports as LiteRtFactory;
}
