import { elementCount } from '../../model/data.ts';
import type { Shape } from '../../model/types.ts';
import { largestRank } from '../node-attributes.ts';
import type { NodeView } from '../node-view.ts';
import type { ValueType } from '../normalized.ts';
import { constantShapes } from './constants.ts';
import { elementwiseShapes } from './elementwise.ts';
import { matrixShapes } from './matrix.ts';
import { rearrangeShapes } from './rearrange.ts';
import { reduceShapes } from './reduce.ts';
import type { ShapeRule } from './rule.ts';
import { windowShapes } from './windows.ts';

const rules: ReadonlyMap<string, ShapeRule> = new Map(
  Object.entries({
    ...elementwiseShapes,
    ...windowShapes,
    ...matrixShapes,
    ...reduceShapes,
    ...rearrangeShapes,
    ...constantShapes,
  }),
);

/** The rule for a node; `undefined` for an operator that is not known here. */
export function shapeRuleOf(view: NodeView): ShapeRule | undefined {
  return view.node.domain === undefined ? rules.get(view.node.type) : undefined;
}

/**
 * Types of the outputs that a node names, in their order; '' is skipped.
 * @throws Problem `model/invalid` where the node names more outputs than its operator has.
 */
export function inferTypes(view: NodeView, rule: ShapeRule): ReadonlyMap<string, ValueType> {
  const types = rule(view);
  return new Map(
    view.node.outputs.flatMap((name, i) => {
      const type = types[i];
      if (type === undefined) throw view.problem(`has ${view.node.outputs.length} outputs`);
      if (!isPossible(type.shape))
        throw view.problem(`makes a value of the impossible shape [${type.shape}]`);
      return name === '' ? [] : [[name, { dtype: type.dtype, shape: type.shape }] as const];
    }),
  );
}

function isPossible(shape: Shape): boolean {
  const whole = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  return whole && shape.length <= largestRank && Number.isSafeInteger(elementCount(shape));
}
