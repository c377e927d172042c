import { useCallback } from 'react';
import { cancel, openFiles } from '../app/actions.ts';
import { openExport } from '../app/exporting.ts';
import { linkTo, type Route } from '../app/routes.ts';
import type { State } from '../app/state.ts';
import { useStudio } from '../app/store.ts';
import { ExportScreen } from './export/ExportScreen.tsx';
import { Button } from './parts/Button.tsx';
import { ErrorBoundary } from './parts/ErrorBoundary.tsx';
import { ProblemNotice } from './problem/ProblemNotice.tsx';
import { DropOverlay } from './shell/DropOverlay.tsx';
import { Screen } from './shell/Screen.tsx';
import { type NavItem, Shell } from './shell/Shell.tsx';
import { Summary } from './shell/Summary.tsx';
import { droppedFiles } from './start/given-files.ts';
import { Progress } from './work/Progress.tsx';

/** The whole page. */
export function App() {
  const model = useStudio((state) => state.model);
  const route = useStudio((state) => state.route);
  const samples = useStudio((state) => state.samples?.samples.length);
  const layers = useStudio((state) => state.result?.report.layers.length);
  const drop = useCallback((data: DataTransfer) => {
    droppedFiles(data).then(openFiles);
  }, []);
  const nav = model === undefined ? [] : navigation(route, { pictures: samples, layers });
  return (
    <>
      <Shell model={model?.name} nav={nav} summary={<HeaderEnd />} status={useStatus()}>
        <ProblemNotice />
        <ErrorBoundary key={linkTo(route)} what="This screen">
          <Screen />
        </ErrorBoundary>
      </Shell>
      <ExportScreen />
      <DropOverlay onDrop={drop} />
    </>
  );
}

const screens = [
  { screen: 'overview', label: 'Overview' },
  { screen: 'pictures', label: 'Pictures' },
  { screen: 'layers', label: 'Layers' },
  { screen: 'compare', label: 'Compare' },
] as const;

/** How many things a screen shows, where that is known. */
type Counts = Readonly<Partial<Record<Route['screen'], number | undefined>>>;

function navigation(route: Route, counts: Counts): readonly NavItem[] {
  const current = route.screen === 'layer' ? 'layers' : route.screen;
  return screens.map(({ screen, label }) => ({
    href: linkTo({ screen }),
    label,
    current: screen === current,
    count: counts[screen],
  }));
}

function useStatus() {
  const work = useStudio((state: State) => state.work);
  if (work.kind === 'idle') return undefined;
  return <Progress fraction={work.fraction} note={work.note} onCancel={cancel} />;
}

function HeaderEnd() {
  const result = useStudio((state) => state.result);
  if (result === undefined) return null;
  return (
    <>
      <Summary report={result.report} />
      <Button variant="primary" onClick={() => openExport()}>
        Export
      </Button>
    </>
  );
}
