import type { Recipe } from '../../core/quantize/recipe.ts';
import { Heading } from '../parts/Heading.tsx';
import { Panel } from '../parts/Panel.tsx';
import screen from '../parts/screen.module.css';
import { Details } from './Details.tsx';
import { HandRanges } from './HandRanges.tsx';
import { PresetChoice } from './PresetChoice.tsx';
import { RecipeFiles, type RecipeFilesProps } from './RecipeFiles.tsx';
import { Rules } from './Rules.tsx';

interface Props extends RecipeFilesProps {
  readonly value: Recipe;
  /** Operators of the open model. */
  readonly kinds: readonly string[];
  readonly onChange: (change: Partial<Recipe>) => void;
  /** What the last recipe file could not say, in sentences. */
  readonly notes: readonly string[];
}

/** How the model is quantized. Each change computes anew at once and can be undone. */
export function RecipeView({ value, kinds, notes, onChange, onImport, onExport }: Props) {
  return (
    <div className={screen.screen}>
      <Heading lead="How the model is quantized. A change computes anew at once; the four numbers above follow.">
        Recipe
      </Heading>
      <Panel title="What it is for">
        <PresetChoice value={value} onChange={onChange} />
      </Panel>
      <div className={screen.columns}>
        <Panel title="In detail">
          <Details value={value} onChange={onChange} />
        </Panel>
        <div className={screen.stack}>
          <Panel title="Exceptions">
            <Rules rules={value.rules} kinds={kinds} onChange={(rules) => onChange({ rules })} />
          </Panel>
          <HandRanges ranges={value.ranges} onChange={(ranges) => onChange({ ranges })} />
          <Panel title="As a file">
            <RecipeFiles onImport={onImport} onExport={onExport} />
            {notes.map((note) => (
              <p key={note}>{note}</p>
            ))}
          </Panel>
        </div>
      </div>
    </div>
  );
}
