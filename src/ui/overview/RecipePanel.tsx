import type { Recipe } from '../../core/quantize/recipe.ts';
import { Choice } from '../parts/Choice.tsx';
import { Panel } from '../parts/Panel.tsx';
import styles from './RecipePanel.module.css';

interface Props {
  readonly value: Recipe;
  readonly onChange: (change: Partial<Recipe>) => void;
}

const weights = [
  { value: 'per-channel', label: 'Per channel', help: 'One scale per output channel: more accurate' },
  { value: 'per-tensor', label: 'Per tensor', help: 'One scale for all: for accelerators that want it' },
] as const;

const calibrators = [
  { value: 'tensorflow', label: 'As TensorFlow', help: 'The same file as its converter makes' },
  { value: 'exact', label: 'Exact', help: 'Without its widening of residual inputs' },
] as const;

/** How the model is quantized. A change computes anew at once, and can be undone. */
export function RecipePanel({ value, onChange }: Props) {
  return (
    <Panel title="Recipe">
      <div className={styles.choices}>
        <Choice
          legend="Weight scales"
          value={value.weights}
          options={weights}
          onChange={(chosen) => onChange({ weights: chosen })}
        />
        <Choice
          legend="Measured ranges"
          value={value.calibrator}
          options={calibrators}
          onChange={(calibrator) => onChange({ calibrator })}
        />
      </div>
    </Panel>
  );
}
