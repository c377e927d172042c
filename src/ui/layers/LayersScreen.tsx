import { useDeferredValue, useMemo } from 'react';
import { replaceRoute } from '../../app/navigate.ts';
import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { LayersView } from './LayersView.tsx';
import { arrange } from './sort.ts';

export function LayersScreen({ result }: { readonly result: Result }) {
  // Not the route that the screen is drawn for: that one comes late, and what is typed must not wait for it.
  const route = useStudio((state) => state.layersRoute);
  const rows = useDeferredValue(
    useMemo(() => arrange(result.report.layers, route.find, route.sort), [result, route]),
  );
  return (
    <LayersView
      rows={rows}
      count={result.report.layers.length}
      search={route.find}
      sort={route.sort}
      onSearch={(find) => replaceRoute({ ...route, find })}
      onSort={(sort) => replaceRoute({ ...route, sort })}
      linkTo={(op) => linkTo({ screen: 'layer', op })}
    />
  );
}
