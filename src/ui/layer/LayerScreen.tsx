import { useLayerDetail } from '../../app/details.ts';
import { linkTo } from '../../app/routes.ts';
import type { Result } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Notice } from '../parts/Notice.tsx';
import { LayerView } from './LayerView.tsx';

export function LayerScreen({ op, result }: { readonly op: number; readonly result: Result }) {
  const { layers, calibration } = result.report;
  const all = linkTo(useStudio((state) => state.layersRoute));
  const { now, stale, problem } = useLayerDetail(op);
  const position = layers.findIndex((layer) => layer.op === op);
  const row = layers[position];
  if (row === undefined) {
    return (
      <EmptyState title={`This model has no layer ${op}`}>
        <a href={all}>All layers</a>
      </EmptyState>
    );
  }
  const neighbour = (step: number) => {
    const other = layers[position + step];
    return other && linkTo({ screen: 'layer', op: other.op });
  };
  return (
    <LayerView
      row={row}
      samples={calibration.samples}
      histogram={now?.histogram}
      channels={now?.weights}
      all={all}
      previous={neighbour(-1)}
      next={neighbour(1)}
      pending={
        problem ? <Notice tone="bad" title={problem.message} /> : !stale && <p>Nothing was measured here.</p>
      }
    />
  );
}
