import type { RecipeRule } from '../../core/quantize/recipe-rules.ts';
import { schemeOptions } from './fields.ts';

/** “CONV_2D named /expand/: float, per tensor”. */
export function ruleText(rule: RecipeRule): string {
  const { name, operator, tensor, scheme, weights, weightBits, minElements } = rule;
  const which = [
    operator ?? (tensor === undefined ? 'Layers' : 'Layer'),
    tensor !== undefined && `“${tensor}”`,
    name !== undefined && `named /${name}/`,
  ];
  const what = [
    schemeOptions.find(({ value }) => value === scheme)?.label,
    weights?.replace('-', ' '),
    weightBits === 4 && '4-bit weights',
    minElements !== undefined && `from ${minElements} weights on`,
  ];
  return `${which.filter(Boolean).join(' ')}: ${what.filter(Boolean).join(', ')}`;
}

/** Whether a text can be searched with. */
export function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
