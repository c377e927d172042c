import type { HandRange, InputMapping, Recipe } from '../../core/quantize/recipe.ts';
import { Choice } from '../parts/Choice.tsx';
import { NumberField } from '../parts/NumberField.tsx';
import styles from './Details.module.css';
import { calibratorOptions } from './fields.ts';

interface Props {
  readonly value: Recipe;
  readonly onChange: (change: Partial<Recipe>) => void;
}

const sources = [
  { value: 'measured', label: 'Measured', help: 'On the pictures, or known from the training' },
  { value: 'default', label: 'One for all', help: 'A dummy, to try speed and size only' },
] as const;

/** toco's usual choice for its --default_ranges_min and _max. */
const usualDummy: HandRange = { min: 0, max: 6 };

/** Where ranges of activations come from. */
export function RangeChoices({ value, onChange }: Props) {
  const { defaultRange } = value;
  return (
    <>
      <Choice
        legend="Ranges"
        layout="cards"
        value={defaultRange === undefined ? 'measured' : 'default'}
        options={sources}
        onChange={(source) =>
          onChange({ defaultRange: source === 'default' ? usualDummy : undefined } as Partial<Recipe>)
        }
      />
      {defaultRange === undefined ? (
        <Choice
          legend="Measured ranges"
          layout="cards"
          value={value.calibrator}
          options={calibratorOptions}
          onChange={(calibrator) => onChange({ calibrator })}
        />
      ) : (
        <DummyRange range={defaultRange} onChange={(range) => onChange({ defaultRange: range })} />
      )}
      {value.mode === 'uint8' && <Mapping value={value} onChange={onChange} />}
    </>
  );
}

interface DummyProps {
  readonly range: HandRange;
  readonly onChange: (range: HandRange) => void;
}

function DummyRange({ range, onChange }: DummyProps) {
  const { min, max } = range;
  return (
    <div className={styles.pair}>
      <NumberField
        label="Every activation from"
        value={min}
        wrongWith={(typed) => (typed > max ? 'The smaller number comes first' : undefined)}
        onChange={(typed) => onChange({ min: typed, max })}
      />
      <NumberField
        label="to"
        value={max}
        wrongWith={(typed) => (typed < min ? 'The smaller number comes first' : undefined)}
        onChange={(typed) => onChange({ min, max: typed })}
      />
    </div>
  );
}

const mappings = [
  { value: 'measured', label: 'As measured' },
  { value: 'given', label: 'By mean and deviation', help: 'real = (byte − mean) / deviation' },
] as const;

/** Byte pixels that stand for −1 … 1. */
const usualMapping: InputMapping = { mean: 128, std: 128 };

/** How the bytes of a uint8 input stand for reals, as toco's --mean_values and --std_values. */
function Mapping({ value, onChange }: Props) {
  const [first] = value.inputMapping;
  const set = (mapping: InputMapping | undefined) =>
    onChange({ inputMapping: mapping === undefined ? [] : [mapping] });
  return (
    <>
      <Choice
        legend="Input bytes"
        layout="cards"
        value={first === undefined ? 'measured' : 'given'}
        options={mappings}
        onChange={(kind) => set(kind === 'given' ? usualMapping : undefined)}
      />
      {first !== undefined && (
        <div className={styles.pair}>
          <NumberField
            label="Mean"
            value={first.mean}
            wrongWith={(typed) =>
              Number.isInteger(typed) && typed >= 0 && typed <= 255 ? undefined : 'A whole number of 0 to 255'
            }
            onChange={(mean) => set({ ...first, mean })}
          />
          <NumberField
            label="Deviation"
            value={first.std}
            wrongWith={(typed) => (typed > 0 ? undefined : 'A number above 0')}
            onChange={(std) => set({ ...first, std })}
          />
        </div>
      )}
    </>
  );
}
