import { openFiles, recompute } from '../../app/actions.ts';
import { linkTo, routeOf } from '../../app/routes.ts';
import { useStudio } from '../../app/store.ts';
import { Button } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Heading } from '../parts/Heading.tsx';
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
      {samples === undefined ? (
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
      ) : (
        <EmptyState title="The work was stopped">
          <p>Model and pictures are still open.</p>
          <Button variant="primary" onClick={recompute}>
            Continue
          </Button>
        </EmptyState>
      )}
    </div>
  );
}
