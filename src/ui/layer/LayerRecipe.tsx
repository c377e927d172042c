import type { Recipe } from '../../core/quantize/recipe.ts';
import type { Scheme } from '../../core/quantize/scheme.ts';
import { Field } from '../parts/Field.tsx';
import { schemeOptions } from '../recipe/fields.ts';

interface Props {
  readonly mode: Recipe['mode'];
  readonly picked: Scheme | undefined;
  readonly onPick: (scheme: Scheme | undefined) => void;
}

/** What one layer becomes. */
export function LayerRecipe({ mode, picked, onPick }: Props) {
  const labelOf = (scheme: Scheme) => schemeOptions.find(({ value }) => value === scheme)?.label ?? scheme;
  return (
    <Field label="This layer becomes">
      {(control) => (
        <select
          {...control}
          value={picked ?? ''}
          onChange={({ target }) => onPick(target.value === '' ? undefined : (target.value as Scheme))}
        >
          <option value="">{`As the recipe says: ${labelOf(mode)}`}</option>
          {schemeOptions.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
