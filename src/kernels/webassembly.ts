/** The part of WebAssembly that the kernels use: the core's library types know neither browsers nor Node. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}
/** Memory that threads share says how far it may grow, 64 KiB pages; 2 GiB, since addresses are int32. */
export const maximumPages = 2 ** 15;
export type WasmModule = object;
/** An address in WebAssembly memory, bytes. */
export type Address = number;

interface WasmApi {
  readonly Memory: new (descriptor: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: object };
  readonly validate: (bytes: Uint8Array) => boolean;
}

declare const WebAssembly: WasmApi;
export const wasm: WasmApi = WebAssembly;
