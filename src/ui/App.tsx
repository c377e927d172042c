import { useCallback } from 'react';
import { cancel, openFiles, recompute, showKeyboardHelp } from '../app/actions.ts';
import { openExport } from '../app/exporting.ts';
import { linkTo, type Route, routeOf } from '../app/routes.ts';
import { isStale } from '../app/settings.ts';
import type { State } from '../app/state.ts';
import { useStudio } from '../app/store.ts';
import { show as showProblem } from '../app/work.ts';
import { ExportScreen } from './export/ExportScreen.tsx';
import { Button } from './parts/Button.tsx';
import { ErrorBoundary } from './parts/ErrorBoundary.tsx';
import { ProblemNotice } from './problem/ProblemNotice.tsx';
import { DropOverlay } from './shell/DropOverlay.tsx';
import { Screen } from './shell/Screen.tsx';
import { type NavItem, Shell } from './shell/Shell.tsx';
import { Shortcuts } from './shell/Shortcuts.tsx';
import { Summary } from './shell/Summary.tsx';
import { screens } from './shell/screens.ts';
import { UndoButtons } from './shell/UndoButtons.tsx';
import { droppedFiles } from './start/given-files.ts';
import { Announcer } from './work/Announcer.tsx';
import { Progress } from './work/Progress.tsx';
import { Stale } from './work/Stale.tsx';

/** The whole page. */
export function App() {
  const model = useStudio((state) => state.model);
  const route = useStudio((state) => state.route);
  const layersRoute = useStudio((state) => state.layersRoute);
  const samples = useStudio((state) => state.samples?.samples.length);
  const layers = useStudio((state) => state.result?.report.layers.length);
  const drop = useCallback((data: DataTransfer) => {
    droppedFiles(data).then(openFiles, showProblem);
  }, []);
  const nav = model === undefined ? [] : navigation(route, layersRoute, { pictures: samples, layers });
  return (
    <>
      <Shell
        model={model?.name}
        nav={nav}
        summary={<HeaderEnd />}
        status={useStatus()}
        aside={
          <Button variant="quiet" onClick={() => showKeyboardHelp(true)}>
            Keyboard
          </Button>
        }
      >
        <ProblemNotice />
        <ErrorBoundary key={route.screen === 'layer' ? route.op : route.screen} what="This screen">
          <Screen />
        </ErrorBoundary>
      </Shell>
      <ExportScreen />
      <Announcer />
      <Shortcuts />
      <DropOverlay onDrop={drop} />
    </>
  );
}

/** How many things a screen shows, where that is known. */
type Counts = Readonly<Partial<Record<Route['screen'], number | undefined>>>;

function navigation(shown: Route, layersRoute: Route, counts: Counts): readonly NavItem[] {
  const current = shown.screen === 'layer' ? 'layers' : shown.screen;
  return screens.map(({ screen, label }) => ({
    href: linkTo(screen === 'layers' ? layersRoute : routeOf(screen)),
    label,
    current: screen === current,
    count: counts[screen],
  }));
}

/** What is going on, or that something was stopped. */
function useStatus() {
  const work = useStudio((state: State) => state.work);
  const stale = useStudio(isStale);
  if (work.kind === 'idle') return stale ? <Stale onContinue={recompute} /> : undefined;
  return <Progress fraction={work.fraction} note={work.note} onCancel={cancel} />;
}

function HeaderEnd() {
  const result = useStudio((state) => state.result);
  if (result === undefined) return null;
  return (
    <>
      <Summary report={result.report} />
      <UndoButtons />
      <Button variant="primary" onClick={() => openExport()}>
        Export
      </Button>
    </>
  );
}
