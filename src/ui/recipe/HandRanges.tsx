import type { Recipe } from '../../core/quantize/recipe.ts';
import { Button } from '../parts/Button.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import styles from './Rules.module.css';

interface Props {
  readonly ranges: Recipe['ranges'];
  readonly onChange: (ranges: Recipe['ranges']) => void;
}

/** Ranges that were set on layers' own screens; nothing as long as there are none. */
export function HandRanges({ ranges, onChange }: Props) {
  const all = Object.entries(ranges);
  if (all.length === 0) return null;
  const without = (name: string) => Object.fromEntries(all.filter(([other]) => other !== name));
  return (
    <Panel title="Ranges set by hand">
      <ul className={styles.list}>
        {all.map(([name, { min, max }]) => (
          <li key={name}>
            <span>{`${name}: ${numbers.span(min, max)}`}</span>{' '}
            <Button
              variant="quiet"
              aria-label={`Measured range again: ${name}`}
              onClick={() => onChange(without(name))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
