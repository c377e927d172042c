import type { ByteArray, Step } from '../core/execute/int8/kernels.ts';
import type { Border, Dimensions, StoredImage } from './image.ts';
import type { Workspace } from './memory.ts';

/** An activation as an op uses it. */
export interface Use {
  readonly array: ByteArray;
  /** Undefined where the op does not care: rows of any length. */
  readonly dimensions?: Dimensions;
  /** The border that the op reads; 'none' where it cannot work around one. */
  readonly border?: Border | 'none';
  /** What the border means: the value of real 0. */
  readonly zeroPoint?: number;
}

/** An op that has a kernel in WebAssembly, before its activations have places. */
export interface FastOp {
  readonly inputs: readonly Use[];
  readonly output: Use;
  /** Products it sums, where that is what it does. */
  readonly products?: number;
  /** Packs what the op needs into memory and returns its step. Every activation is given once, in the order above. */
  bind(workspace: Workspace, inputs: readonly StoredImage[], output: StoredImage): Step;
}
