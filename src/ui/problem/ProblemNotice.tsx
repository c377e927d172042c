import { dismissProblem, openWithSizes, recompute, restart } from '../../app/actions.ts';
import { useStudio } from '../../app/store.ts';
import { openSizesOf } from '../../core/onnx/open-sizes.ts';
import { Button } from '../parts/Button.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import styles from './ProblemNotice.module.css';
import { SizesForm } from './SizesForm.tsx';

/** What went wrong last, above the screen that it happened on, with a way on. */
export function ProblemNotice() {
  const problem = useStudio((state) => state.problem);
  if (problem === undefined) return null;
  return (
    <div className={styles.notice}>
      {problem.remedy === 'sizes' ? (
        <ProblemCard problem={problem} tone="info">
          <SizesForm sizes={openSizesOf(problem)} onOpen={openWithSizes} onDismiss={dismissProblem} />
        </ProblemCard>
      ) : (
        <ProblemCard problem={problem}>
          {problem.remedy === 'restart' && (
            <Button variant="primary" onClick={restart}>
              Start again where you were
            </Button>
          )}
          {problem.remedy === 'compute' && <Button onClick={recompute}>Try again</Button>}
          {problem.remedy !== 'restart' && <Button onClick={dismissProblem}>Dismiss</Button>}
        </ProblemCard>
      )}
    </div>
  );
}
