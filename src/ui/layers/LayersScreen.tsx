import { useState } from 'react';
import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { LayersView } from './LayersView.tsx';
import type { SortKey } from './sort.ts';

export function LayersScreen({ result }: { readonly result: Result }) {
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<SortKey>('error');
  return (
    <LayersView
      layers={result.report.layers}
      search={search}
      sort={sort}
      onSearch={setSearch}
      onSort={setSort}
      linkTo={(op) => linkTo({ screen: 'layer', op })}
    />
  );
}
