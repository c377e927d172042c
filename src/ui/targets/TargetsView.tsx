import type { Assessment, NodeRow } from '../../core/targets/assess.ts';
import type { Cell, TargetId, Verdict } from '../../core/targets/target.ts';
import { classes } from '../parts/classes.ts';
import { Panel } from '../parts/Panel.tsx';
import { ScrollBox } from '../parts/ScrollBox.tsx';
import screen from '../parts/screen.module.css';
import { shortName } from '../parts/short-name.ts';
import tables from '../parts/table.module.css';
import { summaryOf } from './summary.ts';
import styles from './TargetsView.module.css';

/** In the order of core's list, which the page does not load. */
const titles: Readonly<Record<TargetId, string>> = {
  litert: 'LiteRT CPU',
  xnnpack: 'XNNPACK',
  tflm: 'TFLite Micro',
  'cmsis-nn': 'CMSIS-NN',
  'edge-tpu': 'Edge TPU',
  'ethos-u': 'Ethos-U',
};
const ids = Object.keys(titles) as readonly TargetId[];

const words: Readonly<Record<Verdict, { readonly sign: string; readonly word: string }>> = {
  native: { sign: '✓', word: 'native' },
  fallback: { sign: '●', word: 'on the CPU' },
  missing: { sign: '✕', word: 'no kernel' },
};

/** Every op on every target, and why where it is not native. */
export function TargetsView({ assessment }: { readonly assessment: Assessment }) {
  const { outcome, nodes } = assessment;
  return (
    <>
      <Panel title={`As the recipe makes it: ${outcome.name}`}>
        <p>{outcome.sentence}</p>
        <ul className={styles.summaries}>
          {ids.map((id) => (
            <Summary key={id} title={titles[id]} assessment={assessment} id={id} />
          ))}
        </ul>
      </Panel>
      <Rewrites nodes={nodes} />
      <Panel title="Op by op">
        <p className={styles.legend}>
          {Object.values(words)
            .map(({ sign, word }) => `${sign} ${word}`)
            .join(' · ')}
        </p>
        <ScrollBox label="Ops and targets">
          <NodeTable nodes={nodes} />
        </ScrollBox>
      </Panel>
    </>
  );
}

interface SummaryProps {
  readonly title: string;
  readonly id: TargetId;
  readonly assessment: Assessment;
}

function Summary({ title, id, assessment }: SummaryProps) {
  const { native, total, missing, reasons } = summaryOf(assessment, id);
  return (
    <li className={styles.summary}>
      <h3>{title}</h3>
      <p className={classes(missing && styles.missing)}>
        {missing ? 'Does not load' : native === total ? 'All ops native' : `${native} of ${total} ops native`}
      </p>
      {reasons.length > 0 && (
        <details>
          <summary>Why</summary>
          <ul className={styles.reasons}>
            {reasons.map(({ text, ops }) => (
              <li key={text}>
                {text}: {ops.join(', ')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Rewrites({ nodes }: { readonly nodes: readonly NodeRow[] }) {
  const rewritable = nodes.filter(({ rewrite }) => rewrite !== undefined);
  if (rewritable.length === 0) return null;
  return (
    <Panel title="Rewrites that leave the float model’s values as they are">
      <dl className={screen.facts}>
        {rewritable.map(({ op, kind, rewrite }) => (
          <div key={op} className={styles.rewrite}>
            <dt>{`${op} ${kind}`}</dt>
            <dd>{rewrite}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function NodeTable({ nodes }: { readonly nodes: readonly NodeRow[] }) {
  return (
    <table className={tables.table}>
      <thead>
        <tr>
          <th className={tables.number}>No.</th>
          <th>Op</th>
          <th>Computes in</th>
          {ids.map((id) => (
            <th key={id}>{titles[id]}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {nodes.map(({ op, kind, name, arithmetic, cells }) => (
          <tr key={op}>
            <td className={tables.number}>{op}</td>
            <th scope="row">
              {kind}
              <small className={styles.name} title={name}>
                {shortName(name)}
              </small>
            </th>
            <td>{arithmetic}</td>
            {ids.map((id) => (
              <td key={id}>
                <Sign cell={cells[id]} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sign({ cell: { verdict, reason } }: { readonly cell: Cell }) {
  const { sign, word } = words[verdict];
  return (
    <span className={styles[verdict]} title={reason}>
      <span aria-hidden="true">{sign}</span>
      <span className="visually-hidden">{reason === undefined ? word : `${word}: ${reason}`}</span>
    </span>
  );
}
