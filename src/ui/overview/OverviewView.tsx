import type { Report } from '../../core/report/report.ts';
import { Heading } from '../parts/Heading.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import screen from '../parts/screen.module.css';
import { shortName } from '../parts/short-name.ts';
import { Findings } from './Findings.tsx';
import { FourFigures } from './FourFigures.tsx';
import { verdictOf } from './figures.ts';

interface Props {
  readonly report: Report;
  /** Position among the pictures of the worst one. */
  readonly worstPicture: number | undefined;
  readonly linkTo: (op: number) => string;
}

/** What quantizing did to the model, on one screen. */
export function OverviewView({ report, worstPicture, linkTo }: Props) {
  const verdict = verdictOf(report);
  const nameOf = (op: number) => shortName(report.layers.find((row) => row.op === op)?.name ?? `op ${op}`);
  return (
    <div className={screen.screen}>
      <Heading lead={verdict?.text}>{verdict?.title ?? `Made: ${report.outcome.name}`}</Heading>
      <FourFigures report={report} worstPicture={worstPicture} />
      <div className={screen.columns}>
        <Panel title="Findings">
          <Findings findings={report.findings} linkTo={linkTo} nameOf={nameOf} />
        </Panel>
        <Panel title="Model">
          <ModelFactsList report={report} />
        </Panel>
      </div>
    </div>
  );
}

function ModelFactsList({ report }: { readonly report: Report }) {
  const { model, outcome, calibration, recipe, notes } = report;
  const tensors = (list: typeof model.inputs) =>
    list.map(({ name, shape, dtype }) => `${name}: ${shape.join(' × ')} ${dtype}`).join('; ');
  const ops = Object.entries(model.ops).sort(([, a], [, b]) => b - a);
  return (
    <dl className={screen.facts}>
      <dt>Input</dt>
      <dd>{tensors(model.inputs)}</dd>
      <dt>Output</dt>
      <dd>{tensors(model.outputs)}</dd>
      <dt>Parameters</dt>
      <dd>{numbers.count(model.parameters)}</dd>
      <dt>Operators</dt>
      <dd>{ops.map(([kind, count]) => `${count} ${kind}`).join(', ')}</dd>
      <dt>What came out</dt>
      <dd>{`${outcome.name}. ${outcome.sentence}`}</dd>
      <dt>Weights</dt>
      <dd>{recipe.weights === 'per-channel' ? 'one scale per channel' : 'one scale per tensor'}</dd>
      {calibration.samples > 0 && (
        <>
          <dt>Calibrated on</dt>
          <dd>
            {numbers.counted(calibration.samples, 'picture')}
            {calibration.skipped.length > 0 && `, ${calibration.skipped.length} skipped`}
          </dd>
        </>
      )}
      {notes.map((note) => (
        <NoteRow key={note} note={note} />
      ))}
    </dl>
  );
}

function NoteRow({ note }: { readonly note: string }) {
  return (
    <>
      <dt>Note</dt>
      <dd>{note}</dd>
    </>
  );
}
