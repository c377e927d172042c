import jpegUrl from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url';
import webpUrl from '@jsquash/webp/codec/dec/webp_dec.wasm?url';
import { pictureDecoder } from '../codecs/decode.ts';
import { pictureKind } from '../core/formats/picture-kind.ts';
import type { DecodePicture } from '../core/model/picture.ts';
import { createFloatRuntime } from '../float/runtime.ts';
import { kernelLoader } from './kernel-loader.ts';
import type { Platform } from './session-platform.ts';

/** Compiles a decoder's WebAssembly when the first picture of its kind comes. */
function moduleAt(url: string): () => Promise<WebAssembly.Module> {
  let module: Promise<WebAssembly.Module> | undefined;
  return () => {
    module ??= fetch(url).then(async (response) => WebAssembly.compile(await response.arrayBuffer()));
    return module;
  };
}

/** The headless twin's decoders, so that the same picture gives the same bits. */
function browserDecoder(): DecodePicture {
  const modules = { jpeg: moduleAt(jpegUrl), webp: moduleAt(webpUrl) };
  const decoder = async (kind: 'jpeg' | 'webp' | undefined): Promise<DecodePicture> => {
    const module = kind && (await modules[kind]());
    const instantiate = (imports: object) => {
      if (module === undefined) throw new Error('the decoder of another kind was asked for');
      return new WebAssembly.Instance(module, imports as WebAssembly.Imports);
    };
    return pictureDecoder({ jpeg: instantiate, webp: instantiate });
  };
  return async (bytes) => {
    const kind = pictureKind(bytes);
    const decode = await decoder(kind === 'jpeg' || kind === 'webp' ? kind : undefined);
    return decode(bytes);
  };
}

/** Takes a lock that the browser frees when this worker ends, however it ends; gives its name once it is held. */
async function holdLock(): Promise<string> {
  // Pages that came over plain http have no locks.
  if (!('locks' in navigator)) return '';
  const name = `zeropoint ${crypto.randomUUID()}`;
  await new Promise<void>((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return new Promise(() => {});
    });
  });
  return name;
}

/** What a browser's worker offers the session. */
export function browserPlatform(): Platform {
  return {
    decode: browserDecoder(),
    runtime: createFloatRuntime(),
    kernels: kernelLoader(),
    now: () => performance.now(),
    life: holdLock(),
  };
}
