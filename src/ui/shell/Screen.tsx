import { useDeferredValue } from 'react';
import { openExample, openFiles } from '../../app/actions.ts';
import { useStudio } from '../../app/store.ts';
import { CompareScreen } from '../compare/CompareScreen.tsx';
import { LayerScreen } from '../layer/LayerScreen.tsx';
import { LayersScreen } from '../layers/LayersScreen.tsx';
import { OverviewScreen } from '../overview/OverviewScreen.tsx';
import { PicturesScreen } from '../pictures/PicturesScreen.tsx';
import { StartView } from '../start/StartView.tsx';
import { NoResult } from '../work/NoResult.tsx';

/** The screen that the address names. Without a model there is only the first one, without a result only pictures. */
export function Screen() {
  // Drawn in slices of a frame, so that a large table holds nothing up.
  const route = useDeferredValue(useStudio((state) => state.route));
  const model = useStudio((state) => state.model);
  const result = useDeferredValue(useStudio((state) => state.result));
  if (model === undefined || route.screen === 'start') {
    return <StartView onFiles={openFiles} onExample={openExample} />;
  }
  if (route.screen === 'pictures') return <PicturesScreen />;
  if (result === undefined) return <NoResult />;
  switch (route.screen) {
    case 'overview':
      return <OverviewScreen result={result} />;
    case 'layers':
      return <LayersScreen result={result} />;
    case 'layer':
      return <LayerScreen key={route.op} op={route.op} result={result} />;
    case 'compare':
      return <CompareScreen result={result} route={route} />;
    default:
      return route satisfies never;
  }
}
