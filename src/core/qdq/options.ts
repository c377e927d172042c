import type { Grid } from './grid.ts';

/** How a static QDQ file is made. */
export interface QdqOptions {
  /** Integers of activations. onnxruntime's default, and ours, is int8. */
  readonly activations?: 'int8' | 'uint8';
  /** Ranges of activations are made symmetric around 0. */
  readonly symmetric?: boolean;
  /** Weights have a scale for each output channel; so it is when this is absent. */
  readonly perChannel?: boolean;
  /** Nodes that stay in float: their names, or for nodes without a name the names of their first outputs. */
  readonly keepFloat?: ReadonlySet<string>;
}

/** A node that computes with float values in the file that was written. */
export interface FloatNode {
  /** Its name, or its first output's where it has none. */
  readonly node: string;
  /** Operator, e.g. `Exp`. */
  readonly type: string;
  /** Why, as a part of a sentence that begins with the node. */
  readonly reason: string;
}

/** A file that was written. */
export interface QuantizedOnnx {
  readonly bytes: Uint8Array;
  /** In execution order. */
  readonly floatNodes: readonly FloatNode[];
}

/** How integers of activations are laid out. */
export function stepsOf({ activations = 'int8', symmetric = false }: QdqOptions): {
  readonly dtype: Grid['dtype'];
  readonly symmetric: boolean;
} {
  return { dtype: activations, symmetric };
}
