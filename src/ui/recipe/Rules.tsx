import type { RecipeRule } from '../../core/quantize/recipe-rules.ts';
import { Button } from '../parts/Button.tsx';
import { NewRule } from './NewRule.tsx';
import styles from './Rules.module.css';
import { ruleText } from './rules.ts';

interface Props {
  readonly rules: readonly RecipeRule[];
  readonly kinds: readonly string[];
  readonly onChange: (rules: readonly RecipeRule[]) => void;
}

/** Layers that are treated otherwise than the rest; of two rules for one layer the later one wins. */
export function Rules({ rules, kinds, onChange }: Props) {
  const without = (index: number) => rules.filter((_, i) => i !== index);
  const moved = (index: number, step: 1 | -1) => {
    const rest = without(index);
    const rule = rules[index];
    return rule === undefined ? rules : [...rest.slice(0, index + step), rule, ...rest.slice(index + step)];
  };
  return (
    <div className={styles.rules}>
      {rules.length === 0 ? (
        <p className={styles.none}>All layers are treated alike.</p>
      ) : (
        <ol className={styles.list}>
          {rules.map((rule, index) => (
            <li key={ruleText(rule)}>
              <span>{ruleText(rule)}</span>
              <span className={styles.buttons}>
                <Button
                  variant="quiet"
                  aria-label={`Earlier: ${ruleText(rule)}`}
                  disabled={index === 0}
                  onClick={() => onChange(moved(index, -1))}
                >
                  ↑
                </Button>
                <Button
                  variant="quiet"
                  aria-label={`Later: ${ruleText(rule)}`}
                  disabled={index === rules.length - 1}
                  onClick={() => onChange(moved(index, 1))}
                >
                  ↓
                </Button>
                <Button
                  variant="quiet"
                  aria-label={`Remove: ${ruleText(rule)}`}
                  onClick={() => onChange(without(index))}
                >
                  Remove
                </Button>
              </span>
            </li>
          ))}
        </ol>
      )}
      <NewRule kinds={kinds} onAdd={(rule) => onChange([...rules, rule])} />
    </div>
  );
}
