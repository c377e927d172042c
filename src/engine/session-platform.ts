import type { FloatRuntime, ShapeRuntime } from '../core/execute/executor.ts';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import type { DecodePicture } from '../core/model/picture.ts';

/** What differs between a browser's worker and a test. */
export interface Platform {
  readonly decode: DecodePicture;
  readonly runtime: FloatRuntime & ShapeRuntime;
  /** The int8 kernels, once they are loaded. */
  readonly kernels: () => Promise<KernelFactory>;
  readonly now: () => number;
  /** Name of a lock that is held until the end, once it is held; empty where there are none. */
  readonly life: Promise<string>;
}
