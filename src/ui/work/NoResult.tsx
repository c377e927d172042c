import { openFiles, recompute } from '../../app/actions.ts';
import { linkTo, routeOf } from '../../app/routes.ts';
import { useStudio } from '../../app/store.ts';
import { Button } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Heading } from '../parts/Heading.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import screen from '../parts/screen.module.css';
import { FileButton } from '../start/FileButton.tsx';

/** In place of a screen that shows a result, as long as there is none: what is going on, or what is missing. */
export function NoResult() {
  const work = useStudio((state) => state.work);
  const samples = useStudio((state) => state.samples);
  if (work.kind === 'busy') {
    return (
      <div className={screen.screen}>
        <Heading lead="The float model runs on every picture to measure ranges; then both models answer them all.">
          Making the quantized model
        </Heading>
        <ol>
          <li>Read the model and the pictures</li>
          <li>Find out what numbers the model wants</li>
          <li>Run the float model and measure every layer’s range</li>
          <li>Quantize</li>
          <li>Compare both models, picture by picture and layer by layer</li>
        </ol>
      </div>
    );
  }
  return (
    <div className={screen.screen}>
      <Heading>No result yet</Heading>
      {samples === undefined ? <PicturesMissing /> : <NothingComputed />}
      <OpenModel />
    </div>
  );
}

function PicturesMissing() {
  return (
    <EmptyState title="Pictures are missing">
      <p>
        Ranges are measured on 20 to 200 typical pictures. Drop them here, or choose them. Some{' '}
        <a href={linkTo(routeOf('recipe'))}>recipes</a> need none, and{' '}
        <a href={linkTo(routeOf('targets'))}>where the model would run</a> can be seen without them.
      </p>
      <FileButton folder variant="primary" onFiles={openFiles}>
        Choose a folder
      </FileButton>
    </EmptyState>
  );
}

/** Stopped by a person, or by a problem that stands above. */
function NothingComputed() {
  const failed = useStudio((state) => state.problem !== undefined);
  return (
    <EmptyState title={failed ? 'It could not be computed' : 'The work was stopped'}>
      <p>
        {failed
          ? 'The cause stands above. Model and pictures are still open: another recipe or preprocessing may do.'
          : 'Model and pictures are still open.'}
      </p>
      <Button variant="primary" onClick={recompute}>
        {failed ? 'Try again' : 'Continue'}
      </Button>
    </EmptyState>
  );
}

/** What is known of the model without running it. */
function OpenModel() {
  const model = useStudio((state) => state.model);
  if (model === undefined) return null;
  const { summary, outcome, notes, keptFloat } = model.inspection;
  const tensors = (list: typeof summary.inputs) =>
    list.map(({ name, shape, dtype }) => `${name}: ${shape.join(' × ')} ${dtype}`).join('; ');
  return (
    <Panel title="The model">
      <dl className={screen.facts}>
        <dt>Kind</dt>
        <dd>{outcome.name}</dd>
        <dt>Size</dt>
        <dd>{numbers.bytes(model.bytes)}</dd>
        <dt>Input</dt>
        <dd>{tensors(summary.inputs)}</dd>
        <dt>Output</dt>
        <dd>{tensors(summary.outputs)}</dd>
        <dt>Operators</dt>
        <dd>{summary.operators.map(({ kind, count }) => `${count} ${kind}`).join(', ')}</dd>
        {[
          ...notes,
          ...keptFloat.map(({ op, kind, reason }) => `Op ${op} ${kind} would stay in float: ${reason}`),
        ].map((note) => (
          <Note key={note} text={note} />
        ))}
      </dl>
    </Panel>
  );
}

function Note({ text }: { readonly text: string }) {
  return (
    <>
      <dt>Note</dt>
      <dd>{text}</dd>
    </>
  );
}
