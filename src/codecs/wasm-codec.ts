import { undecodable } from './refuse.ts';

/**
 * Makes an instance of a codec's WebAssembly module: `(imports) => new WebAssembly.Instance(module, imports)`. How the
 * module is loaded differs between Node and a browser, so whoever starts the decoder brings it.
 */
export type Instantiate = (imports: object) => { readonly exports: object };

/** RGBA, 4 bytes a pixel. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

interface EmscriptenModule {
  decode(bytes: Uint8Array, ...options: readonly boolean[]): Decoded | null;
}

/** The part of Emscripten's module options that is used. */
export interface EmscriptenOptions {
  readonly noInitialRun: boolean;
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
  readonly instantiateWasm: (imports: object, done: (instance: object) => void) => object;
}

export type EmscriptenFactory = (options: EmscriptenOptions) => Promise<EmscriptenModule>;

/** What a codec made of the bytes, and what it said meanwhile. */
export interface Outcome {
  readonly decoded: Decoded;
  readonly messages: readonly string[];
}

/**
 * A decoder in WebAssembly. Its instance is kept for the next picture, except after a failure, which leaves the memory
 * of the C library in a state that nobody promises anything about.
 * @param options - further arguments of the codec's own `decode`.
 */
export function wasmCodec(
  factory: EmscriptenFactory,
  instantiate: Instantiate,
  options: readonly boolean[] = [],
): (bytes: Uint8Array) => Promise<Outcome> {
  let messages: string[] = [];
  let module: Promise<EmscriptenModule> | undefined;
  const start = () =>
    factory({
      noInitialRun: true,
      print: (text) => messages.push(text),
      printErr: (text) => messages.push(text),
      instantiateWasm: (imports, done) => {
        const instance = instantiate(imports);
        done(instance);
        return instance.exports;
      },
    });
  return async (bytes) => {
    module ??= start();
    const codec = await module;
    messages = [];
    const decoded = attempt(() => codec.decode(bytes, ...options));
    if (decoded === undefined) {
      module = undefined;
      throw undecodable(messages[0] ?? 'its data is damaged');
    }
    return { decoded, messages };
  };
}

/**
 * Emscripten throws exit statuses, numbers and WebAssembly's RuntimeError; the messages tell more than they do. Only a
 * TypeError would mean that we use its code wrongly.
 */
function attempt(decode: () => Decoded | null): Decoded | undefined {
  try {
    return decode() ?? undefined;
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}
