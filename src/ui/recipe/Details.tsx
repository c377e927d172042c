import { type Recipe, recipeFor } from '../../core/quantize/recipe.ts';
import type { Scheme } from '../../core/quantize/scheme.ts';
import { Choice } from '../parts/Choice.tsx';
import { Field } from '../parts/Field.tsx';
import styles from './Details.module.css';
import * as fields from './fields.ts';
import { RangeChoices } from './RangeChoices.tsx';

interface Props {
  readonly value: Recipe;
  readonly onChange: (change: Partial<Recipe>) => void;
}

/** Another mode takes the types of inputs and outputs that go with it. */
function withMode(mode: Scheme): Partial<Recipe> {
  const { inputType, outputType } = recipeFor(mode);
  return { mode, inputType, outputType, ...(mode === 'uint8' && { weightBits: 8 }) };
}

/** Every setting that means something under the recipe's mode. */
export function Details({ value, onChange }: Props) {
  const { weights, activations } = fields.parts(value);
  return (
    <div className={styles.details}>
      <Field label="Every layer becomes">
        {(control) => (
          <select
            {...control}
            value={value.mode}
            onChange={(event) => onChange(withMode(event.target.value as Scheme))}
          >
            {fields.schemeOptions.map(({ value: mode, label, help }) => (
              <option key={mode} value={mode}>
                {`${label}: ${help}`}
              </option>
            ))}
          </select>
        )}
      </Field>
      {weights && <WeightChoices value={value} onChange={onChange} />}
      {activations && <ActivationChoices value={value} onChange={onChange} />}
    </div>
  );
}

function WeightChoices({ value, onChange }: Props) {
  const small = value.mode === 'dynamic-range' || value.mode === 'weights-only';
  return (
    <>
      <Choice
        legend="Weight scales"
        layout="cards"
        value={value.weights}
        options={fields.granularityOptions}
        onChange={(weights) => onChange({ weights, denseWeights: weights })}
      />
      {value.weights === 'per-channel' && (
        <Choice
          legend="Weight scales of dense layers"
          value={value.denseWeights}
          options={fields.granularityOptions.map(({ value: own, label }) => ({ value: own, label }))}
          onChange={(denseWeights) => onChange({ denseWeights })}
        />
      )}
      {value.mode !== 'uint8' && (
        <Choice
          legend="Weights in"
          layout="cards"
          value={value.weightBits === 4 ? '4' : '8'}
          options={fields.bitsOptions}
          onChange={(bits) => onChange({ weightBits: bits === '4' ? 4 : 8 })}
        />
      )}
      {small && <SmallWeights value={value} onChange={onChange} />}
    </>
  );
}

function SmallWeights({ value, onChange }: Props) {
  return (
    <>
      <Field label="Weights of fewer elements stay in float">
        {(control) => (
          <input
            {...control}
            type="number"
            min={0}
            step={1}
            value={value.minElements}
            onChange={({ target }) => {
              const count = target.valueAsNumber;
              if (Number.isInteger(count) && count >= 0) onChange({ minElements: count });
            }}
          />
        )}
      </Field>
      {value.mode === 'dynamic-range' && (
        <Choice
          legend="Activations, quantized while running"
          value={value.asymmetricQuantizeInputs ? 'asymmetric' : 'symmetric'}
          options={[
            { value: 'asymmetric', label: 'With a zero point' },
            { value: 'symmetric', label: 'Around zero' },
          ]}
          onChange={(kind) => onChange({ asymmetricQuantizeInputs: kind === 'asymmetric' })}
        />
      )}
    </>
  );
}

function ActivationChoices({ value, onChange }: Props) {
  const io = fields.ioOptions(value);
  return (
    <>
      <RangeChoices value={value} onChange={onChange} />
      <Choice
        legend="Inputs"
        value={value.inputType}
        options={io}
        onChange={(inputType) => onChange({ inputType })}
      />
      <Choice
        legend="Outputs"
        value={value.outputType}
        options={io}
        onChange={(outputType) => onChange({ outputType })}
      />
      <Choice
        legend="Ops that have no integer form"
        layout="cards"
        value={value.fallback}
        options={fields.fallbackOptions}
        onChange={(fallback) => onChange({ fallback })}
      />
      {value.mode === 'int8' && (
        <Choice
          legend="Where all operands share one scale"
          layout="cards"
          value={value.joins}
          options={fields.joinsOptions}
          onChange={(joins) => onChange({ joins })}
        />
      )}
      {value.mode === 'int16x8' && (
        <Choice
          legend="Bias"
          value={value.int16Bias}
          options={fields.biasOptions}
          onChange={(int16Bias) => onChange({ int16Bias })}
        />
      )}
    </>
  );
}
