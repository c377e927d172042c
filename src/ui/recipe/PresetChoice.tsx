import { presets } from '../../core/quantize/presets.ts';
import type { Recipe } from '../../core/quantize/recipe.ts';
import { Choice } from '../parts/Choice.tsx';
import { presetOf, withPreset } from './preset.ts';

interface Props {
  readonly value: Recipe;
  readonly onChange: (change: Partial<Recipe>) => void;
}

const options = Object.entries(presets).map(([name, { title, sentence }]) => ({
  value: name,
  label: title,
  help: sentence,
}));

/** Recipes by purpose. None is marked when something was changed in detail. */
export function PresetChoice({ value, onChange }: Props) {
  return (
    <Choice
      legend="Exceptions and ranges set by hand stay."
      layout="cards"
      value={presetOf(value) ?? ''}
      options={options}
      onChange={(name) => onChange(withPreset(name))}
    />
  );
}
