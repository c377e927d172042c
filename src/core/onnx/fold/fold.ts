import { elementCount } from '../../model/data.ts';
import type { TensorData } from '../../model/types.ts';
import type { NodeView } from '../node-view.ts';
import type { ValueType } from '../normalized.ts';
import { arithmeticFolds } from './arithmetic.ts';
import { madeFolds } from './made.ts';
import { rearrangeFolds } from './rearrange.ts';
import type { FoldRule } from './rule.ts';

const rules: ReadonlyMap<string, FoldRule> = new Map(
  Object.entries({ ...arithmeticFolds, ...rearrangeFolds, ...madeFolds }),
);

/** Ops that look at an input's shape alone, which is always known. */
const shapeOnly = new Set(['Shape', 'Size']);

/** Ops whose results cost nothing until they are read. */
const free = new Set([
  'Constant',
  'ConstantOfShape',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Identity',
]);

/**
 * Computes nodes whose inputs are constants, as float32 runtimes do. What would be made of a file is bounded: once
 * `limit` elements were computed, the remaining nodes stay.
 */
export class Folder {
  #left: number;

  /** @param limit - elements of all results together. */
  constructor(limit: number) {
    this.#left = limit;
  }

  /** The values of a node's outputs; `undefined` where it depends on the model's input or is not computed here. */
  fold(view: NodeView, types: readonly (ValueType | undefined)[]): readonly TensorData[] | undefined {
    const { node } = view;
    const rule = rules.get(node.type);
    if (rule === undefined || node.domain !== undefined) return undefined;
    const constant = node.inputs.every((name, i) => name === '' || view.constant(i) !== undefined);
    if (!constant && !shapeOnly.has(node.type)) return undefined;
    const sizes = [...node.inputs.map((name) => view.scope.values.get(name)), ...types];
    const cost = sizes.reduce((most, type) => Math.max(most, elementCount(type?.shape ?? [])), 0);
    if (free.has(node.type) || shapeOnly.has(node.type)) return rule(view, types);
    if (cost > this.#left) return undefined;
    this.#left -= cost;
    return rule(view, types);
  }
}
