import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CodecAssets } from '../codecs/decode.ts';
import type { Instantiate } from '../codecs/wasm-codec.ts';

/** Not among Node's type declarations. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** The decoders' WebAssembly modules out of the installed packages, compiled when they are first needed. */
export function codecAssets(): CodecAssets {
  return {
    jpeg: instantiator('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
    webp: instantiator('@jsquash/webp/codec/dec/webp_dec.wasm'),
  };
}

function instantiator(path: string): Instantiate {
  let module: object | undefined;
  return (imports) => {
    module ??= new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve(path)));
    return new WebAssembly.Instance(module, imports);
  };
}
