import { useTargets } from '../../app/details.ts';
import { useStudio } from '../../app/store.ts';
import { Heading } from '../parts/Heading.tsx';
import { Notice } from '../parts/Notice.tsx';
import screen from '../parts/screen.module.css';
import { TargetsView } from './TargetsView.tsx';

export function TargetsScreen() {
  const recipe = useStudio((state) => state.recipe);
  const { now, problem } = useTargets(recipe);
  return (
    <div className={screen.screen}>
      <Heading lead="Where each op would run, before anything is measured: operators, types and shapes decide. Memory is not looked at.">
        Targets
      </Heading>
      {problem && <Notice tone="bad" title={problem.message} />}
      {now && <TargetsView assessment={now} />}
    </div>
  );
}
